"""Each way to an entity loads the columns that the purpose may see; touching another is refused, with its name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, create_engine, lambda_stmt, select, text, union, union_all
from sqlalchemy.orm import (
    Session,
    aliased,
    load_only,
    selectinload,
    undefer,
)

from sminion_guard import guard_engine
from sminion_guard.errors import DataNotNeeded
from tests.session.orm.models import (
    Customer,
    Order,
)
from tests.session.orm.seen import OPEN, is_matched, loaded
from tests.session.orm.world import World, work
from tests.session.unrecorded import Unrecorded


def all_of(session: Session) -> Customer:
    return session.scalars(select(Customer).where(Customer.id == 1)).one()


def legacy(session: Session) -> Customer:
    return session.query(Customer).filter_by(id=1).one()


def get(session: Session) -> Customer:
    return session.get_one(Customer, 1)


def get_locked(session: Session) -> Customer:
    return session.get_one(Customer, 1, with_for_update=True)


def refreshed(session: Session) -> Customer:
    customer = session.get_one(Customer, 1)
    session.refresh(customer)
    return customer


def refreshed_locked(session: Session) -> Customer:
    customer = session.get_one(Customer, 1)
    session.refresh(customer, with_for_update=True)
    return customer


def expired(session: Session) -> Customer:
    customer = session.get_one(Customer, 1)
    session.expire(customer)
    assert customer.full_name == "n1"
    return customer


def rolled_back_to_a_savepoint(session: Session) -> Customer:
    customer = session.get_one(Customer, 1)
    nested = session.begin_nested()
    customer.full_name = "other"
    session.flush()
    nested.rollback()
    assert customer.full_name == "n1"
    return customer


def alias(session: Session) -> Customer:
    other = aliased(Customer)
    return session.scalars(select(other).where(other.id == 1)).one()


def tuples(session: Session) -> Customer:
    return session.execute(select(Order.id, Customer).join(Order.customer).where(Customer.id == 1)).first()[1]  # type: ignore[index]


def populated(session: Session) -> Customer:
    session.get(Customer, 1)
    return session.scalars(select(Customer).where(Customer.id == 1).execution_options(populate_existing=True)).one()


def in_parts(session: Session) -> Customer:
    return next(iter(session.scalars(select(Customer).order_by(Customer.id).execution_options(yield_per=2))))


def of_subquery(session: Session) -> Customer:
    inner = aliased(Customer, select(Customer).where(Customer.id < 3).subquery())
    return session.scalars(select(inner).order_by(inner.id)).first()  # type: ignore[return-value]


def of_cte(session: Session) -> Customer:
    inner = aliased(Customer, select(Customer).where(Customer.id < 3).limit(2).cte())
    return session.scalars(select(inner).order_by(inner.id)).first()  # type: ignore[return-value]


def of_union(session: Session) -> Customer:
    both = union_all(select(Customer).where(Customer.id == 1), select(Customer).where(Customer.id == 2)).subquery()
    inner = aliased(Customer, both)
    return session.scalars(select(inner).order_by(inner.id)).first()  # type: ignore[return-value]


def from_union(session: Session) -> Customer:
    one = select(Customer).where(Customer.id == 1)
    return session.scalars(select(Customer).from_statement(union(one, one))).one()


def from_select(session: Session) -> Customer:
    return session.scalars(select(Customer).from_statement(select(Customer).where(Customer.id == 1))).one()


def from_core(session: Session) -> Customer:
    table = Customer.__table__
    statement = select(*(table.c[name] for name in OPEN - {"open_label"})).where(table.c.id == 1)
    customer = session.scalars(select(Customer).from_statement(statement)).one()
    assert customer.open_label == "n1/"
    return customer


def from_text(session: Session) -> Customer:
    statement = text("SELECT id, full_name, email, street, city, joined, note FROM crm.customer WHERE id = 1")
    customer = session.scalars(select(Customer).from_statement(statement)).one()
    assert customer.open_label == "n1/"
    return customer


def from_lambda(session: Session) -> Customer:
    return session.scalars(lambda_stmt(lambda: select(Customer).where(Customer.id == 1))).one()


def narrowed_then_widened(session: Session) -> Customer:
    customer = session.scalars(select(Customer).options(load_only(Customer.email)).where(Customer.id == 1)).one()
    assert loaded(customer) == {"id", "email"}
    assert customer.full_name == "n1"
    return populated(session)


def undeferred_by_wildcard(session: Session) -> Customer:
    return session.scalars(select(Customer).options(undefer("*")).where(Customer.id == 1)).one()


WAYS: list[Callable[[Session], Customer]] = [
    all_of, legacy, get, get_locked, refreshed, refreshed_locked, expired, rolled_back_to_a_savepoint, alias, tuples,
    populated, in_parts, of_subquery, of_cte, of_union, from_union, from_select, from_core, from_text, from_lambda,
    narrowed_then_widened, undeferred_by_wildcard,
]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_an_entity_loads_what_the_purpose_may_see(
    engine: Engine, way: Callable[[Session], Customer]
) -> None:
    with work(), Session(engine) as session:
        for _ in range(2):  # the second time from the cache of compiled statements
            is_matched(way(session))
            session.expunge_all()
        session.rollback()


def test_the_refusal_names_the_column_and_who_may_see_it(engine: Engine) -> None:
    with work(), Session(engine) as session:
        with pytest.raises(DataNotNeeded) as refusal:
            _ = get(session).born_on
        assert refusal.value.code == "SG103"
        assert refusal.value.message == "purpose `care` may not read `crm.customer.born_on`"
        assert refusal.value.detail == "`born_on` is of category `birth`"
        assert refusal.value.hint == "leave it alone, or act for `everything`"


def test_without_the_room_the_same_access_is_refused_by_the_server(engine: Engine) -> None:
    with work(), Session(engine) as session:
        for statement in (select(Customer.born_on), select(Customer.__table__), select(Customer.billed)):
            with pytest.raises(DataNotNeeded):
                session.execute(statement)
            session.rollback()


def test_engines_that_others_made_and_those_without_a_cache_match_too(world: World) -> None:
    guard = Unrecorded(world.policy)
    made = create_engine(world.url())
    guard_engine(made, guard)
    without = create_engine(world.url(), plugins=["sminion_guard"], guard_policy=guard, query_cache_size=0)
    for engine in (made, without):
        for purpose, name, closed in (("care", "full_name", "billed"), ("billing", "billed", "full_name")):
            with work(purpose), Session(engine) as session:
                customer = get(session)
                assert name in loaded(customer)
                with pytest.raises(DataNotNeeded):
                    getattr(customer, closed)
        engine.dispose()


def test_a_statement_is_compiled_once_for_each_purpose(engine: Engine) -> None:
    cache = engine._compiled_cache
    assert cache is not None
    for _ in range(3):
        for purpose in ("care", "billing"):
            with work(purpose), Session(engine) as session:
                session.get(Customer, 1)
                session.scalars(select(Customer).options(selectinload(Customer.orders))).all()
    before = len(cache)
    for purpose in ("care", "billing"):
        with work(purpose), Session(engine) as session:
            session.get(Customer, 1)
            session.scalars(select(Customer).options(selectinload(Customer.orders))).all()
    assert len(cache) == before == 6
    engine.clear_compiled_cache()
    assert len(cache) == 0
