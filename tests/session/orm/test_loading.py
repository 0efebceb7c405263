"""Related and inherited entities, options, subqueries, other mappings: columns are open or refused by the purpose."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, create_engine, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import (
    Session,
    aliased,
    contains_eager,
    defer,
    immediateload,
    joinedload,
    lazyload,
    load_only,
    scoped_session,
    selectin_polymorphic,
    selectinload,
    sessionmaker,
    subqueryload,
    undefer,
    undefer_group,
    with_polymorphic,
)
from sqlalchemy.orm.exc import DetachedInstanceError

from sminion_guard.errors import ContextMissing, DataNotNeeded, PurposeViolation
from tests.session.orm.models import (
    Bird,
    Customer,
    Dog,
    Grouped,
    Order,
    Person,
    Pet,
    Setting,
    Tenant,
    Visit,
    map_visits,
)
from tests.session.orm.seen import CLOSED, OPEN, is_matched, loaded
from tests.session.orm.world import World, work


@pytest.mark.parametrize("strategy", [lazyload, joinedload, selectinload, subqueryload, immediateload])
def test_related_entities_are_matched_too(engine: Engine, strategy: Callable[..., object]) -> None:
    with work(), Session(engine) as session:
        for _ in range(2):
            statement = select(Customer).options(strategy(Customer.orders)).order_by(Customer.id)  # type: ignore[arg-type]
            for customer in session.scalars(statement).unique():
                assert loaded(customer) == OPEN
                assert [loaded(order) for order in customer.orders] == [{"id", "customer_id", "gift_for"}] * 2
                with pytest.raises(DataNotNeeded):
                    _ = customer.orders[0].total
            order = session.scalars(select(Order).options(strategy(Order.customer))).unique().first()  # type: ignore[arg-type]
            is_matched(order.customer)  # type: ignore[union-attr]
            session.expunge_all()
            order = session.scalars(
                select(Order).options(strategy(Order.customer).options(strategy(Customer.pets)))  # type: ignore[attr-defined]
                .where(Order.customer_id == 1).limit(1)
            ).unique().one()
            assert [pet.name for pet in order.customer.pets] == ["Rex", "Mia"]
            session.expunge_all()


def test_joined_and_contained_entities_with_a_limit_are_matched(engine: Engine) -> None:
    with work(), Session(engine) as session:
        page = select(Customer).options(joinedload(Customer.orders)).order_by(Customer.id).limit(2)
        assert [len(customer.orders) for customer in session.scalars(page).unique()] == [2, 2]
        session.expunge_all()
        held = select(Customer).join(Customer.orders).options(contains_eager(Customer.orders)).where(Customer.id == 1)
        customer = session.scalars(held).unique().one()
        is_matched(customer)
        assert loaded(customer.orders[0]) == {"id", "customer_id", "gift_for"}


def test_each_purpose_sees_its_own_columns_of_one_statement(engine: Engine) -> None:
    seen = {}
    for purpose in ("care", "billing", "everything", "care", "billing"):
        with work(purpose), Session(engine) as session:
            seen[purpose] = loaded(session.scalars(select(Customer)).first())
    assert seen["care"] == OPEN
    assert seen["billing"] == {"id", "joined", "note", "billed"}
    assert seen["everything"] == OPEN | CLOSED


def test_joined_and_single_inheritance(engine: Engine) -> None:
    every = with_polymorphic(Pet, "*")
    for statement in (
        select(Pet).order_by(Pet.id), select(every).order_by(every.id),
        select(Pet).options(selectin_polymorphic(Pet, [Dog, Bird])).order_by(Pet.id),
    ):
        with work(), Session(engine) as session:
            for _ in range(2):
                dog, cat, bird = session.scalars(statement).all()
                assert (type(dog), type(cat), type(bird)) == (Dog, Pet, Bird)
                assert (dog.name, dog.tricks, cat.name, bird.name) == ("Rex", "sits", "Mia", "Pip")
                for pet, name in ((dog, "chip"), (dog, "bites"), (cat, "chip"), (bird, "chip"), (bird, "cage")):
                    with pytest.raises(DataNotNeeded, match=f"{name}`"):
                        getattr(pet, name)
                session.expire_all()
                assert dog.tricks == "sits"
                for pet, name in ((dog, "bites"), (bird, "cage")):
                    with pytest.raises(DataNotNeeded, match=f"{name}`"):
                        getattr(pet, name)
                session.expunge_all()
            assert session.get_one(Dog, 1).tricks == "sits"
    with work("everything"), Session(engine) as session:
        dog, _, bird = session.scalars(select(Pet).order_by(Pet.id)).all()
        assert (dog.chip, dog.bites, bird.cage) == ("c1", 3, "big")


def test_composites_are_closed_with_one_of_their_columns(engine: Engine) -> None:
    with work(), Session(engine) as session:
        customer = session.get_one(Customer, 1)
        assert (customer.address.street, customer.address.city) == ("s1", "c1")
        with pytest.raises(DataNotNeeded, match="born_on"):
            _ = customer.profile
    with work("everything"), Session(engine) as session:
        assert session.get_one(Customer, 1).profile.city == "c1"


def test_users_options_narrow_and_widen_what_is_open(engine: Engine) -> None:
    one = select(Customer).where(Customer.id == 1)
    with work(), Session(engine) as session:
        customer = session.scalars(one.options(defer(Customer.full_name), defer(Customer.born_on))).one()
        assert loaded(customer) == OPEN - {"full_name"}
        assert customer.full_name == "n1"
        with pytest.raises(DataNotNeeded):
            _ = customer.born_on
        session.expunge_all()
        customer = session.scalars(one.options(load_only(Customer.email))).one()
        assert loaded(customer) == {"id", "email"}
        with pytest.raises(DataNotNeeded):
            _ = customer.born_on
        assert customer.full_name == "n1"
        session.expunge_all()
        order = session.scalars(select(Order).options(undefer(Order.note)).limit(1)).one()
        assert loaded(order) == {"id", "customer_id", "gift_for", "note"}
        session.expunge_all()
        order = session.scalars(select(Order).limit(1)).one()
        assert order.note == "o"


@pytest.mark.parametrize("option", [
    undefer(Customer.born_on), load_only(Customer.born_on), undefer(Customer.billed),  # type: ignore[arg-type]
    undefer(Customer.closed_label),
])
def test_an_option_that_asks_for_a_closed_column_is_refused(engine: Engine, sent: list[str], option: object) -> None:
    with work(), Session(engine) as session:
        for _ in range(2):
            with pytest.raises(DataNotNeeded, match=r"may not read `crm\."):
                session.scalars(select(Customer).options(option)).all()  # type: ignore[arg-type]
        with pytest.raises(DataNotNeeded):
            session.scalars(
                select(Order).options(joinedload(Order.customer).options(option))  # type: ignore[arg-type]
            ).all()
    assert sent == []


def test_a_refresh_that_asks_for_a_closed_column_is_refused(engine: Engine) -> None:
    with work(), Session(engine) as session:
        customer = session.get_one(Customer, 1)
        for _ in range(2):
            with pytest.raises(DataNotNeeded, match="born_on"):
                session.refresh(customer, ["born_on"])
        for names in (["full_name", "orders"], ["full_name", "born_on"]):
            session.refresh(customer, names)
            assert customer.full_name == "n1"
            with pytest.raises(DataNotNeeded):
                _ = customer.born_on


def test_a_closed_column_inside_of_a_subquery_is_refused_where_it_is_spoken_of(engine: Engine) -> None:
    inner = select(Customer).subquery()
    people = aliased(Customer, inner)
    for statement in (
        select(inner.c.born_on), select(inner.c.id).where(inner.c.born_on.is_(None)),
        select(people).where(people.score > 3), select(inner), select(func.to_json(inner.table_valued())),
        select(select(inner).subquery().c.id),
        select(Order).where(Order.customer_id.in_(select(inner.c.id).where(inner.c.score.is_(None)))),
    ):
        with work(), Session(engine) as session, pytest.raises(PurposeViolation):
            session.execute(statement).all()
    with work(), Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(inner)) == 5
        assert session.scalar(select(select(Customer).where(Customer.id == 1).exists())) is True
        assert session.execute(select(inner.c.full_name, inner.c.city).where(inner.c.id == 2)).one() == ("n2", "c2")


def test_mapped_dataclasses_and_imperative_mappings(engine: Engine) -> None:
    with work(), Session(engine) as session:
        person = session.scalars(select(Person).where(Person.id == 1)).one()
        assert person.full_name == "n1"
        with pytest.raises(DataNotNeeded):
            _ = person.born_on
        with pytest.raises(DataNotNeeded):
            repr(person)
        if not hasattr(Visit, "__mapper__"):
            map_visits()
        visit = session.scalars(select(Visit).limit(1)).one()
        assert loaded(visit) == {"customer_id", "day"}
        with pytest.raises(DataNotNeeded):
            _ = visit.health  # type: ignore[attr-defined]


def test_tables_by_another_name_of_their_schema(engine: Engine) -> None:
    elsewhere = engine.execution_options(schema_translate_map={"crm": "nowhere"})
    with work(), Session(elsewhere) as session, pytest.raises((PurposeViolation, DBAPIError)):
        session.get_one(Customer, 1)
    translated = {"schema_translate_map": {"tenant": "crm"}}
    for options in ({"by": "engine"}, {"by": "session"}, {"by": "connection"}, {"by": "statement"}):
        bind = engine.execution_options(**translated) if options["by"] == "engine" else engine
        with work(), Session(bind) as session:
            if options["by"] == "session":
                session.connection(execution_options=translated)
            if options["by"] == "connection":
                session = Session(engine.connect().execution_options(**translated))
            more = translated if options["by"] == "statement" else {}
            tenant = session.scalars(select(Tenant).where(Tenant.id == 1), execution_options=more).one()
            assert loaded(tenant) == {"id", "full_name"}
            if options["by"] != "statement":
                with pytest.raises(DataNotNeeded):
                    _ = tenant.born_on
                session.expire_all()
                assert tenant.full_name == "n1"
            session.close()


def test_a_table_that_the_policy_does_not_know_is_left_to_the_server(engine: Engine) -> None:
    with work(), Session(engine) as session:
        assert session.scalars(select(Setting)).first().encoding == 6  # type: ignore[union-attr]


def test_detached_objects_say_why_they_lack_a_column_also_when_pickled(engine: Engine) -> None:
    with work(), Session(engine) as session:
        customer = session.get_one(Customer, 1)
    copy = pickle.loads(pickle.dumps(customer))
    for obj in (customer, copy):
        with pytest.raises(DataNotNeeded, match="born_on"):
            _ = obj.born_on
    with work(), Session(engine) as session:
        customer = session.get_one(Customer, 1)
        session.expire(customer)
    with pytest.raises(DetachedInstanceError):
        _ = customer.full_name


def test_scoped_and_made_sessions_and_those_on_a_connection(engine: Engine) -> None:
    with work():
        bound = Session(binds={Customer: engine})
        for session in (scoped_session(sessionmaker(engine)), sessionmaker(engine)(), bound):
            is_matched(session.scalars(select(Customer).where(Customer.id == 1)).one())
            session.close()
        with engine.connect() as connection, Session(connection) as session:
            is_matched(session.get_one(Customer, 1))


def test_a_session_without_a_guard_is_left_as_it_was(engine: Engine, world: World) -> None:
    plain = create_engine(world.database.url())
    with Session(plain) as session:
        customer = session.get_one(Customer, 1)
        assert loaded(customer) == OPEN | CLOSED
        session.commit()
        assert str(customer.born_on) == "1990-01-02"
        assert inspect(customer).callables == {}
    plain.dispose()


def test_touching_a_column_outside_of_any_context_is_refused(engine: Engine) -> None:
    with Session(engine) as session:
        with work():
            customer = session.get_one(Customer, 1)
        with pytest.raises(ContextMissing):
            _ = customer.born_on


def test_groups_of_deferred_columns(engine: Engine) -> None:
    one = select(Grouped).where(Grouped.id == 1)
    with work(), Session(engine) as session:
        for statement in (one, one.options(undefer_group("g"))):
            for _ in range(2):
                grouped = session.scalars(statement).one()
                with pytest.raises(DataNotNeeded):
                    _ = grouped.born_on
                assert grouped.full_name == "n1"
                session.expire(grouped)
                with pytest.raises(DataNotNeeded):
                    _ = grouped.born_on
                assert grouped.full_name == "n1"
                session.expunge_all()
