"""A psycopg that no longer calls what the guard overrides is refused on the first connection of a process."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import psycopg
import pytest
from psycopg import _connection_base, _copy, _copy_async, _copy_base, _cursor_base, _pipeline, _server_cursor_base
from psycopg import connection as psycopg_connection
from psycopg import connection_async as psycopg_connection_async
from psycopg import cursor as psycopg_cursor
from psycopg import cursor_async as psycopg_cursor_async
from psycopg import transaction as psycopg_transaction

from sminion_guard import connect, processing
from sminion_guard.errors import ContextEscape, ContextMissing
from sminion_guard.session import Guard, GuardedAsyncConnection
from sminion_guard.session.psycopg import self_test, self_test_steps
from sminion_guard.session.psycopg.connection import GuardedConnection
from sminion_guard.session.psycopg.cursor import GuardedCursor, GuardedServerCursor
from sminion_guard.session.psycopg.hooks import ConnectionHooks
from tests.session.shop import Shop

MODULES = (
    _connection_base, _copy, _copy_async, _copy_base, _cursor_base, _pipeline, _server_cursor_base, psycopg_connection,
    psycopg_connection_async, psycopg_cursor, psycopg_cursor_async, psycopg_transaction,
)
CURSORS = (psycopg.Cursor, psycopg.AsyncCursor, psycopg.ServerCursor, psycopg.AsyncServerCursor)
CONNECTIONS = (psycopg.Connection, psycopg.AsyncConnection)
HOOKS = [
    *(f"cursor {name}" for name in self_test_steps.CURSOR + self_test_steps.SERVER_CURSOR),
    *(f"connection {name}" for name in self_test_steps.CONNECTION),
]


def functions() -> Iterator[FunctionType]:
    """Those of psycopg's classes, and what decorators wrapped."""
    seen = set()
    for module in MODULES:
        for kind in vars(module).values():
            if inspect.isclass(kind) and kind.__module__.startswith("psycopg"):
                for each in vars(kind).values():
                    function = inspect.unwrap(getattr(each, "__func__", each))
                    if isinstance(function, FunctionType) and function not in seen:
                        seen.add(function)
                        yield function


def rename(monkeypatch: pytest.MonkeyPatch, name: str, kinds: tuple[type, ...]) -> None:
    """What a new version would do: everything in psycopg calls the method ``name`` of ``kinds`` by another name."""
    other = f"{name}_renamed"
    for kind in {kind for module in MODULES for kind in vars(module).values() if inspect.isclass(kind)}:
        if name in vars(kind):
            monkeypatch.setattr(kind, other, vars(kind)[name], raising=False)
    if name == "wait":
        monkeypatch.setattr(psycopg.waiting, other, psycopg.waiting.wait, raising=False)
    of_cursors = kinds is CURSORS
    for function in list(functions()):
        code = function.__code__
        if name not in code.co_names:
            continue
        if name == "_start_query" and of_cursors == (function is _cursor_base.BaseCursor._start_query):
            continue  # the cursor's calls that of its connection
        names = tuple(other if each == name else each for each in code.co_names)
        monkeypatch.setattr(function, "__code__", code.replace(co_names=names))


@pytest.fixture(autouse=True)
def a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "_proved", set())


def attempt(shop: Shop, kind: str) -> None:
    guard = Guard(shop.policy)
    try:
        if kind == "sync":
            connect(shop.dsn(), policy=guard).close()
        else:
            asyncio.run(_attempt(shop, guard))
    finally:
        guard.close()


