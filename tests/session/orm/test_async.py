"""The same for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import MissingGreenlet, StatementError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import selectinload

from sminion_guard.errors import DataNotNeeded
from tests.session.orm.models import Customer
from tests.session.orm.world import World, work
from tests.session.unrecorded import Unrecorded


@pytest.fixture
async def engine(world: World) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(world.url(), plugins=["sminion_guard"], guard_policy=Unrecorded(world.policy))
    yield engine
    await engine.dispose()


async def test_an_async_session_loads_what_the_purpose_may_see(engine: AsyncEngine) -> None:
    async with work(), AsyncSession(engine) as session:
        statement = select(Customer).options(selectinload(Customer.orders)).order_by(Customer.id)
        customer = (await session.scalars(statement)).first()
        assert customer is not None
        assert (customer.full_name, customer.orders[0].gift_for) == ("n1", "g5")
        for closed in (lambda: customer.born_on, lambda: customer.orders[0].total):
            with pytest.raises(DataNotNeeded):  # without going to the server
                closed()
        async for one in await session.stream_scalars(select(Customer).order_by(Customer.id)):
            with pytest.raises(DataNotNeeded):
                _ = one.score


async def test_its_objects_follow_the_purpose(engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine, expire_on_commit=False)() as session:
        async with work():
            customer = await session.get_one(Customer, 1)
            await session.commit()
            assert customer.full_name == "n1"
        async with work("billing"):
            assert await session.get(Customer, 1) is customer
            with pytest.raises(DataNotNeeded):
                _ = customer.full_name
            await session.commit()
        async with work():
            await session.refresh(customer)
            assert customer.full_name == "n1"
            session.expire(customer)
            with pytest.raises(DataNotNeeded):
                _ = customer.born_on
            with pytest.raises((MissingGreenlet, StatementError), match="greenlet"):  # as without the guard
                _ = customer.full_name


async def test_it_writes_what_the_purpose_may(engine: AsyncEngine) -> None:
    async with work(), AsyncSession(engine) as session:
        session.add(Customer(id=100, full_name="new"))
        await session.flush()
        customer = await session.get_one(Customer, 1)
        customer.score = 3
        with pytest.raises(DataNotNeeded, match="may not change"):
            await session.flush()
