"""The same door for asyncio: psycopg's async connections, pools, and an AsyncEngine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from sminion_guard import guard_engine, processing
from sminion_guard.errors import ContextEscape, ContextMissing, DataNotNeeded, TicketRefused
from sminion_guard.session import Guard, GuardedAsyncConnection
from tests.session.shop import PEOPLE, Shop

CUSTOMERS = "SELECT count(*) FROM crm.customer"
ROLE = text("SELECT current_user::text")


def work(purpose: str = "contract", reason: str = "ticket 1") -> processing:
    return processing(purpose, actor="agent:17", reason=reason)


@pytest.fixture
async def connection(shop: Shop, guard: Guard) -> AsyncIterator[GuardedAsyncConnection[Any]]:
    async with await GuardedAsyncConnection.connect(shop.dsn(), policy=guard) as connection:
        yield connection


@pytest.fixture
async def engine(shop: Shop, guard: Guard) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, pool_size=3)
    yield engine
    await engine.dispose()


async def count(connection: GuardedAsyncConnection[Any]) -> int:
    row = await (await connection.execute(CUSTOMERS)).fetchone()
    return int(row[0])


async def test_statements_need_a_purpose_and_stay_in_it(connection: GuardedAsyncConnection[Any]) -> None:
    with pytest.raises(ContextMissing):
        await count(connection)
    async with work():
        assert await count(connection) == PEOPLE
        async with work("marketing"):
            with pytest.raises(ContextEscape):
                await count(connection)
        with pytest.raises(DataNotNeeded):
            await connection.execute("SELECT born_on FROM crm.customer")


async def test_blocks_pipelines_copy_and_server_side_cursors_go_through_the_door(
    connection: GuardedAsyncConnection[Any],
) -> None:
    with pytest.raises(ContextMissing):
        async with connection.transaction():
            pytest.fail("it began")
    async with work():
        async with connection.pipeline(), connection.transaction():
            assert await count(connection) == PEOPLE
        async with connection.cursor().copy("COPY (SELECT id FROM crm.customer) TO STDOUT") as copy:
            assert len([row async for row in copy.rows()]) == PEOPLE
        async with connection.cursor("c") as cursor:
            await cursor.execute("SELECT id FROM crm.customer ORDER BY id")
            async with work("marketing"):
                with pytest.raises(ContextEscape):
                    await cursor.fetchone()
            assert await cursor.fetchone() == (1,)


async def test_a_login_that_is_not_bound_is_refused_when_it_connects(shop: Shop, guard: Guard) -> None:
    with pytest.raises(TicketRefused) as refusal:
        await GuardedAsyncConnection.connect(shop.database.dsn(), policy=guard)
    assert refusal.value.code == "SG219"


async def test_tasks_on_one_pool_act_each_under_their_own_ticket(shop: Shop, guard: Guard) -> None:
    more: dict[str, Any] = {"connection_class": GuardedAsyncConnection, "kwargs": {"policy": guard}}
    pool = AsyncConnectionPool(shop.dsn(), min_size=2, max_size=2, open=False, **more)
    seen: list[tuple[str, str]] = []

    async def task(number: int) -> None:
        for purpose in ("contract", "marketing"):
            async with work(purpose, f"task {number}"), pool.connection() as connection:
                row = await (await connection.execute("SELECT current_setting('sminion.token')")).fetchone()
                seen.append((row[0], f"{purpose} task {number}"))

    async with pool:
        await asyncio.gather(*(task(number) for number in range(8)))
    assert len(seen) == 16
    for token, expected in seen:
        _, purpose, _, reason = shop.ticket(token)
        assert f"{purpose} {reason}" == expected


async def test_an_async_engine_is_guarded(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(ContextMissing):
            await connection.execute(ROLE)
        async with work():
            assert str(await connection.scalar(ROLE)).endswith("_contract")
            with pytest.raises(DataNotNeeded):
                await connection.execute(text("SELECT born_on FROM crm.customer"))
            await connection.rollback()
        async with work("marketing"):
            rows = await connection.stream(text("SELECT customer_id FROM marketing.subscriber"))
            assert len([row async for row in rows]) == PEOPLE


async def test_savepoints_of_an_async_engine_may_be_ended_outside_of_the_block(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        async with work():
            await connection.execute(ROLE)
            nested = await connection.begin_nested()
            await connection.execute(ROLE)
        await nested.rollback()
        async with work():
            assert str(await connection.scalar(ROLE)).endswith("_contract")


async def test_an_existing_async_engine_can_be_guarded(shop: Shop, guard: Guard) -> None:
    engine = create_async_engine(shop.url())
    guard_engine(engine, guard)
    async with engine.connect() as connection:
        with pytest.raises(ContextMissing):
            await connection.execute(ROLE)
        async with work():
            assert str(await connection.scalar(ROLE)).endswith("_contract")
    await engine.dispose()


async def test_an_async_engine_does_not_take_connections_of_others(shop: Shop, guard: Guard) -> None:
    async def creator(*args: Any, **kwargs: Any) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(shop.dsn())

    for more in ({"async_creator": creator}, {"connect_args": {"async_creator_fn": creator}}):
        engine = create_async_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard, **more)
        with pytest.raises(ContextEscape) as refusal:
            async with engine.connect():
                pytest.fail("it connected")
        assert refusal.value.code == "SG235"
        await engine.dispose()
