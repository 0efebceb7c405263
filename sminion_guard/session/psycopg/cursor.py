"""Cursors of a guarded connection: whatever they send is judged first.

psycopg's cursors do their work in generators that know nothing of threads or tasks; what is overridden here is
therefore the same for the sync and the async ones, for server-side cursors, and for a ``cursor_factory`` of the
user's.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import BaseConnection, adapt, pq, sql

from sminion_guard.errors import AuditUnavailable, GuardError
from sminion_guard.session.psycopg import autocommit
from sminion_guard.session.psycopg.arrival import arrived
from sminion_guard.session.psycopg.copy import GuardedCopy
from sminion_guard.session.psycopg.exchange import flush
from sminion_guard.session.psycopg.private import PostgresClientQuery, Prepare

Params = Sequence[Any] | Mapping[str, Any]
Kind = TypeVar("Kind", bound=type[Any])
T = TypeVar("T")

if TYPE_CHECKING:
    from psycopg.abc import PQGen, Query
    from psycopg.pq.abc import PGresult

    from sminion_guard.session.psycopg.exchange import Performing
    from sminion_guard.session.psycopg.private import BaseCursor, PostgresQuery, ServerCursorMixin
    from sminion_guard.session.recording.sent import Sent
    from sminion_guard.session.transaction import ConnectionState, Receipts, Transaction

    class _Cursor(BaseCursor[BaseConnection[Any], Any]):
        _conn: Guarding

    class _ServerCursor(ServerCursorMixin[BaseConnection[Any], Any], _Cursor):
        pass

    class Guarding(Performing, BaseConnection[Any]):
        """What a cursor asks of its connection."""

        _admitted: bool
        _implicit: bool
        _receipts: Receipts
        _state: ConnectionState
        _transaction: Transaction

        def _admit(
            self, statement: bytes | None, types: tuple[int, ...] = (), *, joins: bool = False, whole: bool = False
        ) -> PQGen[Sent | None]: ...

        def _begin_anew(self) -> None: ...

        def _step(self, effects: Any) -> PQGen[Any]: ...

else:
    _Cursor = _ServerCursor = object

_JOINS = re.compile(
    rb"(?:\s|--[^\n]*\n|/\*[^*]*\*/)*(?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES)\b", re.IGNORECASE
)
"""Statements that can be sent in one flush with BEGIN. COPY cannot, and neither can several statements in one text."""


class GuardedCursor(_Cursor):
    """Mixed into every cursor class of a guarded connection."""

    _log: Sent | None = None
    """What was sent last, and is on its way to the log."""
    _came: Sent | None = None
    """What the results belong to that are about to be set."""
    _arriving = False
    """While a row of a stream may be here that is not handed in."""
    _converted: PostgresQuery | None = None
    """The statement that was judged and is about to be sent."""
    _with_begin = False
    """Whether it is sent in one flush with what begins its transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queued: deque[Sent | None] = deque()  # of a pipeline, in which one cursor may send several statements

    # Each way to send a statement converts it first, so that it is judged with its final text before psycopg's own
    # generator begins: nothing has been sent by then.

    def _execute_gen(self, query: Query, params: Params | None = None, **kwargs: Any) -> PQGen[None]:
        converted = self._convert(query, params)
        alone = self._conn._pipeline is None
        joins = converted is not None and alone and _joins(converted)
        return self._judging(converted, super()._execute_gen(query, params, **kwargs), joins=joins, whole=alone)

    def _stream_send_gen(self, query: Query, params: Params | None = None, **kwargs: Any) -> PQGen[None]:
        return self._judging(self._convert(query, params), super()._stream_send_gen(query, params, **kwargs))

    def _start_copy_gen(self, statement: Query, params: Params | None = None) -> PQGen[None]:
        if not self.closed and (params or not isinstance(statement, str | bytes | sql.Composable)):
            # As psycopg does, which parameters of COPY reach the server in its text.
            whole = PostgresClientQuery(adapt.Transformer(self))
            whole.convert(statement, params)
            statement, params = whole.query, None
        return self._judging(self._convert(statement), super()._start_copy_gen(statement, params))

    def _executemany_gen_pipeline(self, query: Query, params_seq: Iterable[Params], returning: bool) -> PQGen[None]:
        converted, every = self._convert_first(query, params_seq)
        return self._judging(converted, super()._executemany_gen_pipeline(query, every, returning), whole=True)

    def _executemany_gen_no_pipeline(self, query: Query, params_seq: Iterable[Params], returning: bool) -> PQGen[None]:
        converted, every = self._convert_first(query, params_seq)
        return self._judging(converted, super()._executemany_gen_no_pipeline(query, every, returning), whole=True)

    def _convert(self, query: Query, params: Params | None = None) -> PostgresQuery | None:
        """The statement as it will be sent; None for a closed cursor, which psycopg refuses."""
        if self.closed:
            return None
        self._reset()  # as psycopg does before it converts
        self._last_query = None
        self._tx = adapt.Transformer(self)
        return super()._convert_query(query, params)

    def _convert_first(
        self, query: Query, params_seq: Iterable[Params]
    ) -> tuple[PostgresQuery | None, Iterable[Params]]:
        """The statement with the first parameters, and all parameters, though they may come from an iterator."""
        rest = iter(params_seq)
        taken = list(islice(rest, 1))
        return (self._convert(query, taken[0]) if taken else None), chain(taken, rest)

    def _judging(
        self, converted: PostgresQuery | None, send: PQGen[None], *, joins: bool = False, whole: bool = False
    ) -> PQGen[None]:
        """Judge the statement, and send it.

        :param joins: whether it can be sent in one flush with what begins its transaction.
        :param whole: whether it can be a transaction of its own, as it is in autocommit.
        """
        if self.closed:
            return (yield from send)
        try:
            if converted is None:
                self._log = yield from self._conn._admit(None)
            else:
                self._log = yield from self._conn._admit(
                    converted.query, tuple(converted.types), joins=joins, whole=whole)
                self._converted = converted
                self._with_begin = joins and bool(self._conn._transaction.held)
            yield from send
            yield from autocommit.end(self._conn, commit=True)
        except (psycopg.Error, GuardError):
            with suppress(psycopg.Error):  # what happened first counts, and a connection that is lost ends by itself
                yield from autocommit.end(self._conn, commit=False)
            raise
        finally:
            self._converted, self._with_begin, self._conn._admitted = None, False, False

    def _convert_query(self, query: Query, params: Params | None = None) -> PostgresQuery:
        converted, self._converted = self._converted, None
        return super()._convert_query(query, params) if converted is None else converted

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        """As psycopg's; what COPY TO hands out is on record before."""
        return GuardedCopy(self, super().copy(*args, **kwargs))  # type: ignore[misc]

    def _maybe_prepare_gen(
        self, pgq: PostgresQuery, *, prepare: bool | None = None, binary: bool | None = None
    ) -> PQGen[None]:
        # Once for each execution: executemany has several of one statement, whose parameters may differ in type.
        self._conn._transaction.check_types(tuple(pgq.types))
        if self._conn._pipeline is None:
            self._queued.clear()
        else:
            self._queued.append(self._log)
        if self._with_begin:
            return self._begin_with(pgq, prepare, binary)
        return super()._maybe_prepare_gen(pgq, prepare=prepare, binary=binary)

    def _begin_with(self, pgq: PostgresQuery, prepare: bool | None, binary: bool | None) -> PQGen[None]:
        """As psycopg's own, in one flush with what begins the transaction."""
        connection, transaction = self._conn, self._conn._transaction
        prep, name = self._get_prepared(pgq, prepare)

        def send() -> int:
            if prep is Prepare.NO:
                self._execute_send(pgq, force_extended=True, binary=binary)
                return 1
            if prep is Prepare.SHOULD:
                self._send_prepare(name, pgq)
            self._send_query_prepared(name, pgq, binary=binary)
            return 2 if prep is Prepare.SHOULD else 1

        error, own, answers = yield from flush(connection, transaction.held, send)
        error = error or transaction.begun(own)
        if error is not None:
            self._log = yield from connection._step(transaction.not_begun(error))
            yield from super()._maybe_prepare_gen(pgq, prepare=prepare, binary=binary)
            return
        self._log = transaction.sent()
        *prepared, results = answers
        for (result,) in prepared:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise psycopg.errors.error_from_result(result, encoding=self._encoding)
        key = connection._prepared.maybe_add_to_cache(pgq, prep, name)
        if key is not None:
            connection._prepared.validate(key, prep, name, results)
        self._check_results(results)
        self._set_results(results)

    def _check_results(self, results: list[PGresult]) -> None:
        self._came = self._queued.popleft() if self._queued else self._log
        super()._check_results(results)

    def _set_results(self, results: list[PGresult]) -> None:
        # First its row is handed in, then it is here: Ctrl-C may come in between.
        sent, self._came = self._came or self._log, None
        arrived(self._conn, self, sent, results)
        self._arriving = False  # of a stream that ended in an error
        super()._set_results(results)

    def _stream_fetchone_gen(self, first: bool) -> PQGen[PGresult | None]:
        self._arriving = True
        result = yield from super()._stream_fetchone_gen(first)
        if result is not None:
            arrived(self._conn, self, self._log, [result])
        self._arriving = False
        return result

    def _check_result_for_fetch(self) -> PGresult:
        # An execute that was interrupted, or a task that was cancelled, may leave a result here that nobody waited for.
        if self._arriving or (self._conn._receipts.due and self in self._conn._receipts.unreleased):
            raise AuditUnavailable(
                "SG601", "the result was cut off before its row was on record, so it is not released",
                hint="execute the statement again",
            )
        return super()._check_result_for_fetch()


