"""`lastval()` belongs to the application: no sequence of the guard is advanced where it reads and writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.world import World, acting, new_world, refusal, rows, ticket

LAST = "SELECT lastval()"
UNDEFINED = "55000"
"""SQLSTATE of lastval() in a session in which no sequence was advanced."""


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        yield world


def test_an_insert_of_a_login_is_followed_by_its_own_number(world: World) -> None:
    with world.connect("app") as app:
        token = ticket(app, "contract")
        with acting(app, token):
            ((first,),) = rows(app, "INSERT INTO sales.item (order_id, what) VALUES (1, 'w') RETURNING id")
            assert rows(app, LAST) == [(first,)]
            # A person whom nobody knew, and a child of her row.
            app.execute("INSERT INTO sales.orders (id, customer_id) VALUES (900, 5000)")
            ((number,),) = rows(app, "INSERT INTO sales.item (order_id, what) VALUES (900, 'w') RETURNING id")
            assert rows(app, LAST) == [(number,)] == [(first + 1,)]
            app.execute("INSERT INTO sales.item (order_id) SELECT i FROM generate_series(1, 30) i")
            assert rows(app, LAST) == [(number + 30,)]
            # What takes no number leaves the last one.
            app.execute("INSERT INTO sales.visit (id, customer_id) VALUES (900, 6000)")
            app.execute("DELETE FROM sales.orders WHERE id = 900")
            assert rows(app, LAST) == [(number + 30,)]
        # A ticket between two statements: guarded sessions open one when the last has expired.
        ticket(app, "contract")
        with acting(app, token):
            assert rows(app, LAST) == [(number + 30,)]


def test_tickets_and_writes_that_take_no_number_of_the_application_take_none(world: World) -> None:
    with world.connect() as login:
        tokens = {purpose: ticket(login, purpose) for purpose in ("contract", "care")}
        tokens["rectification"] = ticket(login, "rectification", subject="3")
        with acting(login, tokens["contract"]):
            login.execute("INSERT INTO sales.visit (id, customer_id) VALUES (901, 7000)")
            login.execute("DELETE FROM sales.item WHERE order_id = 2")
            login.execute("DELETE FROM sales.orders WHERE id = 2")
        with acting(login, tokens["rectification"]):
            assert login.execute("UPDATE crm.customer SET email = 'right' WHERE id = 3").rowcount == 1
        assert refusal(login, LAST) == UNDEFINED


def test_the_owner_and_the_superuser_keep_theirs_when_rows_move_with_their_children(world: World) -> None:
    with world.database.connect() as admin, admin.transaction(force_rollback=True):
        assert admin.execute("UPDATE sales.orders SET customer_id = 8000 WHERE id = 1").rowcount == 1
        assert rows(admin, "SELECT DISTINCT guard_subject FROM sales.item WHERE order_id = 1") == [(8000,)]
        admin.execute("DELETE FROM sales.gift")
        admin.execute("TRUNCATE sales.item")
        with pytest.raises(Exception, match="lastval"), admin.transaction():
            admin.execute(LAST)
        ((number,),) = rows(admin, "INSERT INTO sales.item (order_id) VALUES (1) RETURNING id")
        assert rows(admin, LAST) == [(number,)]


def test_numbers_of_tickets_grow_and_have_eighteen_digits_at_most(world: World) -> None:
    with world.connect("app") as app:
        numbers = [int(ticket(app, "contract").split(".")[0]) for _ in range(20)]
        many = rows(
            app, "SELECT split_part(sminion.open_ticket('contract', 'a', 'r'), '.', 1)::bigint"
            " FROM generate_series(1, 500)"
        )
    assert numbers == sorted(numbers)
    assert len({*numbers, *(number for (number,) in many)}) == 520
    assert all(0 < number < 10**18 for number in numbers)


def test_writes_are_found_by_their_subjects_and_have_numbers_of_their_own(world: World) -> None:
    with world.connect("app") as app:
        token = ticket(app, "contract")
        app.execute("BEGIN")
        app.execute("SELECT sminion.enter(%s)", [token])
        app.execute("INSERT INTO sales.visit (id, customer_id) VALUES (950, 951), (951, 952)")
        app.execute("DELETE FROM sales.visit WHERE id = 950")
        app.execute("COMMIT")
    found = world.super(
        "SELECT a.subject, a.operations, a.write = w.id, a.write FROM sminion.subject_access a"
        " JOIN sminion.write_log w ON w.at = a.at WHERE a.subject IN ('951', '952') ORDER BY a.at, a.subject"
    )
    assert [row[:3] for row in found] == [
        ("951", ["collect"], True), ("952", ["collect"], True), ("951", ["delete"], True)
    ]
    assert found[0][3] == found[1][3] != found[2][3]
