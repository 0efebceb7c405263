"""What touches nothing of anybody needs no purpose: `/health` asks `SELECT 1`, by whatever way to a connection."""

from __future__ import annotations

import datetime
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool, ConnectionPool
from sqlalchemy import Engine, create_engine, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from sminion_guard import connect, processing
from sminion_guard.errors import ContextEscape, ContextMissing
from sminion_guard.session import Guard, GuardedAsyncConnection, GuardedConnection
from tests.session.shop import PEOPLE, Shop, one

Connection = GuardedConnection[Any]
CUSTOMERS = "SELECT count(*) FROM crm.customer"


def work(purpose: str = "contract") -> processing:
    return processing(purpose, actor="agent:17", reason="ticket 1")


def logged(shop: Shop) -> int:
    return int(shop.database.execute("SELECT count(*) FROM sminion.statement_log")[0][0])


@pytest.mark.parametrize("login", ["all", "app"])
def test_a_statement_about_nobody_runs_as_the_login_read_only_and_off_the_record(
    shop: Shop, guard: Guard, login: str
) -> None:
    with connect(shop.dsn(login), policy=guard) as connection:
        before, tickets = logged(shop), shop.database.execute("SELECT count(*) FROM sminion.ticket")
        assert one(connection, "SELECT 1") == 1
        assert one(connection, "SELECT session_user") == f"{shop.name}_{login}"
        assert one(connection, "SELECT current_user") == f"{shop.name}_{login}"
        assert isinstance(one(connection, "SELECT now()"), datetime.datetime)
        assert connection.info.transaction_status == TransactionStatus.INTRANS
        connection.commit()
        assert logged(shop) == before
        assert shop.database.execute("SELECT count(*) FROM sminion.ticket") == tickets


def test_parameters_prepared_statements_pipelines_and_streams_work_too(connection: Connection) -> None:
    assert one(connection, "SELECT 1::int8") == 1
    assert connection.execute("SELECT %s::int", [7], prepare=True).fetchone() == (7,)
    connection.rollback()
    with connection.pipeline():
        assert connection.execute("SELECT 1").fetchone() == (1,)
    connection.rollback()
    assert [row[0][:10] for row in connection.cursor().stream("SELECT version()")] == ["PostgreSQL"]
    connection.rollback()


def test_the_transaction_before_and_after_is_that_of_its_purpose(connection: Connection) -> None:
    for _ in range(2):
        one(connection, "SELECT 1")
        connection.rollback()
        with work():
            assert one(connection, CUSTOMERS) == PEOPLE
            assert one(connection, "SHOW search_path") != "pg_catalog"
            connection.commit()


def test_another_statement_in_it_is_refused_and_a_purpose_needs_its_own_transaction(connection: Connection) -> None:
    one(connection, "SELECT 1")
    with pytest.raises(ContextMissing):
        connection.execute(CUSTOMERS)
    with work(), pytest.raises(ContextEscape) as refusal:
        connection.execute(CUSTOMERS)
    assert refusal.value.code == "SG231" and "it began outside of any" in str(refusal.value.detail)
    connection.rollback()
    with work():
        assert one(connection, CUSTOMERS) == PEOPLE


def test_what_is_refused_leaves_no_transaction(connection: Connection) -> None:
    with pytest.raises(ContextMissing):
        connection.execute(CUSTOMERS)
    assert connection.info.transaction_status == TransactionStatus.IDLE


def test_a_transaction_of_a_purpose_does_not_go_on_outside_of_it(connection: Connection) -> None:
    with work():
        connection.execute("SELECT 1")
    with pytest.raises(ContextMissing):
        connection.execute("SELECT 1")


@pytest.fixture
def engine(shop: Shop, guard: Guard) -> Any:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, pool_pre_ping=True)
    yield engine
    engine.dispose()


def test_through_sqlalchemy(engine: Engine) -> None:
    for _ in range(2):  # the second time the pool pings
        with engine.connect() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1
            assert connection.execute(select(1)).scalar_one() == 1
            assert connection.execute(select(literal(5))).scalar_one() == 5
            assert connection.execute(select(func.now())).scalar_one()
            with pytest.raises(ContextMissing):
                connection.execute(text(CUSTOMERS))
        with Session(engine) as session:
            assert session.execute(text("SELECT 1")).scalar_one() == 1
            assert session.scalar(select(1)) == 1
        with work(), engine.connect() as connection:
            assert connection.execute(text(CUSTOMERS)).scalar_one() == PEOPLE


async def test_through_asyncio(shop: Shop, guard: Guard) -> None:
    async with await GuardedAsyncConnection.connect(shop.dsn(), policy=guard) as connection:
        assert await (await connection.execute("SELECT 1")).fetchone() == (1,)
        await connection.rollback()
        with pytest.raises(ContextMissing):
            await connection.execute(CUSTOMERS)
    engine = create_async_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, pool_pre_ping=True)
    for _ in range(2):
        async with engine.connect() as reader:
            assert (await reader.execute(text("SELECT 1"))).scalar_one() == 1
            with pytest.raises(ContextMissing):
                await reader.execute(text(CUSTOMERS))
        async with AsyncSession(engine) as session:
            assert await session.scalar(text("SELECT 1")) == 1
    await engine.dispose()


async def test_through_pools_that_check_their_connections(shop: Shop, guard: Guard) -> None:
    with ConnectionPool(
        shop.dsn(), connection_class=GuardedConnection, kwargs={"policy": guard}, min_size=1, open=True,
        check=ConnectionPool.check_connection,
    ) as pool, pool.connection() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    async with AsyncConnectionPool(
        shop.dsn(), connection_class=GuardedAsyncConnection, kwargs={"policy": guard}, min_size=1, open=False,
        check=AsyncConnectionPool.check_connection,
    ) as other, other.connection() as another:
        assert await (await another.execute("SELECT 1")).fetchone() == (1,)


def test_an_error_of_the_server_stays_what_it_is(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        connection.execute("SELECT 'x'::int4")
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        connection.execute("SELECT 1")
    connection.rollback()
    assert one(connection, "SELECT 1") == 1
