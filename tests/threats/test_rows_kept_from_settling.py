"""Attack: keep the guard from updating a row, or from seeing it. Who was denied stays hidden, the cause is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from tests.world import World, acting, new_world, rows, ticket

# ENABLE ALWAYS: the guard sets masks in the replica role, where usual triggers do not fire.
SKIP = "CREATE FUNCTION public.skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
RAISE = "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''immutable''; END'; "
ALWAYS = "; ".join(
    f'ALTER TABLE sales.orders ENABLE ALWAYS TRIGGER "~guard_{name}"'
    for name in ("row", "row_made", "moved", "made_anew"))
TENANT = "AS RESTRICTIVE USING (coalesce(current_setting('app.tenant', true), '') = '1')"


@dataclass(frozen=True)
class Obstacle:
    """What an application does, how it is undone, and the cause that is told.

    :param blind: the guard cannot know of any row, so nobody is settled.
    """

    table: str
    make: str
    undo: str
    cause: str
    blind: bool = False


OBSTACLES = {
    "restrictive policy": Obstacle(
        "sales.orders", f"CREATE POLICY tenants ON sales.orders {TENANT}", "DROP POLICY tenants ON sales.orders",
        "policy `tenants` hides rows", blind=True),
    "restrictive policy for updates": Obstacle(
        "sales.orders", "CREATE POLICY frozen ON sales.orders AS RESTRICTIVE FOR UPDATE USING (id <> 7)",
        "DROP POLICY frozen ON sales.orders", "policy `frozen` hides rows", blind=True),
    "policy on a child": Obstacle(
        "sales.item", f"CREATE POLICY tenants ON sales.item {TENANT}", "DROP POLICY tenants ON sales.item",
        "policy `tenants` hides rows", blind=True),
    "policy of the guard dropped": Obstacle(
        "sales.orders", "DROP POLICY guard_owner ON sales.orders",
        "CREATE POLICY guard_owner ON sales.orders TO sminion_owner USING (true)",
        "`guard_owner` was altered or dropped", blind=True),
    "trigger that skips": Obstacle(
        "sales.orders", SKIP + "CREATE TRIGGER z BEFORE UPDATE ON sales.orders"
        " FOR EACH ROW EXECUTE FUNCTION public.skip(); ALTER TABLE sales.orders ENABLE ALWAYS TRIGGER z",
        "DROP TRIGGER z ON sales.orders", "trigger `z` may skip it"),
    "trigger that skips some rows": Obstacle(
        "sales.orders", SKIP + "CREATE TRIGGER z BEFORE UPDATE ON sales.orders FOR EACH ROW WHEN (OLD.id = 7)"
        " EXECUTE FUNCTION public.skip(); ALTER TABLE sales.orders ENABLE ALWAYS TRIGGER z",
        "DROP TRIGGER z ON sales.orders", "trigger `z` may skip it"),
    "trigger that skips in one partition": Obstacle(
        "sales.visit", SKIP + "CREATE TRIGGER z BEFORE UPDATE ON sales.visit_low FOR EACH ROW"
        " EXECUTE FUNCTION public.skip(); ALTER TABLE sales.visit_low ENABLE ALWAYS TRIGGER z",
        "DROP TRIGGER z ON sales.visit_low", "trigger `z` may skip it"),
    "ledger": Obstacle(
        "sales.orders", RAISE + "CREATE TRIGGER a BEFORE UPDATE ON sales.orders FOR EACH ROW WHEN (OLD.id = 7)"
        " EXECUTE FUNCTION public.refuse(); ALTER TABLE sales.orders ENABLE ALWAYS TRIGGER a",
        "DROP TRIGGER a ON sales.orders", "immutable"),
    "constraint that raises at the commit": Obstacle(
        "sales.orders", RAISE + "CREATE CONSTRAINT TRIGGER a AFTER UPDATE ON sales.orders DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW WHEN (OLD.id = 7) EXECUTE FUNCTION public.refuse();"
        " ALTER TABLE sales.orders ENABLE ALWAYS TRIGGER a", "DROP TRIGGER a ON sales.orders",
        "immutable"),
    "check that old rows break": Obstacle(
        "sales.orders", "ALTER TABLE sales.orders ADD CONSTRAINT better CHECK (id <> 7) NOT VALID",
        "ALTER TABLE sales.orders DROP CONSTRAINT better", "better"),
    "triggers disabled for a load": Obstacle(
        "sales.orders", "ALTER TABLE sales.orders DISABLE TRIGGER ALL",
        f"ALTER TABLE sales.orders ENABLE TRIGGER ALL; {ALWAYS}", "is disabled", blind=True),
    "trigger disabled on one partition": Obstacle(
        "sales.visit", 'ALTER TABLE sales.visit_low DISABLE TRIGGER "~guard_row"',
        'ALTER TABLE sales.visit_low ENABLE ALWAYS TRIGGER "~guard_row"', "`sales.visit_low` is disabled", blind=True),
    "triggers enabled as all others": Obstacle(
        "sales.orders", "ALTER TABLE sales.orders DISABLE TRIGGER ALL; ALTER TABLE sales.orders ENABLE TRIGGER ALL",
        ALWAYS, "is not ENABLE ALWAYS", blind=True),
}
HARMLESS = {
    "nothing": "SELECT 1",
    "suppress_redundant_updates_trigger": "CREATE TRIGGER z_min_update BEFORE UPDATE ON sales.orders"
    " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "the same, always": "CREATE TRIGGER z_min_update BEFORE UPDATE ON sales.orders FOR EACH ROW"
    " EXECUTE FUNCTION suppress_redundant_updates_trigger();"
    " ALTER TABLE sales.orders ENABLE ALWAYS TRIGGER z_min_update",
    "the same on one partition": "CREATE TRIGGER z_min_update BEFORE UPDATE ON sales.visit_low"
    " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "a policy for others": "CREATE ROLE NAME_other; CREATE POLICY other ON sales.orders AS RESTRICTIVE TO NAME_other"
    " USING (false)",
    "a permissive policy": "CREATE POLICY more ON sales.orders USING (false)",
}


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    """One for each test: states are committed."""
    with new_world(server, shared_roles=True) as world:
        world.database.suspend_ddl_guard()
        yield world


def seen(world: World, table: str) -> set[int]:
    """The persons whose rows `contract` sees, as the tenant that an application would be."""
    column = {"sales.item": "order_id"}.get(table, "customer_id")
    with world.connect() as connection:
        connection.execute("SET app.tenant = '1'")
        with acting(connection, ticket(connection, "contract")):
            return {key for (key,) in rows(connection, f"SELECT {column} FROM {table}")}


def withheld(world: World) -> set[str]:
    return {key for (key,) in world.super("SELECT DISTINCT subject FROM sminion.withheld")}


@pytest.mark.parametrize("name", OBSTACLES)
def test_a_person_stays_hidden_while_a_row_cannot_be_settled(name: str, world: World) -> None:
    obstacle = OBSTACLES[name]
    world.super(obstacle.make)
    world.super("SELECT sminion.block('7', 'court'), sminion.block('8', 'court')")
    for _ in range(2):
        world.super("SELECT sminion.settle()")
        assert not {7, 8} & seen(world, obstacle.table)
        everything = obstacle.blind or name in {"trigger that skips", "trigger that skips in one partition"}
        assert withheld(world) == ({"7", "8"} if everything else {"7"})
        ((table, subjects, stale, cause),) = world.super(
            'SELECT "table", subjects, stale_rows, cause FROM sminion.settle_problems WHERE subjects > 0')
        assert (table, subjects) == (obstacle.table, 2 if everything else 1)
        assert obstacle.cause in cause
        assert stale is None if obstacle.blind else stale >= subjects
    assert world.super("SELECT stuck, withheld FROM sminion.settle_status") == [(subjects, subjects)]
    with world.connect("keeper") as keeper:
        assert rows(keeper, "SELECT count(*) FROM sminion.settle_problems")[0][0] >= 1
    with world.database.connect() as admin:
        found = migrate.plan(admin, world.policy)
        assert [problem for problem in found.problems if problem.code == "SG512" and obstacle.cause in problem.render()]
    world.super(obstacle.undo)
    world.settle()
    assert withheld(world) == set() and world.super("SELECT count(*) FROM sminion.settle_problems") == [(0,)]
    assert not {7, 8} & seen(world, obstacle.table)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_in_nobodys_way_keeps_nothing_back(name: str, world: World) -> None:
    world.super(HARMLESS[name].replace("NAME", world.name))
    world.super("SELECT sminion.block('7', 'court')")
    assert world.super("SELECT sminion.settle()") == [(0,)]
    assert withheld(world) == set() and world.super("SELECT count(*) FROM sminion.settle_problems") == [(0,)]
    for table in ("sales.orders", "sales.visit", "sales.item"):
        assert seen(world, table) == set(range(1, 41)) - {7}


def test_a_withdrawn_consent_stays_withdrawn_under_a_policy_that_hides_rows_from_the_guard(world: World) -> None:
    world.super("SELECT sminion.give_consent('5', 'marketing', 'form')")
    world.settle()
    world.super(f"CREATE POLICY tenants ON marketing.subscriber {TENANT}")
    world.super("SELECT sminion.withdraw_consent('5', 'marketing', 'letter')")
    for _ in range(2):
        with world.connect() as connection:
            connection.execute("SET app.tenant = '1'")
            with acting(connection, ticket(connection, "marketing")):
                assert rows(connection, "SELECT id FROM marketing.subscriber") == []
        world.super("SELECT sminion.settle()")


@pytest.mark.parametrize("make", [
    SKIP + "CREATE TRIGGER z BEFORE UPDATE ON sales.item FOR EACH ROW EXECUTE FUNCTION public.skip();"
    " ALTER TABLE sales.item ENABLE ALWAYS TRIGGER z",
    f"CREATE POLICY tenants ON sales.item {TENANT}",
    'ALTER TABLE sales.item DISABLE TRIGGER "~guard_row"',
], ids=["skips", "hides", "disabled"])
def test_a_parent_does_not_move_where_its_children_cannot_follow(make: str, world: World) -> None:
    world.super("SELECT sminion.block('7', 'court')")
    world.settle()
    with world.database.connect() as admin:
        admin.execute(make.encode())
        with pytest.raises(psycopg.Error) as caught:
            admin.execute("UPDATE sales.orders SET customer_id = 7 WHERE id = 8")
        assert caught.value.sqlstate == "SG513"
        admin.execute("UPDATE sales.orders SET email = 'changed' WHERE id = 8")
    assert world.super("SELECT customer_id FROM sales.orders WHERE id = 8") == [(8,)]
    assert 7 not in seen(world, "sales.item") and 7 not in seen(world, "sales.orders")


def test_a_child_that_came_before_its_parent_is_seen_once_it_is_settled(world: World) -> None:
    world.super("INSERT INTO sales.item (order_id, what) VALUES (500, 'early'), (501, 'early'), (502, 'early')")
    world.super("INSERT INTO sales.orders (id, customer_id) VALUES (500, 5), (501, 7)")
    world.super("SELECT sminion.block('7', 'court')")
    assert 500 not in seen(world, "sales.item")
    world.settle()
    assert {500, 501, 502} & seen(world, "sales.item") == {500}
    # the last one is still nobody's
    assert world.super("SELECT guard_subject, guard_mask FROM sales.item WHERE order_id = 502") == [(None, 0)]


@pytest.mark.parametrize("name", [
    "trigger that skips some rows", "ledger", "restrictive policy", "check that old rows break",
])
def test_masks_are_filled_in_around_what_refuses_and_nothing_hangs(name: str, world: World) -> None:
    obstacle = OBSTACLES[name]
    with world.database.connect() as admin:
        migrate.remove(admin)
        migrate.apply(admin, world.policy, fill=False)
        admin.execute(obstacle.make.encode())
        migrate.fill_masks(admin)
        admin.execute("SELECT sminion.settle()")
        assert seen(world, "sales.orders") == (set() if obstacle.blind else set(range(1, 41)) - {7})
    assert world.super("SELECT count(*) FROM sminion.settle_problems") != [(0,)]
    world.super(obstacle.undo)
    with world.database.connect() as admin:
        migrate.fill_masks(admin)
    world.settle()
    assert seen(world, "sales.orders") == set(range(1, 41))
    assert world.super("SELECT count(*) FROM sminion.settle_problems") == [(0,)]
