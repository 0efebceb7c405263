"""What the room makes of statements passes the analyzer, which judges before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, func, insert, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload, subqueryload

from sminion_guard.errors import DataNotNeeded
from sminion_guard.session import Guard
from tests.session.orm.models import Customer, Dog, Order, Pet
from tests.session.orm.world import World, work


@pytest.fixture
def engine(world: World) -> Iterator[Engine]:
    guard = Guard(world.policy)
    engine = create_engine(world.url(), plugins=["sminion_guard"], guard_policy=guard)
    yield engine
    engine.dispose()
    guard.close()


def test_entities_are_read_and_written_on_record(engine: Engine) -> None:
    inner = aliased(Customer, select(Customer).where(Customer.id < 3).subquery())
    with work(), Session(engine) as session:
        for statement in (
            select(Customer), select(inner), select(Customer).options(joinedload(Customer.orders)).limit(2),
            select(Customer).options(selectinload(Customer.pets)), select(Pet), select(Dog),
            select(Customer).options(subqueryload(Customer.orders)),
            select(func.count()).select_from(select(Customer).subquery()),
        ):
            assert session.execute(statement).unique().all()
            session.expunge_all()
        session.add_all([Customer(id=100, full_name="new"), Order(customer_id=1), Dog(id=10, owner_id=1, name="Bo")])
        session.flush()
        assert session.scalars(insert(Customer).values(id=101, full_name="n").returning(Customer)).one().id == 101
        session.get_one(Customer, 1).note = "changed"
        session.flush()
        session.rollback()


def test_what_goes_past_the_room_is_refused_by_the_analyzer(engine: Engine) -> None:
    table = Customer.__table__
    for statement in (
        select(Customer.born_on), select(table), select(select(Customer).subquery()), select(Customer.billed),
        insert(table).values(id=100, full_name="n", born_on=None),
    ):
        with work(), Session(engine) as session, pytest.raises(DataNotNeeded, match="SG103"):
            session.execute(statement)


def test_a_guard_without_a_policy_file_matches_by_the_policy_in_force(world: World) -> None:
    engine = create_engine(world.url(), plugins=["sminion_guard"])
    with work(), Session(engine) as session:
        customer = session.get_one(Customer, 1)
        assert customer.full_name == "n1"
        with pytest.raises(DataNotNeeded, match=r"`crm\.customer\.born_on`"):
            _ = customer.born_on
    engine.dispose()
    engine.dialect.guard.close()  # type: ignore[attr-defined]
