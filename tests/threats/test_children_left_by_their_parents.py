"""Attack: rows of a person survive the destruction, because the row that leads to the person goes before them.

The child has no foreign key, and a trigger of its owner that always fires keeps the guard from touching it. Once the
parent is gone, or names nobody, nobody knows any more whom the child is about, and the destruction would be certified
without it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from sminion_guard.subjects import Destructions
from tests.database.subjects.destroying import asked, destroyed, left, states
from tests.world import World, new_world

KEEPS = """
CREATE FUNCTION sales.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$;
CREATE TRIGGER keep BEFORE DELETE ON sales.item FOR EACH ROW EXECUTE FUNCTION sales.keep();
ALTER TABLE sales.item ENABLE ALWAYS TRIGGER keep;
"""
WAYS = {"destroy": "", "depersonalize": 'retention = { after = "at", keep = "3 years", then = "depersonalize" }\n'}


@pytest.fixture(params=WAYS)
def world(request: pytest.FixtureRequest, server: Server) -> Iterator[World]:
    with new_world(server) as world:
        world.super("ALTER TABLE sales.orders ADD at timestamptz DEFAULT now()")
        text = world.text().replace("[schema.sales.orders]\n", "[schema.sales.orders]\n" + WAYS[request.param])
        world.apply(loads(text.replace('customer_id = "key", email', 'customer_id = "key", at = "none", email', 1)))
        world.settle()
        # It is about two people, and would keep the request open.
        world.super("DELETE FROM sales.gift")
        yield world


def about(world: World) -> list[tuple[object, ...]]:
    """Whom the items of the person's order are about."""
    return world.super("SELECT guard_subject FROM sales.item WHERE order_id = 2")


def test_a_parent_waits_for_a_child_that_cannot_go(world: World) -> None:
    world.super(KEEPS)
    found = destroyed(world)
    open_tables = {name for name, state in states(found).items() if state == "waiting"}
    assert open_tables == {"sales.item", "sales.orders"}
    assert about(world) == [(2,), (2,)]
    world.super("ALTER TABLE sales.item DISABLE TRIGGER keep")
    with world.connect("officer") as officer:
        found = Destructions(officer).destroy(found.request, "asked by letter", patience=0)
    assert not found.left and about(world) == [] and left(world) == {}


def test_without_the_trigger_both_go_at_once(world: World) -> None:
    assert not destroyed(world).left and about(world) == []


HIDES = """
CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep BEFORE DELETE ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.nothing();
ALTER TABLE sales.orders ADD CONSTRAINT whose FOREIGN KEY (customer_id) REFERENCES crm.customer;
"""


def test_a_foreign_key_whose_rows_a_policy_of_the_application_hides_is_named(server: Server) -> None:
    """In the replica role PostgreSQL looks at no foreign key: what the guard does not see would lead nowhere."""
    with new_world(server) as world:
        world.super("DELETE FROM sales.gift")
        world.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour')")
        world.super(HIDES + "CREATE POLICY hidden ON sales.orders AS RESTRICTIVE USING (id <> 9)")
        with world.connect("officer") as officer:
            request = asked(officer, 9)
            found = Destructions(officer).destroy(request, "letter", patience=0)
            causes = {table.table_name: str(table.cause) for table in found.left}
            assert "`sales.orders` refers to its rows, and the guard cannot read how" in causes["customer"]
            assert world.super("SELECT count(*) FROM crm.customer WHERE id = 9") == [(1,)]
            world.super("DROP POLICY hidden ON sales.orders")
            world.settle()
            assert not Destructions(officer).destroy(request, "letter", patience=0).left
