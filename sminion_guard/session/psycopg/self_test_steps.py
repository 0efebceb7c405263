"""The steps of the self-test: each way to send a statement by psycopg, once.

A step can be stopped where it passes a hook, before it sends anything.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from sminion_guard.errors import ContextEscape
from sminion_guard.session.psycopg.cursor import GuardedCursor, guarded

Steps = Generator[Any, Any, None]
"""Yields what must be waited for."""

CURSOR = (
    "_start_query", "_convert_query", "_execute_gen", "_stream_send_gen", "_start_copy_gen",
    "_executemany_gen_pipeline", "_executemany_gen_no_pipeline", "_maybe_prepare_gen", "_check_results", "_set_results",
    "_stream_fetchone_gen", "_check_result_for_fetch",
)
"""What the guard overrides in all cursors."""
SERVER_CURSOR = ("_declare_gen", "_describe_gen", "_fetch_gen", "_scroll_gen")
"""And in server-side ones."""
CONNECTION = ("wait", "_start_query", "_exec_command", "_rollback_gen", "_tpc_begin_gen", "_tpc_prepare_gen")
"""What it overrides in connections."""
OTHER = ("_begin_statement", "cursor_factory", "server_cursor_factory", "_read_gen")
"""Not methods of ours: the command that begins a transaction, by which we know it; how a connection makes cursors; and
what a block of COPY reads with, which is replaced in each."""

_SENT = ("cursor _start_query", "connection _start_query", "cursor _convert_query", "connection wait")
_PLAIN = "SELECT 1"


class _Stop(Exception):
    """The hook was reached, and what it stands for shall not happen."""


class Watch:
    """Notes the hooks that are passed.

    :ivar passed: ``connection wait`` and the like.
    :ivar stop: raise instead of going on when this one is passed.
    """

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.stop = ""

    def note(self, hook: str) -> None:
        """:raises _Stop: where the step ends."""
        self.passed.add(hook)
        if hook == self.stop:
            raise _Stop

    @contextmanager
    def until(self, hook: str, connection: Any) -> Iterator[None]:
        """A step that ends where ``hook`` is passed, before anything is sent. Past it the server may refuse what it was
        never meant to get."""
        self.stop = hook
        try:
            yield
        except _Stop:
            pass
        except psycopg.Error:
            if connection.closed:
                raise

    def watched(self, kind: type[Any], what: str, hooks: tuple[str, ...]) -> type[Any]:
        """A subclass of ``kind`` whose ``hooks`` are noted."""
        return type(f"Watched{kind.__name__}", (kind,), {name: self._noting(kind, what, name) for name in hooks})

    def _noting(self, kind: type[Any], what: str, name: str) -> Callable[..., Any]:
        inner = getattr(kind, name)

        def hook(this: Any, *args: Any, **kwargs: Any) -> Any:
            if name == "_exec_command" and args and args[0] is this._begin_statement:
                self.note("connection _begin_statement")
            if name == "_exec_command" and args and isinstance(args[0], bytes) and args[0].startswith(b"SAVEPOINT"):
                self.note("connection SAVEPOINT")
            self.note(f"{what} {name}")
            return inner(this, *args, **kwargs)

        return hook


def steps(connection: Any, watch: Watch) -> Steps:
    is_async = isinstance(connection, psycopg.AsyncConnection)
    library: Any = psycopg.AsyncCursor if is_async else psycopg.Cursor
    cursor = watch.watched(guarded(library), "cursor", CURSOR)(connection)
    _cursors_are_ours(connection)

    def done(what: str, *hooks: str) -> None:
        missing = [hook for hook in hooks if hook not in watch.passed]
        watch.passed.clear()
        watch.stop = ""
        if missing:
            raise _not_called(what, missing)

    results = ("cursor _maybe_prepare_gen", "cursor _check_results", "cursor _set_results")
    yield cursor.execute(_PLAIN)
    done("execute", "cursor _execute_gen", *_SENT, "connection _exec_command", "connection _begin_statement", *results)
    for fetch in (cursor.fetchone, cursor.fetchmany, cursor.fetchall):
        yield fetch()
        done(fetch.__name__, "cursor _check_result_for_fetch")
    with suppress(StopIteration, RuntimeError):
        yield _next(cursor)
    done("iteration", "cursor _check_result_for_fetch")

    piped = psycopg.Pipeline.is_supported()  # by this libpq: the other way is not gone then
    yield cursor.executemany(_PLAIN, [(), ()])
    done("executemany", f"cursor _executemany_gen_{'pipeline' if piped else 'no_pipeline'}", *_SENT, *results)
    rows = cursor.stream(_PLAIN)
    yield _next(rows)
    with suppress(StopIteration, RuntimeError):
        yield _next(rows)
    done("stream", "cursor _stream_send_gen", *_SENT, "cursor _stream_fetchone_gen")

    block = cursor.copy(f"COPY ({_PLAIN}) TO STDOUT")
    copy = yield _enter(block, is_async)
    read = copy._read_gen

    def reading() -> Any:
        watch.note("copy _read_gen")
        return read()

    copy._read_gen = reading
    while (yield copy.read()):
        pass
    yield _leave(block, is_async)
    done("copy", "cursor _start_copy_gen", *_SENT, "cursor _set_results", "copy _read_gen")

    yield from _named(connection, watch, done)

    yield connection.rollback()
    done("rollback", "connection _rollback_gen", "connection _exec_command")

    outer, inner = connection.transaction(), connection.transaction()
    yield _enter(outer, is_async)
    done("a block", "connection wait", "connection _begin_statement", "connection _exec_command")
    yield _enter(inner, is_async)
    done("a savepoint", "connection wait", "connection SAVEPOINT", "connection _exec_command")
    yield _leave(inner, is_async)
    yield _leave(outer, is_async)
    yield from _two_phase(connection, watch, done)


def _named(connection: Any, watch: Watch, done: Callable[..., None]) -> Steps:
    """Server-side cursors: stopped each time before anything is sent."""
    is_async = isinstance(connection, psycopg.AsyncConnection)
    library: Any = psycopg.AsyncServerCursor if is_async else psycopg.ServerCursor
    kind = watch.watched(guarded(library), "cursor", CURSOR + SERVER_CURSOR)
    cursor = kind(connection, "sminion_guard_self_test")
    with watch.until("cursor _convert_query", connection):
        yield cursor.execute(_PLAIN)
    done("execute of a server-side cursor", "cursor _declare_gen", *_SENT)
    with watch.until("cursor _describe_gen", connection):
        yield cursor.fetchone()
    done("fetchone of a server-side cursor", "cursor _fetch_gen", "cursor _start_query", "cursor _describe_gen")
    for what in ("fetchmany", "fetchall"):
        with watch.until("cursor _fetch_gen", connection):
            yield getattr(cursor, what)()
        done(f"{what} of a server-side cursor", "cursor _fetch_gen")
    with watch.until("cursor _fetch_gen", connection):
        yield _next(cursor)
    done("iteration of a server-side cursor", "cursor _fetch_gen")
    with watch.until("cursor _scroll_gen", connection):
        yield cursor.scroll(1)
    done("scroll of a server-side cursor", "cursor _scroll_gen")
    cursor._closed = True  # it was never declared, so there is nothing to close


def _two_phase(connection: Any, watch: Watch, done: Callable[..., None]) -> Steps:
    with watch.until("connection _exec_command", connection):
        yield connection.tpc_begin("sminion_guard")
    done("tpc_begin", "connection _tpc_begin_gen", "connection _begin_statement", "connection _exec_command")
    connection._tpc = (connection.xid(1, "sminion_guard", "self_test"), False)
    try:
        with watch.until("connection _tpc_prepare_gen", connection):
            yield connection.tpc_prepare()
    finally:
        connection._tpc = None
    done("tpc_prepare", "connection _tpc_prepare_gen")


def _cursors_are_ours(connection: Any) -> None:
    server_side = connection.cursor("sminion_guard_self_test")
    server_side._closed = True
    for what, cursor in (("cursor_factory", connection.cursor()), ("server_cursor_factory", server_side)):
        if not isinstance(cursor, GuardedCursor):
            raise _not_called("cursor", [f"connection {what}"])


def _next(rows: Any) -> Any:
    return rows.__aiter__().__anext__() if hasattr(rows, "__aiter__") else next(iter(rows))


def _enter(block: Any, is_async: bool) -> Any:
    # A block of COPY is ours, and has both.
    return block.__enter__() if not is_async else block.__aenter__()


def _leave(block: Any, is_async: bool) -> Any:
    nothing = (None, None, None)
    return block.__exit__(*nothing) if not is_async else block.__aexit__(*nothing)


def _not_called(what: str, hooks: list[str]) -> ContextEscape:
    return no_longer_fits(
        "psycopg", psycopg.__version__, f"{what} does not call " + ", ".join(f"`{hook}`" for hook in hooks))


def no_longer_fits(library: str, version: str, evidence: str) -> ContextEscape:
    """SG236, to be raised.

    :param evidence: what was tried, and what the library did not call.
    """
    return ContextEscape(
        "SG236", f"`{library}` {version} goes past the guard", detail=evidence,
        hint=f"install a version of `{library}` that this version of sminion_guard was tested with, or update both",
    )