class GuardedServerCursor(GuardedCursor, _ServerCursor):
    """Mixed into server-side cursors: what they fetch is released in the transaction's context or not at all."""

    def _declare_gen(self, query: Query, params: Params | None = None, binary: bool | None = None) -> PQGen[None]:
        declare = None if self.closed else self._make_declare_statement(query)
        converted = None if declare is None else self._convert(declare, params)
        return self._judging(converted, super()._declare_gen(query, params, binary))

    def _describe_gen(self) -> PQGen[None]:
        yield from super()._describe_gen()
        arrived(self._conn, self, self._log, [])

    def _fetch_gen(self, num: int | None) -> PQGen[list[Any]]:
        try:
            if self._described or self.closed:
                self._conn._transaction.stay_in_context()
            else:  # somebody else declared it
                fetch = sql.SQL("FETCH ALL FROM {}").format(sql.Identifier(self._name))
                self._log = yield from self._conn._admit(fetch.as_bytes(self._conn))
            rows = yield from super()._fetch_gen(num)
        finally:
            self._conn._admitted = False
        if self.pgresult is not None:
            arrived(self._conn, self, self._log, [self.pgresult])
        return rows

    def _scroll_gen(self, value: int, mode: str) -> PQGen[None]:
        self._conn._transaction.stay_in_context()
        return super()._scroll_gen(value, mode)


def guarded(kind: Kind) -> Kind:
    """The cursor class ``kind`` with the guard mixed in; ``kind`` itself when it has it."""
    return _guarded(kind)  # type: ignore[return-value, arg-type]


@cache
def _guarded(kind: type[Any]) -> type[Any]:
    if issubclass(kind, GuardedCursor):
        return kind
    server_side = issubclass(kind, psycopg.ServerCursor | psycopg.AsyncServerCursor)
    mixin = GuardedServerCursor if server_side else GuardedCursor
    return type(f"Guarded{kind.__name__}", (mixin, kind), {"__module__": __name__})


def _joins(converted: PostgresQuery) -> bool:
    """Whether the statement can be sent in one flush with what begins its transaction."""
    one = converted.params is not None or b";" not in converted.query
    return one and _JOINS.match(converted.query) is not None
