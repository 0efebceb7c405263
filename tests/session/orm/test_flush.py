"""Flushes write only what the purpose may collect or clarify, and read back only what it may see."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, func, insert, inspect, select, text, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from sminion_guard.errors import ContextMissing, DataNotNeeded, OperationNotAllowed, PurposeViolation
from tests.session.orm.models import Bird, Customer, Dog, Eager, Order, Person
from tests.session.orm.world import World, work


def listed(statement: str) -> str:
    """The columns that an INSERT names."""
    return statement[statement.index("(") + 1 : statement.index(")")]


def test_an_insert_names_only_columns_that_the_purpose_may_collect(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        session.add(Customer(id=100, full_name="new", email="e"))
        session.flush()
        assert listed(sent[0]) == "id, full_name, email, street, city, note"
        assert sent[0].endswith("RETURNING crm.customer.joined")
        session.rollback()
    with work("everything"), Session(engine) as session:
        session.add(Customer(id=100, full_name="new", email="e"))
        session.flush()
        assert listed(sent[1]) == "id, full_name, email, street, city, born_on, note"
        assert "score" in sent[1].partition("RETURNING")[2]
        session.rollback()


def test_several_new_objects_go_in_one_statement(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        session.add_all([Customer(id=n, full_name="new") for n in range(100, 110)])
        session.add_all([Order(customer_id=1, gift_for="g") for _ in range(10)])
        session.flush()
        assert len(sent) == 2
        session.rollback()


def test_new_objects_know_what_may_be_seen_of_them(engine: Engine) -> None:
    with work(), Session(engine) as session:
        customer = Customer(id=100, full_name="new")
        order = Order(customer=customer, gift_for="x")
        session.add(order)
        session.flush()
        assert (customer.joined, order.id > 0) == (date(2020, 1, 1), True)
        with pytest.raises(DataNotNeeded):
            _ = customer.score
        session.expire(customer)
        assert customer.full_name == "new"
        for closed in (lambda: customer.born_on, lambda: customer.score, lambda: order.customer.billed):
            with pytest.raises(DataNotNeeded):
                closed()
        session.rollback()


def test_a_closed_column_that_was_set_is_refused_before_anything_is_sent(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        session.add(Customer(id=100, full_name="first"))
        session.add(Customer(id=101, full_name="new", born_on=date(2000, 1, 1)))
        with pytest.raises(DataNotNeeded, match=r"may not fill in `crm\.customer\.born_on`") as refusal:
            session.flush()
        assert refusal.value.hint == "leave it alone, or act for `everything`"
        assert sent == []
        session.rollback()
        customer = session.get_one(Customer, 1)
        sent.clear()
        customer.full_name = "other"
        customer.born_on = date(2000, 1, 1)
        with pytest.raises(DataNotNeeded, match=r"may not change `crm\.customer\.born_on`"):
            session.flush()
        assert sent == []


def test_what_was_set_to_none_counts_as_not_set(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        session.add(Customer(id=100, full_name="new", born_on=None))
        session.flush()
        assert "born_on" not in sent[0]
        session.rollback()


def test_what_the_purpose_may_not_do_at_all_is_refused_before_anything_is_sent(engine: Engine, sent: list[str]) -> None:
    with work("intake"), Session(engine) as session:
        customer = session.get_one(Customer, 1)
        sent.clear()
        customer.email = "other"
        with pytest.raises(OperationNotAllowed, match=r"`intake` may not clarify data of `crm\.customer`") as refusal:
            session.flush()
        assert refusal.value.hint == "act for `billing` or `care` or `everything`"
        session.rollback()
        session.delete(session.get_one(Order, 1))
        sent.clear()
        with pytest.raises(OperationNotAllowed, match=r"may not delete data of `crm\.orders`"):
            session.flush()
        assert sent == []


def test_an_update_names_only_what_changed_also_of_a_whole_object_made_dirty(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        customer = session.get_one(Customer, 1)
        sent.clear()
        for name in ("full_name", "email", "note", "city"):
            flag_modified(customer, name)
        customer.full_name = "other"
        session.flush()
        assert [statement.split(" WHERE")[0] for statement in sent] == [
            "UPDATE crm.customer SET full_name=%(full_name)s::VARCHAR, email=%(email)s::VARCHAR, "
            "city=%(city)s::VARCHAR, note=%(note)s::VARCHAR"
        ]
        customer.address.city = "elsewhere"
        customer.address = type(customer.address)("s", "elsewhere")
        session.flush()
        assert "born_on" not in sent[-1]
        with pytest.raises(DataNotNeeded):
            _ = customer.born_on
        session.rollback()


def test_keys_never_change(engine: Engine, sent: list[str]) -> None:
    with work("everything"), Session(engine) as session:
        order = session.get_one(Order, 1)
        sent.clear()
        order.customer_id = 5
        with pytest.raises(DataNotNeeded) as refusal:
            session.flush()
        assert refusal.value.detail == (
            "`customer_id` leads to the person whom the row is about, and never changes")
        assert refusal.value.hint == "delete the row, and insert it for the other person"
        assert sent == []


def test_deletes_work_where_they_may(engine: Engine) -> None:
    with work(), Session(engine) as session:
        session.delete(session.get_one(Order, 1))
        session.flush()
        assert session.get(Order, 1) is None
        session.rollback()


def test_inherited_tables_are_written_by_the_same_rules(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        session.add_all([Dog(id=10, owner_id=1, name="Bo", tricks="none"), Bird(id=11, owner_id=1, name="Bea")])
        session.flush()
        assert all(name not in "".join(sent) for name in ("chip", "bites", "cage"))
        session.add(Dog(id=12, owner_id=1, bites=1))
        with pytest.raises(DataNotNeeded, match=r"`crm\.dog\.bites`"):
            session.flush()
        session.rollback()


def test_eager_defaults_fetch_only_what_may_be_seen(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        eager = Eager(id=100, full_name="new")
        session.add(eager)
        session.flush()
        assert eager.joined == date(2020, 1, 1)
        eager.full_name = "other"
        session.flush()
        with pytest.raises(DataNotNeeded):
            _ = eager.score
        assert "score" not in "".join(sent)
        session.rollback()


def test_merging_writes_what_the_copy_carries(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        mine = session.get_one(Customer, 1)
    mine.full_name = "merged"
    with work(), Session(engine) as session:
        merged = session.merge(mine)
        sent.clear()
        session.flush()
        assert sent[0].startswith("UPDATE crm.customer SET full_name=%(full_name)s::VARCHAR WHERE")
        with pytest.raises(DataNotNeeded):
            _ = merged.born_on
        session.rollback()
    with work("everything"), Session(engine) as session:
        whole = session.get_one(Customer, 1)
    with work(), Session(engine) as session:
        session.merge(whole)
        with pytest.raises(DataNotNeeded, match="may not change"):
            session.flush()


def test_bulk_inserts_and_updates(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        session.execute(insert(Customer), [{"id": n, "full_name": "bulk"} for n in range(100, 103)])
        assert listed(sent[0]) == "id, full_name"
        session.execute(update(Customer), [{"id": n, "note": "bulk"} for n in range(100, 103)])
        assert session.scalar(select(func.count()).where(Customer.note == "bulk")) == 3
        session.rollback()
    born = {"full_name": "b", "born_on": date(2000, 1, 1)}
    for statement in (insert(Customer), update(Customer)):
        with work(), Session(engine) as session, pytest.raises(DataNotNeeded):
            session.execute(statement, [{"id": n, **born} for n in (110, 111)])
    with work(), Session(engine) as session, pytest.raises(DataNotNeeded):
        session.execute(insert(Customer), {"id": 110, **born})
    with work("intake"), Session(engine) as session, pytest.raises(OperationNotAllowed):
        session.execute(update(Customer), [{"id": 1, "note": "bulk"}])


def test_returning_entities_brings_what_may_be_seen(engine: Engine, sent: list[str]) -> None:
    with work(), Session(engine) as session:
        one = session.scalars(insert(Customer).values(id=100, full_name="new").returning(Customer)).one()
        several = session.scalars(
            insert(Customer).returning(Customer), [{"id": n, "full_name": "bulk"} for n in range(101, 103)]
        ).all()
        changed = session.scalars(
            update(Customer).where(Customer.id == 1).values(note="changed").returning(Customer)
        ).one()
        for customer in (one, *several, changed):
            assert customer.joined == date(2020, 1, 1)
            with pytest.raises(DataNotNeeded):
                _ = customer.born_on
        gone = session.scalars(delete(Order).where(Order.id == 1).returning(Order)).one()
        assert gone.gift_for == "g1"
        assert all("born_on" not in statement for statement in sent)
        session.rollback()


def test_updates_and_deletes_by_condition_follow_the_objects_in_memory(engine: Engine) -> None:
    with work(), Session(engine) as session:
        customer = session.get_one(Customer, 1)
        for how in ("auto", "evaluate", "fetch"):
            session.execute(
                update(Customer).where(Customer.full_name == "n1").values(note=how),
                execution_options={"synchronize_session": how},
            )
            assert customer.note == how
        order = session.get_one(Order, 1)
        session.execute(delete(Order).where(Order.gift_for == "g1"))
        assert order not in session
        session.rollback()


def test_rows_are_never_copied_with_closed_columns_lost(engine: Engine) -> None:
    people = select(Customer).where(Customer.id == 1).subquery()
    with work(), Session(engine) as session, pytest.raises(PurposeViolation):
        session.execute(insert(Person).from_select(["full_name"], select(people.c.full_name)).returning(Person))


def test_without_the_room_the_same_writes_are_refused_by_the_server(engine: Engine) -> None:
    table = Customer.__table__
    statements: list[tuple[Any, Any]] = [
        (insert(table), {"id": 100, "full_name": "b", "born_on": None}),
        (update(table).where(table.c.id == 1), {"born_on": None}),
        (text("INSERT INTO crm.customer (id, full_name) VALUES (100, 'b') RETURNING score"), {}),
    ]
    for statement, values in statements:
        with work(), Session(engine) as session, pytest.raises(PurposeViolation):
            session.execute(statement, values)
    with work(), Session(engine) as session, pytest.raises(PurposeViolation):
        session.bulk_insert_mappings(inspect(Customer), [{"id": 100, "full_name": "b", "born_on": date(2000, 1, 1)}])


def test_a_flush_needs_a_purpose_and_one_without_changes_does_not(engine: Engine) -> None:
    with Session(engine) as session:
        with work():
            customer = session.get_one(Customer, 1)
            name = customer.full_name
            session.commit()
            assert customer.full_name == name
            session.rollback()
        customer.full_name = "other"
        with pytest.raises(ContextMissing):
            session.commit()
        session.rollback()


def test_sessions_without_a_guard_write_as_before(world: World, engine: Engine) -> None:
    from sqlalchemy import create_engine

    with work(), Session(engine) as session:
        session.add(Customer(id=100, full_name="new"))
        session.flush()
        session.rollback()
    plain = create_engine(world.database.url())
    statements: list[str] = []
    event.listen(plain, "before_cursor_execute", lambda c, cur, statement, *_: statements.append(statement))
    with Session(plain) as session:
        session.add(Customer(id=100, full_name="new"))
        session.flush()
        assert listed(statements[0]) == "id, full_name, email, street, city, born_on, note"
        assert "score" in statements[0].partition("RETURNING")[2]
        session.rollback()
    plain.dispose()
