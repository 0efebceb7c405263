"""What a session loaded for one purpose, or before a subject was blocked, is not served afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, create_engine, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from sminion_guard.errors import ContextEscape, DataNotNeeded, OperationNotAllowed
from tests.session.orm.models import Customer, Order
from tests.session.orm.world import World, work
from tests.session.unrecorded import Unrecorded


def end_by_commit(session: Session) -> None:
    session.commit()


def end_by_rollback(session: Session) -> None:
    session.rollback()


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("end", [end_by_commit, end_by_rollback])
def test_a_column_closed_for_one_purpose_opens_for_another_and_the_reverse(
    engine: Engine, keep: bool, end: Callable[[Session], None]
) -> None:
    with Session(engine, expire_on_commit=not keep) as session:
        with work():
            customer = session.get_one(Customer, 1)
            assert customer.full_name == "n1"
            with pytest.raises(DataNotNeeded):
                _ = customer.billed  # type: ignore[attr-defined]
            end(session)
        with work("billing"):
            assert session.get(Customer, 1) is customer
            assert customer.billed == 15  # type: ignore[attr-defined]
            with pytest.raises(DataNotNeeded):
                _ = customer.full_name
            end(session)
        with work("everything"):
            assert session.get(Customer, 1) is customer
            assert (customer.full_name, customer.billed) == ("n1", 15)  # type: ignore[attr-defined]
            end(session)
        with work("billing"):
            assert session.scalars(select(Customer).where(Customer.id == 1)).one() is customer
            with pytest.raises(DataNotNeeded):
                _ = customer.full_name


def test_one_select_loads_all_that_was_forgotten(engine: Engine, sent: list[str]) -> None:
    for first in ("full_name", "id", "note", "open_label"):
        with Session(engine) as session:
            with work():
                customer = session.get_one(Customer, 1)
                session.commit()
            sent.clear()
            with work("everything"):
                getattr(customer, first)
                assert (customer.full_name, str(customer.born_on), customer.score) == ("n1", "1990-01-02", 7)
                assert len(sent) == 1


def test_a_context_of_another_reason_loads_anew(engine: Engine, sent: list[str]) -> None:
    with Session(engine, expire_on_commit=False) as session:
        with work():
            customer = session.get_one(Customer, 1)
            session.commit()
        sent.clear()
        with work(reason="ticket 2"):
            assert session.get(Customer, 1) is customer
            assert len(sent) == 1
            assert session.get(Customer, 1) is customer
            assert len(sent) == 1


def test_what_is_kept_after_a_commit_is_memory_until_the_next_transaction(engine: Engine, sent: list[str]) -> None:
    with Session(engine, expire_on_commit=False) as session:
        with work():
            customer = session.get_one(Customer, 1)
            session.commit()
        sent.clear()
        assert customer.full_name == "n1"
        assert sent == []
        with work("billing"):
            session.scalars(select(Order).limit(1)).all()
            with pytest.raises(DataNotNeeded):
                _ = customer.full_name


def test_within_a_transaction_the_purpose_cannot_change(engine: Engine) -> None:
    with Session(engine) as session, work():
        customer = session.get_one(Customer, 1)
        with work("everything"):
            with pytest.raises(ContextEscape):
                _ = customer.born_on
            with pytest.raises(ContextEscape):
                session.get(Customer, 2)
        assert customer.full_name == "n1"


def test_pending_changes_are_kept_and_judged_by_the_purpose_that_sends_them(engine: Engine) -> None:
    with Session(engine, autoflush=True) as session:
        with work():
            customer = session.get_one(Customer, 1)
            session.commit()
        customer.full_name = "changed"
        with work("billing"), pytest.raises(DataNotNeeded, match=r"may not change `crm\.customer\.full_name`"):
            session.scalars(select(Order)).all()
        session.rollback()
        assert customer not in session.dirty
        customer.full_name = "changed"
        customer.note = "kept"
        with work("everything"):
            assert session.scalars(select(Customer).where(Customer.full_name == "changed")).one() is customer
            assert (customer.note, customer.city) == ("kept", "c1")
            session.rollback()
        with work("intake"):
            customer.full_name = "changed"
            with pytest.raises(OperationNotAllowed, match=r"may not clarify data of `crm\.customer`"):
                session.flush()


def test_pending_objects_are_judged_by_the_purpose_that_sends_them(engine: Engine, sent: list[str]) -> None:
    with Session(engine) as session:
        with work():
            session.add(Order(customer_id=1, gift_for="x"))
        with work("billing"), pytest.raises(OperationNotAllowed, match=r"may not collect data of `crm\.orders`"):
            session.scalars(select(Customer)).all()
        assert sent == []
        session.rollback()


def blocked(world: World, subject: int) -> None:
    with world.database.connect() as connection:
        connection.execute("SELECT sminion.block(%s, 'contested')", (str(subject),))


@pytest.mark.parametrize("keep", [True, False])
def test_a_blocked_subject_is_gone_with_the_next_transaction(own_world: World, keep: bool) -> None:
    engine = create_engine(own_world.url(), plugins=["sminion_guard"], guard_policy=Unrecorded(own_world.policy))
    with work(), Session(engine, expire_on_commit=not keep) as session:
        first, second, third = session.scalars(select(Customer).order_by(Customer.id).limit(3))
        order = second.orders[0]
        session.commit()
        blocked(own_world, 1)
        blocked(own_world, 2)
        assert session.get(Customer, 1) is None
        assert first not in session
        with pytest.raises(ObjectDeletedError):
            _ = second.full_name
        with pytest.raises(ObjectDeletedError):
            _ = order.gift_for
        assert third.full_name == "n3"
        third.note = "changed"
        session.flush()
        session.rollback()
    engine.dispose()


def test_a_subject_blocked_within_the_transaction_is_memory_unless_the_server_is_asked(own_world: World) -> None:
    engine = create_engine(own_world.url(), plugins=["sminion_guard"], guard_policy=Unrecorded(own_world.policy))
    with work(), Session(engine) as session:
        customer = session.get_one(Customer, 1)
        blocked(own_world, 1)
        assert session.get(Customer, 1) is customer
        assert session.get(Customer, 1, populate_existing=True) is None
        session.expire(customer)
        assert session.get(Customer, 1) is None
    engine.dispose()


def test_changes_to_an_object_whose_subject_was_blocked_are_not_lost_unseen(own_world: World) -> None:
    engine = create_engine(own_world.url(), plugins=["sminion_guard"], guard_policy=Unrecorded(own_world.policy))
    with work(), Session(engine, expire_on_commit=False) as session:
        customer = session.get_one(Customer, 1)
        session.commit()
        customer.note = "changed"
        blocked(own_world, 1)
        with session.no_autoflush:
            assert session.get(Customer, 1) is None
    with work(), Session(engine, expire_on_commit=False) as session:
        customer = session.get_one(Customer, 2)
        session.commit()
        customer.note = "changed"
        blocked(own_world, 2)
        with pytest.raises(StaleDataError):
            session.commit()
    engine.dispose()


def test_an_object_attached_to_another_session_is_read_anew_there(engine: Engine) -> None:
    with work("everything"), Session(engine) as session:
        customer = session.get_one(Customer, 1)
    assert str(customer.born_on) == "1990-01-02"
    with work(), Session(engine) as session:
        session.scalars(select(Order).limit(1)).all()
        session.add(customer)
        assert session.get(Customer, 1) is customer
        with pytest.raises(DataNotNeeded):
            _ = customer.born_on
        assert customer.full_name == "n1"
    with work("everything"), Session(engine) as session:
        customer = session.get_one(Customer, 1)
    with work(), Session(engine) as session:
        session.add(customer)
        assert session.get(Customer, 1) is customer
        with pytest.raises(DataNotNeeded):
            _ = customer.born_on


def test_a_session_on_a_connection_whose_transaction_others_end_reads_anew(engine: Engine) -> None:
    with engine.connect() as connection, Session(connection) as session:
        with work("everything"):
            customer = session.get_one(Customer, 1)
            connection.commit()
        with work():
            assert session.scalars(select(Customer).where(Customer.id == 1)).one() is customer
            assert "born_on" not in inspect(customer).dict
            with pytest.raises(DataNotNeeded):
                _ = customer.born_on


def test_objects_that_a_session_cannot_load_do_not_disturb_it(engine: Engine) -> None:
    with work(), Session(engine) as session:
        customer = session.get_one(Customer, 1)
    with work(), Session(binds={Order: engine}) as session:
        session.add(customer)
        order = session.scalars(select(Order).limit(1)).one()
        session.commit()
        assert order.gift_for == "g1"
        assert session.scalars(select(Order).where(Order.id == order.id)).one() is order


def test_savepoints_forget_only_what_they_undo(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        customer = session.get_one(Customer, 1)
        sent.clear()
        with session.begin_nested():
            assert customer.full_name == "n1"
        assert customer.full_name == "n1"
        assert [statement for statement in sent if statement.startswith("SELECT")] == []
        nested = session.begin_nested()
        customer.note = "changed"
        session.flush()
        nested.rollback()
        assert customer.note == "o1"
        with pytest.raises(DataNotNeeded):
            _ = customer.born_on
