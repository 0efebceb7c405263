"""A parent that one statement deletes and makes anew for another person takes its children along."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.world import World, acting, new_world, refusal, rows, ticket

ITEMS = "SELECT count(*) FROM sales.item WHERE order_id = 7"
ANEW = (
    "WITH gone AS (DELETE FROM sales.orders WHERE id = 7 RETURNING id)"
    " INSERT INTO sales.orders (id, customer_id, email) SELECT id, {}, 'anew' FROM gone"
)
KEYS = {
    "no key": "SELECT 1",
    "a key": "ALTER TABLE sales.item ADD FOREIGN KEY (order_id) REFERENCES sales.orders NOT VALID",
    "a deferred key": "ALTER TABLE sales.item ADD FOREIGN KEY (order_id) REFERENCES sales.orders"
    " DEFERRABLE INITIALLY DEFERRED NOT VALID",
}


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        yield world


def make_anew(world: World, person: int) -> None:
    with world.connect("app") as app:
        token = ticket(app, "contract")
        app.execute("BEGIN")
        app.execute("SELECT sminion.enter(%s)", [token])
        assert app.execute(ANEW.format(person).encode()).rowcount == 1
        app.execute("COMMIT")


def items(world: World) -> int:
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        ((count,),) = rows(app, ITEMS)
        return int(count)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("person", [9, 9001])
def test_children_are_about_whom_their_parent_is(person: int, key: str, world: World) -> None:
    world.super(KEYS[key])
    make_anew(world, person)
    assert world.super("SELECT DISTINCT guard_subject FROM sales.item WHERE order_id = 7") == [(person,)]
    assert items(world) == 2
    world.super("SELECT sminion.block('7', 'court')")
    assert items(world) == 2
    world.super("SELECT sminion.block(%s, 'court')", str(person))
    for _ in range(2):
        assert items(world) == 0
        world.settle()


def test_without_the_trigger_they_would_be_seen_though_their_person_is_blocked(world: World) -> None:
    world.database.suspend_ddl_guard()
    world.super('ALTER TABLE sales.orders DISABLE TRIGGER "~guard_made_anew"')
    make_anew(world, 9)
    world.super("SELECT sminion.block('9', 'court')")
    assert items(world) == 2


def test_an_older_snapshot_makes_no_parent_anew(world: World) -> None:
    with world.connect("app") as app:
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ"
        with acting(app, ticket(app, "contract"), begin):
            assert refusal(app, ANEW.format(9)) == "SG402"
        with acting(app, ticket(app, "contract"), begin):
            # for the same person, and not again: nothing moves
            assert app.execute(ANEW.format(7).encode()).rowcount == 1
            assert app.execute(b"DELETE FROM sales.orders WHERE id = 8").rowcount == 1


def test_a_key_that_cascades_deletes_the_children_first(world: World) -> None:
    world.super("ALTER TABLE sales.item ADD FOREIGN KEY (order_id) REFERENCES sales.orders ON DELETE CASCADE NOT VALID")
    make_anew(world, 9)
    assert world.super(ITEMS) == [(0,)]
    assert world.super("SELECT customer_id FROM sales.orders WHERE id = 7") == [(9,)]
