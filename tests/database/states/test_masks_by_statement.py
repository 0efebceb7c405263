"""Masks are set by one statement, without the row trigger: only the guard does that, and only where it is sure."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests.database.states.test_masks_in_use import EVERYBODY, seen, stale
from tests.world import World, acting, new_world, ticket

FORGED = "SET sminion.masks_set = 'yes'"
CALLS = (
    "SELECT coalesce(sum(pg_stat_get_xact_function_calls(p.oid)), 0) FROM pg_proc p"
    " WHERE p.pronamespace = 'sminion'::regnamespace AND p.proname LIKE 'row\\_%'"
)
"""How often row triggers fired in this transaction."""
EMPTY = (
    "ALTER TABLE {0} DISABLE TRIGGER \"~guard_row\"; UPDATE {0} SET guard_mask = NULL;"
    " ALTER TABLE {0} ENABLE ALWAYS TRIGGER \"~guard_row\";"
)
TABLES = ("sales.orders", "sales.item", "sales.gift", "sales.visit", "crm.customer", "marketing.subscriber")


@pytest.fixture(scope="module")
def shared(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        yield world


def empty(world: World) -> None:
    """As before the first filling in."""
    with world.database.ddl_guard_suspended():
        for table in TABLES:
            world.super(EMPTY.format(table))
    world.super("UPDATE sales.item SET guard_subject = NULL WHERE false;"
                " UPDATE sminion.protected_table SET next_block = 0, gaps = '{}'")


def calls(world: World, work: str) -> int:
    """How often row triggers fire while ``work`` is repeated until it gives no row, or 0."""
    with world.database.connect(autocommit=False) as admin:
        admin.execute("SET LOCAL track_functions = 'all'")
        for _ in range(100):
            found = admin.execute(work.encode()).fetchone()
            if not found or not found[0]:
                break
        row = admin.execute(CALLS).fetchone()
        assert row is not None
        return int(row[0])


def test_filling_in_fires_no_row_trigger_but_for_rows_about_nobody(shared: World) -> None:
    shared.super("SELECT sminion.block('7', 'court')")
    empty(shared)
    assert set(stale(shared)) == {"sales.orders", "sales.item", "sales.visit", "crm.customer", "marketing.subscriber"}
    # One gift has no taker: its subject is NULL.
    assert calls(shared, "SELECT schema_name FROM sminion.backfill()") == 1
    assert stale(shared) == {}
    assert shared.super("SELECT count(*) FROM sales.gift WHERE guard_mask <> 0") == [(2,)]
    assert shared.super("SELECT guard_mask FROM sales.gift WHERE taker IS NULL") == [(0,)]
    assert seen(shared, "contract", "sales.orders") == EVERYBODY - {7}
    assert seen(shared, "contract", "sales.item", "order_id") == EVERYBODY - {7}
    shared.super("SELECT sminion.unblock('7', 'over')")


def test_settling_fires_no_row_trigger(shared: World) -> None:
    shared.super_unsettled("SELECT sminion.block(i::text, 'court') FROM generate_series(2, 8) i")
    assert set(stale(shared)) >= {"sales.orders", "sales.item", "sales.visit"}
    assert calls(shared, "SELECT sminion.settle()") == 0
    assert stale(shared) == {}
    assert shared.super("SELECT giver FROM sales.gift WHERE guard_mask & 1 <> 0") == []
    shared.super("SELECT sminion.unblock(i::text, 'over') FROM generate_series(2, 8) i")
    shared.settle()


def test_a_limit_of_rows_holds_and_one_subject_with_more_rows_is_settled_in_parts(world: World) -> None:
    world.super("INSERT INTO sales.visit SELECT 100 + i, 7, 'e' FROM generate_series(1, 30) i")
    world.super_unsettled("SELECT sminion.block(i::text, 'court') FROM generate_series(7, 9) i")
    ((before,),) = world.super("SELECT count(*) FROM sales.visit WHERE guard_mask & 1 <> 0")
    assert world.super("SELECT sminion.settle(500, 12)") == [(3,)]
    ((after,),) = world.super(
        "SELECT (SELECT count(*) FROM sales.visit WHERE guard_mask & 1 <> 0)"
        " + (SELECT count(*) FROM sales.orders WHERE guard_mask & 1 = 0) - 3")
    assert before - after <= 12
    for _ in range(10):
        if world.super("SELECT sminion.settle(500, 12)") == [(0,)]:
            break
    assert stale(world) == {} and world.super("TABLE sminion.withheld") == []


def test_the_setting_spares_nobody_a_row_trigger(world: World) -> None:
    world.super("SELECT sminion.block('7', 'court')")
    token = None
    with world.connect("app") as app:
        token = ticket(app, "contract")
        app.execute(FORGED)
        with acting(app, token):
            app.execute("INSERT INTO sales.orders (customer_id, email) VALUES (8, 'x')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(app, token):
            app.execute("INSERT INTO sales.orders (customer_id, email) VALUES (7, 'x')")
    # Nor does the owner of the tables, or a superuser, write masks with it.
    with world.database.connect() as admin:
        admin.execute(FORGED)
        admin.execute("UPDATE sales.orders SET guard_mask = -1; UPDATE sales.item SET guard_mask = -1")
    assert stale(world) == {}


def test_the_setting_keeps_no_row_from_settling_or_from_following_its_parent(world: World) -> None:
    world.super_unsettled("SELECT sminion.block('7', 'court')")
    # Settled by touching each row, since a trigger of the application fires too.
    world.super("CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                " CREATE TRIGGER look BEFORE UPDATE ON sales.orders FOR EACH ROW EXECUTE FUNCTION public.look();"
                " ALTER TABLE sales.orders ENABLE ALWAYS TRIGGER look")
    with world.connect("keeper") as keeper:
        keeper.execute(FORGED)
        assert keeper.execute("SELECT sminion.settle()").fetchone() == (0,)
    assert stale(world) == {}
    with world.database.connect() as admin:
        admin.execute(FORGED)
        admin.execute("UPDATE sales.orders SET customer_id = 7 WHERE id = 9")
    assert stale(world) == {}
    assert seen(world, "contract", "sales.item", "order_id") == EVERYBODY - {7, 9}


def test_a_trigger_that_names_another_subject_gets_that_subjects_mask(world: World) -> None:
    world.super("SELECT sminion.block('8', 'court')")
    empty(world)
    world.super("CREATE FUNCTION public.merge() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN NEW.customer_id := greatest(NEW.customer_id, 8); RETURN NEW; END';"
                " CREATE TRIGGER a BEFORE UPDATE ON sales.orders FOR EACH ROW EXECUTE FUNCTION public.merge();"
                " ALTER TABLE sales.orders ENABLE ALWAYS TRIGGER a")
    while world.super("SELECT * FROM sminion.backfill()"):
        pass
    assert world.super("SELECT count(*) FROM sales.orders WHERE customer_id = 8") == [(8,)]
    world.settle()
    assert stale(world) == {}
    assert seen(world, "contract", "sales.orders") == set(range(9, 41))
    assert seen(world, "contract", "sales.item", "order_id") == set(range(9, 41))


@pytest.mark.parametrize("held", ["state", "pending change"])
def test_a_subject_whose_state_cannot_be_locked_is_passed_over(held: str, world: World) -> None:
    empty(world)
    with world.database.connect(autocommit=False) as other:
        other.execute("SELECT FROM sminion.subject_state WHERE subject = '7' FOR " +
                      ("UPDATE" if held == "state" else "SHARE"))
        if held == "pending change":
            world.super("SELECT sminion.block('7', 'court')")
        while world.super("SELECT * FROM sminion.backfill()"):
            pass
        hidden = " AND coalesce(guard_mask, 0) & 1 = 0"
        for table, column in (("crm.customer", "id"), ("sales.orders", "customer_id")):
            assert world.super(f"SELECT {column} FROM {table} WHERE true{hidden}") == [(7,)]
    while world.super("SELECT * FROM sminion.backfill()"):
        pass
    world.settle()
    assert stale(world) == {}


def test_what_the_caller_deferred_stays_deferred_while_orphans_are_adopted(world: World) -> None:
    world.super("ALTER TABLE sales.item ADD CONSTRAINT ordered FOREIGN KEY (order_id) REFERENCES sales.orders"
                " DEFERRABLE INITIALLY DEFERRED")
    with world.database.connect(autocommit=False) as admin:
        admin.execute("INSERT INTO sales.item (order_id, what) VALUES (777, 'first')")
        admin.execute("SELECT sminion.settle()")
        admin.execute("INSERT INTO sales.orders (id, customer_id, email) VALUES (777, 8, 'then')")
        admin.execute("SELECT sminion.settle()")
        admin.commit()
    world.settle()
    assert world.super("SELECT guard_subject FROM sales.item WHERE order_id = 777") == [(8,)]
