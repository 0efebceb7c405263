"""Cursors of a guarded connection: whatever they send, they announce it first.

psycopg's cursors do their work in generators that know nothing of threads or tasks; what is overridden here is
therefore the same for the sync and the async ones, for server-side cursors, and for a ``cursor_factory`` of the
user's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import BaseConnection, sql

from sminion_guard.errors import AuditUnavailable

Params = Sequence[Any] | Mapping[str, Any]
Kind = TypeVar("Kind", bound=type[Any])
T = TypeVar("T")

if TYPE_CHECKING:
    from weakref import WeakSet

    from psycopg._cursor_base import BaseCursor
    from psycopg._queries import PostgresQuery
    from psycopg._server_cursor_base import ServerCursorMixin
    from psycopg.abc import Buffer, PQGen, Query
    from psycopg.pq.abc import PGresult

    from sminion_guard.session.copying import Copying
    from sminion_guard.session.sent import Sent

    class _Cursor(BaseCursor[BaseConnection[Any], Any]):
        _conn: Guarding

    class _ServerCursor(ServerCursorMixin[BaseConnection[Any], Any], _Cursor):
        pass

    class Guarding(BaseConnection[Any]):
        """What a cursor asks of its connection."""

        _announced: Query | None
        """The statement that is about to be sent, in whatever form its cursor got it."""
        _due: list[Any]
        """Rows of the log that must be on disk before anything is released."""
        _unreleased: WeakSet[Any]
        """Cursors that hold results that were not released."""

        def _judge_types(self, types: Sequence[int]) -> None: ...

        def _about_to_send(self, statement: bytes) -> Sent | None: ...

        def _arrived(self, cursor: Any, sent: Sent | None, results: list[PGresult]) -> None: ...

        def _copying(self, sent: Sent) -> Copying: ...

        def _copied(self, sent: Sent, copying: Copying, read: Callable[[], PQGen[Buffer]]) -> PQGen[Buffer]: ...

        def _deciding(self, send: Callable[[], PQGen[T]]) -> PQGen[T]: ...

        def _decide(self, role: str) -> PQGen[None]: ...

        def _stay_in_context(self) -> None: ...

else:
    _Cursor = _ServerCursor = object

UNSEEN = "\N{EMPTY SET}"
"""Announced where psycopg shows the statement only later (COPY), or has none (describing a cursor)."""


class GuardedCursor(_Cursor):
    """Mixed into every cursor class of a guarded connection."""

    _log: Sent | None = None
    """What was sent last, and is on its way to the log."""
    _came: Sent | None = None
    """What the results belong to that are about to be set."""
    _arriving = False
    """While a row of a stream may be here that is not handed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queued: deque[Sent | None] = deque()  # of a pipeline, in which one cursor may send several statements

    def _start_query(self, query: Query | None = None) -> PQGen[None]:
        # Here a transaction begins where none runs; the door lets in only what was announced.
        self._conn._announced = UNSEEN if query is None else query
        return super()._start_query(query)

    def _convert_query(self, query: Query, params: Params | None = None) -> PostgresQuery:
        # Every statement with its final text comes by here, once, before it is sent: execute, executemany, stream, COPY
        # and DECLARE, in a pipeline or not.
        converted = super()._convert_query(query, params)
        self._conn._judge_types(converted.types)
        self._log = self._conn._about_to_send(converted.query)
        return converted

    # Where the compartment must be chosen first, each of these starts again: nothing has been sent by then.

    def _execute_gen(self, *args: Any, **kwargs: Any) -> PQGen[None]:
        start = super()._execute_gen
        return self._conn._deciding(lambda: start(*args, **kwargs))

    def _stream_send_gen(self, *args: Any, **kwargs: Any) -> PQGen[None]:
        start = super()._stream_send_gen
        return self._conn._deciding(lambda: start(*args, **kwargs))

    def _start_copy_gen(self, *args: Any, **kwargs: Any) -> PQGen[None]:
        start = super()._start_copy_gen
        return self._conn._deciding(lambda: start(*args, **kwargs))

    def _executemany_gen_pipeline(self, query: Query, params_seq: Iterable[Params], returning: bool) -> PQGen[None]:
        start, again = super()._executemany_gen_pipeline, _Again(params_seq)
        return self._conn._deciding(lambda: start(query, again, returning))

    def _executemany_gen_no_pipeline(self, query: Query, params_seq: Iterable[Params], returning: bool) -> PQGen[None]:
        start, again = super()._executemany_gen_no_pipeline, _Again(params_seq)
        return self._conn._deciding(lambda: start(query, again, returning))

    def copy(self, *args: Any, **kwargs: Any) -> Any:
        """As psycopg's; what COPY TO hands out is on record before."""
        return _Copy(self, super().copy(*args, **kwargs))  # type: ignore[misc]

    def _maybe_prepare_gen(self, pgq: PostgresQuery, **kwargs: Any) -> PQGen[None]:
        # Once for each execution: executemany has several of one statement, whose parameters may differ in type.
        self._conn._judge_types(pgq.types)
        if self._conn._pipeline is None:
            self._queued.clear()
        else:
            self._queued.append(self._log)
        return super()._maybe_prepare_gen(pgq, **kwargs)

    def _check_results(self, results: list[PGresult]) -> None:
        self._came = self._queued.popleft() if self._queued else self._log
        super()._check_results(results)

    def _set_results(self, results: list[PGresult]) -> None:
        # First its row is handed in, then it is here: Ctrl-C may come in between.
        sent, self._came = self._came or self._log, None
        self._conn._arrived(self, sent, results)
        self._arriving = False  # of a stream that ended in an error
        super()._set_results(results)

    def _stream_fetchone_gen(self, first: bool) -> PQGen[PGresult | None]:
        self._arriving = True
        result = yield from super()._stream_fetchone_gen(first)
        if result is not None:
            self._conn._arrived(self, self._log, [result])
        self._arriving = False
        return result

    def _check_result_for_fetch(self) -> PGresult:
        # An execute that was interrupted, or a task that was cancelled, may leave a result here that nobody waited for.
        if self._arriving or (self._conn._due and self in self._conn._unreleased):
            raise AuditUnavailable(
                "SG601", "the result was cut off before its row was on record, so it is not released",
                hint="execute the statement again",
            )
        return super()._check_result_for_fetch()