async def _attempt(shop: Shop, guard: Guard) -> None:
    await (await GuardedAsyncConnection.connect(shop.dsn(), policy=guard)).close()


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_is_no_longer_called_is_named(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, hook: str, kind: str
) -> None:
    what, name = hook.split()
    if name == "_executemany_gen_no_pipeline":
        monkeypatch.setattr(psycopg.Pipeline, "is_supported", lambda: False)  # an old libpq
    rename(monkeypatch, name, CURSORS if what == "cursor" else CONNECTIONS)
    with pytest.raises(ContextEscape) as refused:
        attempt(shop, kind)
    assert (refused.value.code, refused.value.message) == (
        "SG236", f"`psycopg` {psycopg.__version__} goes past the guard")
    assert f"`{hook}`" in (refused.value.detail or "")
    with pytest.raises(ContextEscape, match="SG236"):
        attempt(shop, kind)  # it is not forgotten


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_command_that_begins_transactions_by_itself_is_noticed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """By its identity the guard knows that a transaction begins."""
    monkeypatch.setattr(
        _connection_base.BaseConnection, "_get_tx_start_command", lambda self: bytes(bytearray(b"BEGIN")))
    with pytest.raises(ContextEscape, match="SG236") as refused:
        attempt(shop, kind)
    assert "`connection _begin_statement`" in (refused.value.detail or "")


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_copy_that_reads_by_another_name_is_noticed(shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    rename(monkeypatch, "_read_gen", (_copy.Copy, _copy_async.AsyncCopy))
    with pytest.raises(ContextEscape, match="SG236") as refused:
        attempt(shop, kind)
    assert "`copy _read_gen`" in (refused.value.detail or "")


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_cursors_that_a_connection_makes_past_its_factory_are_noticed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    connection, cursor = (CONNECTIONS[0], CURSORS[0]) if kind == "sync" else (CONNECTIONS[1], CURSORS[1])
    monkeypatch.setattr(connection, "cursor", lambda self, *args, **kwargs: cursor(self))
    with pytest.raises(ContextEscape, match="SG236") as refused:
        attempt(shop, kind)
    assert "`connection cursor_factory`" in (refused.value.detail or "")


def test_each_private_method_that_is_overridden_is_tried() -> None:
    ours = {f"cursor {name}" for kind in (GuardedCursor, GuardedServerCursor) for name in vars(kind)
            if any(hasattr(library, name) for library in CURSORS)}
    ours |= {f"connection {name}"
             for kind in (ConnectionHooks, GuardedConnection, GuardedAsyncConnection)
             for name in vars(kind) if any(hasattr(library, name) for library in CONNECTIONS)}
    private = {hook for hook in ours if hook.split()[1].startswith("_") and not hook.split()[1].startswith("__")}
    assert {hook for hook in private if callable_in_psycopg(hook)} <= set(HOOKS)


def callable_in_psycopg(hook: str) -> bool:
    what, name = hook.split()
    return any(callable(getattr(kind, name, None)) for kind in (CURSORS if what == "cursor" else CONNECTIONS))


@pytest.mark.parametrize("autocommit", [False, True])
def test_a_connection_that_proved_it_is_as_new(shop: Shop, autocommit: bool) -> None:
    guard = Guard(shop.policy)
    try:
        with connect(shop.dsn(), policy=guard, autocommit=autocommit, prepare_threshold=2) as connection:
            assert self_test._proved == {psycopg.Connection}
            assert type(connection) is GuardedConnection
            assert connection.autocommit is autocommit
            assert connection.prepare_threshold == 2
            assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
            with connection.setting_up():
                for view in ("pg_prepared_statements", "pg_cursors"):
                    assert connection.execute(f"SELECT name FROM {view}").fetchall() == [], view
            connection.rollback()
            with pytest.raises(ContextMissing):
                connection.execute("SELECT count(*) FROM crm.customer")
            with processing("contract", actor="agent:17", reason="ticket 1"), connection.transaction():
                assert connection.execute("SELECT 1").fetchall() == [(1,)]
    finally:
        guard.close()


def test_the_next_connection_of_the_process_asks_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt(shop, "sync")
    monkeypatch.setattr(self_test, "_rehearsal", _must_not_be_called)
    attempt(shop, "sync")
    with pytest.raises(AssertionError):
        attempt(shop, "async")  # another class of psycopg's proves for itself


def _must_not_be_called(connection: Any) -> Any:
    raise AssertionError
