"""A connection to the log's database: one question at a time, sent without waiting, answered within a deadline.

It keeps nothing in the session that another session would not have, so that it works behind a pooler that gives each
transaction another server connection.
"""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sminion_guard.session.tickets.pooled import WHO_SERVES, is_pooled

Format = pq.Format
NAMELESS = frozenset({"26000", "42P05"})
"""A prepared statement that this server connection does not know, or knows already: a pooler stands between."""

_WHERE = (
    b"SELECT pg_catalog.concat_ws(' ', " + WHO_SERVES
    + b", pg_catalog.current_setting('default_transaction_read_only'),"
    b" pg_catalog.current_setting('default_transaction_isolation'))"
)
_PLAIN = b"off read committed"
"""What a transaction of the log needs, and most sessions have."""
_BEGIN = (b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", b"SET LOCAL ROLE NONE")


class Link:
    """Not thread-safe.

    :param conninfo: of the log's database.
    :param patience: seconds after which a server that does not answer is given up.
    """

    def __init__(self, conninfo: str, patience: float) -> None:
        limits: dict[str, Any] = {
            "connect_timeout": max(2, int(patience)),  # libpq takes whole seconds, and 2 at least
            "tcp_user_timeout": int(patience * 1000),
        }
        given = conninfo_to_dict(conninfo)
        self._patience = patience
        self._conninfo = make_conninfo(conninfo, **{name: value for name, value in limits.items() if name not in given})
        self._connection: psycopg.Connection[Any] | None = None
        self._names: dict[bytes, bytes] = {}
        self._named = True
        self._whole = False
        """Whether each question brings its own transaction, whatever the session is like."""

    @property
    def is_open(self) -> bool:
        """Whether a question can be sent without connecting first."""
        return self._connection is not None and not self._connection.closed

    def is_ready(self, question: bytes) -> bool:
        """Whether :meth:`send` takes no waiting."""
        if not self.is_open:
            return False
        return self._pipelined if self._whole else not self._named or question in self._names

    def open(self, deadline: float) -> bool:
        """Connect, where it is not connected; whether it was not.

        :raises psycopg.Error: when the server cannot be reached.
        """
        if self.is_open:
            return False
        self.close()
        self._connection = psycopg.connect(self._conninfo, autocommit=True)
        self._whole = False
        backend, _, plain = self.ask(_WHERE, (), deadline).partition(b" ")
        # A login whose transactions are read-only by default writes its log all the same; and in a session that a
        # pooler hands round, the role may be another client's, and a prepared statement would be left to the next.
        self._whole = plain != _PLAIN or is_pooled(self._connection.pgconn.backend_pid, int(backend))
        if self._whole and psycopg.Pipeline.is_supported():
            self._pgconn.enter_pipeline_mode()
        return True

    def ask(
        self, question: bytes, values: Sequence[bytes], deadline: float, formats: Sequence[Format] | None = None
    ) -> bytes:
        """The only value of the answer; of a command without rows, how many it changed.

        :param formats: of the values; None when all are text.
        :param deadline: on the monotonic clock, in seconds.
        :raises psycopg.Error: the server refuses, does not answer in time, or cannot be reached.
        """
        named = self._named
        self.send(question, values, formats)
        try:
            return self.receive(deadline)
        except psycopg.Error:
            if named == self._named:
                raise
        return self.ask(question, values, deadline, formats)

    def send(self, question: bytes, values: Sequence[bytes], formats: Sequence[Format] | None = None) -> None:
        """Send it and do not wait.

        :raises psycopg.Error: when there is no connection.
        """
        pgconn = self._pgconn
        as_sent = None if formats is None else list(formats)  # psycopg 3.2 takes nothing but lists
        if self._whole:
            # The values go apart: other sessions of the login see the text, which must not hold a secret.
            for command in _BEGIN:
                self._command(command)
            pgconn.send_query_params(question, list(values), param_formats=as_sent)
            if self._pipelined:  # all at once
                self._command(b"COMMIT")
                pgconn.pipeline_sync()
        elif self._named and values:
            name = self._names.get(question)
            if name is None:
                name = self._names[question] = b"sminion_log_%d" % len(self._names)
                pgconn.send_prepare(name, question)
                self._all(time.monotonic() + 10)
            pgconn.send_query_prepared(name, list(values), as_sent)
        else:
            pgconn.send_query_params(question, list(values), param_formats=as_sent)
        pgconn.flush()

    def answered(self) -> bool:
        """Whether :meth:`receive` would not wait."""
        pgconn = self._pgconn
        pgconn.flush()
        pgconn.consume_input()
        return not pgconn.is_busy()

    def receive(self, deadline: float) -> bytes:
        """The answer to what was sent.

        :raises psycopg.Error: as :meth:`ask`.
        """
        value = None
        for result in self._all(deadline):
            if result.status == pq.ExecStatus.FATAL_ERROR:
                if self._whole and self._pgconn.transaction_status == pq.TransactionStatus.INERROR:
                    self._command(b"ROLLBACK")
                    if self._pipelined:
                        self._pgconn.pipeline_sync()
                        self._all(deadline)
                error = errors.error_from_result(result, encoding="utf-8")
                if error.sqlstate in NAMELESS:
                    self._named = False
                raise error
            if result.ntuples:
                value = result.get_value(0, 0)
            elif result.status == pq.ExecStatus.COMMAND_OK and result.command_tuples is not None:
                value = b"%d" % result.command_tuples
        if self._whole and not self._pipelined:
            self._command(b"COMMIT")
        if value is None:
            raise _lost()
        return value

    def close(self) -> None:
        """The next question needs a new connection."""
        connection, self._connection = self._connection, None
        self._names.clear()
        if connection is not None:
            connection.close()

    def _command(self, text: bytes) -> None:
        """Send a command without values; without a pipeline, wait for its end."""
        self._pgconn.send_query_params(text, None)
        if not self._pipelined:
            (result,) = self._all(time.monotonic() + self._patience)
            if result.status != pq.ExecStatus.COMMAND_OK:
                raise errors.error_from_result(result, encoding="utf-8")

    @property
    def _pipelined(self) -> bool:
        return self._pgconn.pipeline_status != pq.PipelineStatus.OFF

    @property
    def _pgconn(self) -> pq.abc.PGconn:
        if self._connection is None:
            raise psycopg.OperationalError("no connection to the log")
        return self._connection.pgconn

    def _all(self, deadline: float) -> list[pq.abc.PGresult]:
        """Every result up to the end of the answer; one at least."""
        pgconn = self._pgconn
        pipelined = self._pipelined
        found: list[pq.abc.PGresult] = []
        ended = False
        while True:
            while pgconn.flush():
                self._await(pgconn.socket, deadline, writing=True)
                pgconn.consume_input()
            while pgconn.is_busy():
                self._await(pgconn.socket, deadline)
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                if not pipelined or ended:  # in a pipeline, the results of each command end so
                    break
                ended = True
                continue
            ended = False
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                break
            found.append(result)
        if not found:  # somebody was interrupted between taking the answer and reading it
            raise _lost()
        return found

    @staticmethod
    def _await(socket: int, deadline: float, *, writing: bool = False) -> None:
        left = deadline - time.monotonic()
        if left > 0:
            poll = select.poll()
            poll.register(socket, select.POLLIN | (select.POLLOUT if writing else 0))
            if poll.poll(left * 1000):
                return
        raise psycopg.OperationalError("the log does not answer in time")


def _lost() -> psycopg.OperationalError:
    return psycopg.OperationalError("the answer of the log is lost")
