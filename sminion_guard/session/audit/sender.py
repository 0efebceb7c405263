"""The writer's own connection: one batch at a time, each written once, whatever becomes of the connection."""

from __future__ import annotations

import json
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from sminion_guard import resources
from sminion_guard.session.audit.queue import Place, Waiting
from sminion_guard.session.audit.rows import Result


class Orphan(Exception):
    """A result whose statement is not on record, or on record of an earlier writer: it cannot be recorded."""


class Sender:
    """Not thread-safe: it belongs to the writer's thread.

    :param conninfo: of the database that holds the tickets, as the login that opens them.
    :param patience: seconds after which a server that does not answer is given up.
    """

    def __init__(self, conninfo: str, patience: float) -> None:
        limits: dict[str, Any] = {
            "connect_timeout": max(2, int(patience)),  # libpq takes whole seconds, and 2 at least
            "tcp_user_timeout": int(patience * 1000),
        }
        given = conninfo_to_dict(conninfo)
        self._conninfo = make_conninfo(conninfo, **{name: value for name, value in limits.items() if name not in given})
        self._timeout = int(patience * 1000)
        self._connection: psycopg.Connection[Any] | None = None
        self._writer: int | None = None
        self._written = 0

    def send(self, batch: list[Waiting]) -> list[Place]:
        """Write ``batch``; call it again with the same batch after an error that may pass.

        :returns: where each row stands.
        :raises psycopg.Error: the server refuses, or cannot be reached.
        :raises Orphan: see there.
        """
        connection = self._connected()
        if self._writer is None:
            row = connection.execute(_query("open_log")).fetchone()
            assert row is not None
            self._writer, self._written = int(row[0]), 0
        first = self._written + 1
        places = [(self._writer, first + number) for number in range(len(batch))]
        entries = [self._entry(waiting, batch, places) for waiting in batch]
        connection.execute(_query("log_statements"), (self._writer, first, json.dumps(entries)))
        self._written += len(batch)
        return places

    def _entry(self, waiting: Waiting, batch: list[Waiting], places: list[Place]) -> dict[str, Any]:
        row, of = waiting.row, waiting.of
        if not isinstance(row, Result):
            return row.entry()
        assert of is not None
        if of.done():
            if of.cancelled() or of.exception() is not None:
                raise Orphan("the statement of this result is not on record")
            writer, place = of.result()
        else:  # it waits for the same batch, before its result
            writer, place = next(
                (place for other, place in zip(batch, places, strict=True) if other.receipt is of), (0, 0)
            )
        if writer != self._writer:
            raise Orphan("the statement of this result is on record of an earlier connection to the log")
        return row.entry(place)

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=2)
            self._connection.execute(_query("limit"), (str(self._timeout),))
        return self._connection

    def disconnect(self) -> None:
        """The next batch goes through a new connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def start_anew(self) -> None:
        """Forget how far the log is: a batch was given up that may be on record or not."""
        self._writer = None


def _query(name: str) -> bytes:
    found = _queries.get(name)
    if found is None:
        found = _queries[name] = (resources.sql() / "queries" / "audit" / f"{name}.sql").read_bytes()
    return found


_queries: dict[str, bytes] = {}
