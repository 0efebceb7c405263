"""Attack: pass off a row about somebody as one about nobody, or read those without a ticket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.policy import Policy, loads
from tests.world import Connection, World, acting, new_world, refusal, rows, take, ticket

NOBODY = """
INSERT INTO sales.orders (id, customer_id, email) VALUES (500, NULL, 'guest');
INSERT INTO sales.item (id, order_id, what) VALUES (500, 500, 'of a guest'), (501, NULL, 'of no order'),
  (502, 777, 'of an order that is not there'), (503, 1, 'of customer 1');
INSERT INTO sales.gift VALUES (NULL, NULL, 'anonymous'), (NULL, 4, 'half');
INSERT INTO sales.visit VALUES (500, NULL, 'visitor');
"""
TABLES = ("orders", "item", "gift", "visit")
ITEMS = "SELECT id FROM sales.item WHERE id >= 500 ORDER BY 1"
GUESTS = "SELECT id FROM sales.orders WHERE id >= 500"


def with_nobody(world: World, word: str = "visible", tables: tuple[str, ...] = TABLES) -> Policy:
    text = world.text()
    for table in tables:
        text = text.replace(f"[schema.sales.{table}]\n", f'[schema.sales.{table}]\nanonymous = "{word}"\n')
    text = text.replace('[schema.sales]\ncollected_for = ["contract", "accounting"]',
                        '[schema.sales]\ncollected_for = ["contract", "accounting", "rectification"]')
    text = text.replace('purposes = ["marketing"]\n\n[purpose',
                        'purposes = ["marketing"]\nmay_hold_incompatible = "a test of consent"\n\n[purpose')
    return loads(text + '\n[[further]]\ndata_of = "contract"\nmay_serve = ["marketing"]\nwhy = "a test of consent"\n')


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    """Rows about nobody were there before the policy said that they may be seen."""
    with new_world(server, shared_roles=True) as world:
        world.super(NOBODY)
        world.apply(with_nobody(world))
        yield world


@pytest.fixture
def contract(world: World) -> Iterator[Connection]:
    with world.connect("app") as connection, acting(connection, ticket(connection, "contract")):
        yield connection


def test_rows_about_nobody_are_seen_and_those_of_whom_nobody_knows_are_not(contract: Connection) -> None:
    assert rows(contract, GUESTS) == [(500,)]
    assert rows(contract, ITEMS) == [(500,), (501,), (503,)]
    assert rows(contract, "SELECT email FROM sales.gift WHERE giver IS NULL") == [("anonymous",)]
    assert rows(contract, "SELECT email FROM sales.visit WHERE customer_id IS NULL") == [("visitor",)]


def test_a_purpose_that_needs_consent_sees_them_and_nobody_else(world: World) -> None:
    with world.connect() as connection, acting(
        connection, ticket(connection, "marketing", schemas=["sales", "crm"])
    ):
        assert rows(connection, "SELECT id FROM sales.orders") == [(500,)]
        assert rows(connection, "SELECT email FROM sales.gift") == [("anonymous",)]


def test_a_ticket_for_one_named_person_shows_that_person_only(world: World) -> None:
    named = ticket_of_rectification(world)
    with world.connect() as connection, acting(connection, named):
        assert rows(connection, "SELECT id FROM sales.orders") == [(1,)]


def ticket_of_rectification(world: World) -> str:
    with world.connect() as connection:
        return ticket(connection, "rectification", subject="1")


@pytest.mark.parametrize("table", TABLES)
def test_no_ticket_no_rows_about_nobody_either(world: World, table: str) -> None:
    nobody = {"orders": "customer_id IS NULL", "item": "id = 501", "gift": "giver IS NULL AND taker IS NULL",
              "visit": "customer_id IS NULL"}[table]
    with world.connect("app") as connection:
        for where in (nobody, "true"):
            connection.execute("BEGIN")
            connection.execute(f"SET LOCAL ROLE {world.role('contract')}".encode())
            assert refusal(connection, f"SELECT count(*) FROM sales.{table} WHERE {where}") == "SG201"
            connection.execute("ROLLBACK")
            connection.execute("BEGIN")
            take(connection, world.role("contract"), "1.0000.nothing")
            assert refusal(connection, f"SELECT count(*) FROM sales.{table} WHERE {where}").startswith("SG2")
            connection.execute("ROLLBACK")


def test_a_row_is_what_its_subject_says_and_not_what_the_client_says(contract: Connection) -> None:
    contract.execute("INSERT INTO sales.orders (id, customer_id, email) VALUES (600, NULL, 'x')")
    assert rows(contract, "SELECT id FROM sales.orders WHERE id = 600") == [(600,)]
    assert refusal(contract, "INSERT INTO sales.orders (id, guard_mask) VALUES (601, -1)") == "42501"


def test_rows_about_nobody_are_deleted_by_who_may_delete(contract: Connection) -> None:
    assert contract.execute("DELETE FROM sales.orders WHERE customer_id IS NULL").rowcount == 1
    assert contract.execute("DELETE FROM sales.item WHERE id = 501").rowcount == 1
    assert contract.execute("DELETE FROM sales.item WHERE id = 502").rowcount == 0
    assert contract.execute("DELETE FROM sales.gift WHERE giver IS NULL").rowcount == 1


def test_an_order_that_gets_a_person_takes_its_items_along(server: Server) -> None:
    with new_world(server, shared_roles=True) as world, world.connect("app") as app:
        world.super(NOBODY)
        world.apply(with_nobody(world))
        world.super("SELECT sminion.block('9', 'asked', 'test')")
        with acting(app, ticket(app, "contract")):
            assert rows(app, GUESTS) == [(500,)]
        world.super("UPDATE sales.orders SET customer_id = 9 WHERE id = 500")
        with acting(app, ticket(app, "contract")):
            assert rows(app, GUESTS) == []
            assert rows(app, ITEMS) == [(501,), (503,)]
        with pytest.raises(psycopg.Error) as caught:
            world.super("UPDATE sales.orders SET customer_id = NULL WHERE id = 500")
        assert caught.value.sqlstate == "SG249", "who is blocked loses no row, not to nobody either"
        world.super("SELECT sminion.unblock('9', 'asked', 'test')")
        world.super("UPDATE sales.orders SET customer_id = NULL WHERE id = 500")
        with acting(app, ticket(app, "contract")):
            assert rows(app, GUESTS) == [(500,)]
            assert rows(app, ITEMS) == [(500,), (501,), (503,)]


@pytest.mark.parametrize("first", ["item", "person"])
def test_an_item_written_while_its_order_gets_a_person_is_that_persons(server: Server, first: str) -> None:
    """Whoever comes second waits: else the item would be about nobody for ever."""
    with new_world(server, shared_roles=True) as world:
        world.super(NOBODY)
        world.apply(with_nobody(world))
        world.super("SELECT sminion.block('9', 'asked', 'test')")
        statements = {
            "item": "INSERT INTO sales.item (id, order_id, what) VALUES (600, 500, 'late')",
            "person": "UPDATE sales.orders SET customer_id = 9 WHERE id = 500",
        }
        second = "person" if first == "item" else "item"
        with world.database.connect(autocommit=False) as one, world.database.connect() as two:
            one.execute(statements[first].encode())
            waiting = threading.Thread(target=lambda: two.execute(statements[second].encode()))
            waiting.start()
            time.sleep(0.5)
            assert waiting.is_alive()
            one.commit()
            waiting.join(10)
            assert not waiting.is_alive()
        assert world.super("SELECT guard_subject FROM sales.item WHERE id = 600") == [(9,)]
        with world.connect("app") as app, acting(app, ticket(app, "contract")):
            assert rows(app, ITEMS) == [(501,), (503,)]


def test_what_is_no_longer_to_be_seen_is_hidden_at_once_and_what_is_comes_with_the_masks(server: Server) -> None:
    with new_world(server, shared_roles=True) as world, world.connect("app") as app:
        world.super(NOBODY)

        def seen() -> tuple[int, int]:
            with acting(app, ticket(app, "contract")):
                return (len(rows(app, GUESTS)), len(rows(app, ITEMS)))

        assert seen() == (0, 1)
        world.apply(with_nobody(world))
        assert seen() == (1, 3)
        world.apply(with_nobody(world, "hidden"))
        assert seen() == (0, 1)
        world.apply(with_nobody(world, tables=("item",)))
        assert seen() == (0, 2), "an item of an order that is hidden is hidden; one of no order is about nobody"
        world.apply(with_nobody(world, tables=("orders", "item")))
        assert seen() == (1, 3), "children are filled in again where their parent changed"
        world.apply(with_nobody(world, tables=("orders",)))
        assert seen() == (1, 1)
        assert world.super("SELECT count(*) FROM sminion.settle_status WHERE unsettled > 0") == [(0,)]


def test_settling_leaves_rows_about_nobody_alone(server: Server) -> None:
    with new_world(server, shared_roles=True) as world, world.connect("app") as app:
        world.super(NOBODY)
        world.apply(with_nobody(world))
        before = world.super("SELECT ctid::text FROM sales.orders WHERE id = 500")
        world.super("SELECT sminion.block('1', 'asked', 'test')")
        world.settle()
        world.super("UPDATE sminion.protected_table SET next_block = 0")
        while world.super("SELECT * FROM sminion.backfill()"):
            pass
        assert world.super("SELECT ctid::text FROM sales.orders WHERE id = 500") == before
        with acting(app, ticket(app, "contract")):
            assert rows(app, GUESTS) == [(500,)]
            assert rows(app, ITEMS) == [(500,), (501,)]
