"""Cancelled, interrupted, disconnected and refused for its order: reads stay on record, and nothing runs under a wrong
context afterwards."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from threading import Timer
from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel, pq
from psycopg_pool import ConnectionPool
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from sminion_guard import connect, processing
from sminion_guard.embedded import Server
from sminion_guard.errors import ContextMissing
from sminion_guard.session import Guard, GuardedAsyncConnection, GuardedConnection
from tests.session.shop import PEOPLE, Shop, new_shop, one

_numbers = count()
Connection = GuardedConnection[Any]
READ = "SELECT id FROM crm.customer WHERE id = %s"
CUSTOMERS = "SELECT count(*) FROM crm.customer"
SLEEP = "SELECT pg_sleep(20)"
ROLE = text("SELECT current_user::text")


@pytest.fixture
def conn(shop: Shop, guard: Guard) -> Iterator[Connection]:
    with connect(shop.dsn(), policy=guard) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()


@pytest.fixture
def actor() -> str:
    """Nobody else's."""
    return f"interrupted:{next(_numbers)}"


@pytest.fixture
def act(actor: str) -> Callable[..., AbstractContextManager[Any]]:
    return lambda purpose="contract": processing(purpose, actor=actor, reason="r")


def subjects(shop: Shop, actor: str) -> list[str]:
    found = shop.database.execute("SELECT subject FROM sminion.subject_access WHERE actor = %s", actor)
    return sorted(subject for (subject,) in found)


def outcomes(shop: Shop, actor: str) -> list[Any]:
    found = shop.database.execute("SELECT outcomes FROM sminion.statement_log WHERE actor = %s ORDER BY place", actor)
    return [outcome for (outcome,) in found]


@contextmanager
def interrupted(seconds: float) -> Iterator[None]:
    """Ctrl-C after a while, in whatever the main thread does then."""

    def press(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, press)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# cancelling


@pytest.mark.parametrize("way", ["cancel", "cancel_safe"])
def test_a_cancelled_statement_leaves_the_reads_on_record_and_the_connection_usable(
    shop: Shop, conn: Connection, act: Any, actor: str, way: str
) -> None:
    with act():
        conn.execute(READ, [1]).fetchall()
        Timer(0.2, getattr(conn, way)).start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            conn.execute(SLEEP)
        conn.rollback()
        assert subjects(shop, actor) == ["1"]
        assert outcomes(shop, actor) == [["done"], ["failed"]]
    with act("marketing"):
        assert one(conn, "SELECT current_user::text").endswith("_marketing")


def test_ctrl_c_in_a_statement_leaves_the_reads_on_record_and_no_context_behind(
    shop: Shop, conn: Connection, act: Any, actor: str
) -> None:
    with pytest.raises(KeyboardInterrupt), act(), interrupted(0.3):
        conn.execute(READ, [1]).fetchall()
        conn.execute(SLEEP)
    assert subjects(shop, actor) == ["1"]
    with pytest.raises(ContextMissing):
        conn.execute("SELECT 1")
    conn.rollback()
    with act("marketing"):
        assert one(conn, "SELECT current_user::text").endswith("_marketing")



async def test_a_cancelled_task_leaves_the_reads_on_record(shop: Shop, guard: Guard, act: Any, actor: str) -> None:
    async with await GuardedAsyncConnection.connect(shop.dsn(), policy=guard) as conn:

        async def work() -> None:
            with act():
                await conn.execute(READ, [1])
                await conn.execute(SLEEP)

        task = asyncio.create_task(work())
        await asyncio.sleep(0.4)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert subjects(shop, actor) == ["1"]
        if not conn.closed:
            await conn.rollback()
            with act("marketing"):
                row = await (await conn.execute("SELECT current_user::text")).fetchone()
                assert row[0].endswith("_marketing")



def test_a_timeout_set_by_the_transaction_is_told_as_postgresql_tells_it(
    shop: Shop, conn: Connection, act: Any, actor: str
) -> None:
    with act():
        conn.execute(READ, [1]).fetchall()
        conn.execute("SET LOCAL statement_timeout = 50")
        with pytest.raises(psycopg.errors.QueryCanceled, match="statement timeout"):
            conn.execute(SLEEP)
        conn.rollback()
        assert one(conn, CUSTOMERS) == PEOPLE
    assert subjects(shop, actor) == ["1"]


# serialization failures


def collide(shop: Shop, guard: Guard, note: str) -> None:
    """Another transaction takes the row first."""
    with connect(shop.dsn(), policy=guard) as other, processing("contract", actor="other", reason="r"):
        other.execute("UPDATE sales.orders SET note = %s WHERE id = 7", [note])
        other.commit()


def test_a_serialization_failure_arrives_unchanged_and_can_be_tried_again(
    shop: Shop, guard: Guard, conn: Connection, act: Any, actor: str
) -> None:
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    tried = 0
    with act():
        while True:
            try:
                with conn.transaction():
                    conn.execute("SELECT note FROM sales.orders WHERE id = 7").fetchall()
                    tried += 1
                    if tried == 1:
                        collide(shop, guard, "first")
                    conn.execute("UPDATE sales.orders SET note = 'second' WHERE id = 7")
                break
            except psycopg.errors.SerializationFailure as failure:
                assert failure.sqlstate == "40001"
    assert tried == 2
    assert shop.database.execute("SELECT note FROM sales.orders WHERE id = 7") == [("second",)]
    assert ["failed"] in outcomes(shop, actor)