class _Copy:
    """The block of a COPY, sync or async."""

    def __init__(self, cursor: GuardedCursor, block: Any) -> None:
        self._cursor, self._block = cursor, block

    def __enter__(self) -> Any:
        return self._watched(self._block.__enter__())

    def __exit__(self, *error: Any) -> Any:
        return self._block.__exit__(*error)

    async def __aenter__(self) -> Any:
        return self._watched(await self._block.__aenter__())

    async def __aexit__(self, *error: Any) -> Any:
        return await self._block.__aexit__(*error)

    def _watched(self, copy: Any) -> Any:
        sent, connection, read = self._cursor._log, self._cursor._conn, copy._read_gen
        if sent is not None:
            copying = connection._copying(sent)
            copy._read_gen = lambda: connection._copied(sent, copying, read)
        return copy


class _Again(Iterable[T]):
    """What can be looped over once more after its first entry was taken, though it may be an iterator."""

    def __init__(self, entries: Iterable[T]) -> None:
        self._rest = iter(entries)
        self._taken: list[T] = []

    def __iter__(self) -> Iterator[T]:
        taken = self._taken.copy()
        yield from taken
        for entry in self._rest:
            if not self._taken:
                self._taken.append(entry)
            yield entry


class GuardedServerCursor(GuardedCursor, _ServerCursor):
    """Mixed into server-side cursors: what they fetch is released in the transaction's context or not at all."""

    def _declare_gen(self, *args: Any, **kwargs: Any) -> PQGen[None]:
        start = super()._declare_gen
        return self._conn._deciding(lambda: start(*args, **kwargs))

    def _describe_gen(self) -> PQGen[None]:
        if self._log is None:
            yield from self._conn._decide("")
        yield from super()._describe_gen()
        if self._log is None:  # somebody else declared it, so that what it fetches is not on record yet
            fetch = sql.SQL("FETCH ALL FROM {}").format(sql.Identifier(self._name))
            self._log = self._conn._about_to_send(fetch.as_bytes(self._conn))
        else:
            self._conn._arrived(self, self._log, [])

    def _fetch_gen(self, num: int | None) -> PQGen[list[Any]]:
        self._conn._stay_in_context()
        rows = yield from super()._fetch_gen(num)
        if self.pgresult is not None:
            self._conn._arrived(self, self._log, [self.pgresult])
        return rows

    def _scroll_gen(self, value: int, mode: str) -> PQGen[None]:
        self._conn._stay_in_context()
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