def test_an_engine_tells_a_serialization_failure_as_sqlalchemy_does(shop: Shop, guard: Guard, act: Any) -> None:
    engine = create_engine(
        shop.url(), plugins=["sminion_guard"], guard_policy=guard, isolation_level="REPEATABLE READ"
    )
    tried = 0
    with act():
        while True:
            try:
                with Session(engine) as session, session.begin():
                    session.execute(text("SELECT note FROM sales.orders WHERE id = 7")).all()
                    tried += 1
                    if tried == 1:
                        collide(shop, guard, "first")
                    session.execute(text("UPDATE sales.orders SET note = 'third' WHERE id = 7"))
                break
            except OperationalError as failure:
                assert isinstance(failure.orig, psycopg.errors.SerializationFailure)
                assert not failure.connection_invalidated
    engine.dispose()
    assert tried == 2
    assert shop.database.execute("SELECT note FROM sales.orders WHERE id = 7") == [("third",)]


# disconnects


@pytest.fixture(scope="module")
def own(cluster: Server) -> Iterator[tuple[Server, Shop]]:
    """A server that can be restarted, and a shop on it."""
    with new_shop(cluster) as shop:
        yield cluster, shop


@contextmanager
def engine_of(shop: Shop, **options: Any) -> Iterator[Engine]:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=shop.policy, **options)
    yield engine
    engine.dispose()


def role(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(ROLE))


def test_pessimistic_handling_does_not_notice_a_restart_between_transactions(
    own: tuple[Server, Shop], act: Any, actor: str
) -> None:
    server, shop = own
    with engine_of(shop, pool_pre_ping=True) as engine:
        for purpose in ("contract", "marketing"):
            with act(purpose):
                assert role(engine).endswith(purpose)
            server.restart("fast")
        with pytest.raises(ContextMissing):
            role(engine)
        with act():
            assert role(engine).endswith("contract")


def test_optimistic_handling_fails_once_and_connects_anew(own: tuple[Server, Shop], act: Any) -> None:
    server, shop = own
    with engine_of(shop) as engine:
        with act():
            assert role(engine).endswith("contract")
            server.restart("fast")
            with pytest.raises(DBAPIError) as lost:
                role(engine)
            assert lost.value.connection_invalidated
        with act("marketing"):
            assert role(engine).endswith("marketing")


def test_a_restart_in_the_midst_of_a_transaction_is_told_and_the_reads_stay_on_record(
    own: tuple[Server, Shop], act: Any, actor: str
) -> None:
    server, shop = own
    with engine_of(shop) as engine, act():
        with engine.connect() as connection:
            connection.execute(text("SELECT id FROM crm.customer WHERE id = 1")).all()
            connection.execute(text("INSERT INTO sales.orders (customer_id, note) VALUES (1, 'lost')"))
            server.restart("immediate")
            with pytest.raises(DBAPIError) as lost:
                connection.execute(text("SELECT id FROM crm.customer WHERE id = 2"))
            assert lost.value.connection_invalidated
            connection.rollback()
            assert connection.execute(text("SELECT id FROM crm.customer WHERE id = 3")).all() == [(3,)]
        assert subjects(shop, actor)[:1] == ["1"]
        assert subjects(shop, actor)[-1] == "3"
        assert shop.database.execute("SELECT count(*) FROM sales.orders WHERE note = 'lost'") == [(0,)]


def test_a_pool_replaces_the_connections_of_a_restarted_server(own: tuple[Server, Shop], act: Any) -> None:
    server, shop = own
    guard = Guard(shop.policy)
    more: dict[str, Any] = {"connection_class": GuardedConnection, "kwargs": {"policy": guard}}
    with ConnectionPool(shop.dsn(), min_size=1, max_size=1, check=ConnectionPool.check_connection, **more) as pool:
        for purpose in ("contract", "marketing"):
            with act(purpose), pool.connection() as connection:
                assert one(connection, "SELECT current_user::text").endswith(purpose)
            server.restart("fast")
        with act(), pool.connection() as connection:
            assert one(connection, "SELECT current_user::text").endswith("contract")
    guard.close()


async def test_an_async_engine_connects_anew_after_a_restart(own: tuple[Server, Shop], act: Any) -> None:
    server, shop = own
    engine = create_async_engine(
        shop.url(), plugins=["sminion_guard"], guard_policy=shop.policy, pool_pre_ping=True
    )
    for purpose in ("contract", "marketing"):
        with act(purpose):
            async with engine.connect() as connection:
                assert str(await connection.scalar(ROLE)).endswith(purpose)
        await asyncio.to_thread(server.restart, "fast")
    await engine.dispose()


async def test_an_async_engine_in_autocommit(shop: Shop, guard: Guard, act: Any) -> None:
    engine = create_async_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard)
    with act():
        async with engine.connect() as connection:
            connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
            assert str(await connection.scalar(ROLE)).endswith("contract")
            below = (await connection.get_raw_connection()).driver_connection
            assert below.pgconn.transaction_status == pq.TransactionStatus.IDLE  # type: ignore[union-attr]
    await engine.dispose()


# contexts


async def test_a_context_follows_task_groups_and_worker_threads_that_copy_it(
    shop: Shop, guard: Guard, act: Any
) -> None:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, pool_size=4)
    seen: list[str] = []

    async def work(purpose: str) -> None:
        with act(purpose):
            seen.append(await asyncio.to_thread(role, engine))  # copies the context, as anyio's worker threads do
            with pytest.raises(ContextMissing):  # run_in_executor does not
                await asyncio.get_running_loop().run_in_executor(None, role, engine)

    async with asyncio.TaskGroup() as group:
        for purpose in ("contract", "marketing", "accounting"):
            group.create_task(work(purpose))
    engine.dispose()
    assert sorted(name.rsplit("_", 1)[1] for name in seen) == ["accounting", "contract", "marketing"]
