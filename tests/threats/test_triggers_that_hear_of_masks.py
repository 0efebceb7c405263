"""Attack: let a trigger of the application hear of the guard's own updates. None fires, or it is named before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard import migrate
from sminion_guard.checks import UnfitDatabase
from sminion_guard.embedded import Server
from tests.world import World, acting, new_world, rows, ticket

TOUCH = """
CREATE TABLE public.heard (what text, id bigint);
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN NEW.last_seen_at := now(); RETURN NEW; END';
CREATE FUNCTION public.publish() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN INSERT INTO public.heard VALUES (TG_NAME, NEW.id); RETURN NULL; END';
CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''rows are immutable''; END';
GRANT INSERT ON public.heard TO PUBLIC;
"""
TRIGGERS = """
CREATE TRIGGER touch BEFORE UPDATE ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.touch();
CREATE TRIGGER publish AFTER UPDATE ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.publish();
CREATE CONSTRAINT TRIGGER later AFTER UPDATE ON crm.customer DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION public.publish();
CREATE TRIGGER ledger BEFORE UPDATE ON sales.orders FOR EACH ROW EXECUTE FUNCTION public.refuse();
CREATE TRIGGER ledger BEFORE UPDATE ON sales.item FOR EACH ROW EXECUTE FUNCTION public.refuse();
"""


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    """One for each test: states are committed."""
    with new_world(server, shared_roles=True) as world:
        yield world


def seen(world: World, table: str, column: str = "id") -> set[int]:
    with world.connect() as connection, acting(connection, ticket(connection, "contract")):
        return {key for (key,) in rows(connection, f"SELECT {column} FROM {table}")}


def test_filling_in_and_settling_fire_no_trigger_of_the_application(world: World) -> None:
    with world.database.connect() as admin:
        migrate.remove(admin)
        admin.execute((TOUCH + TRIGGERS).encode())
        admin.execute("ALTER TABLE crm.customer DISABLE TRIGGER touch")
        admin.execute("UPDATE crm.customer SET last_seen_at = now() - interval '10 years' WHERE id = 9")
        admin.execute("ALTER TABLE crm.customer ENABLE TRIGGER touch; DELETE FROM public.heard")
        report = migrate.apply(admin, world.policy)
        assert [problem for problem in report.problems if problem.code in {"SG512", "SG514"}] == []
    everybody = set(range(1, 41))
    # Past its retention it was, and is: filling in did not touch the column it counts from.
    assert seen(world, "crm.customer") == everybody - {9}
    assert seen(world, "sales.orders") == everybody
    world.super("SELECT sminion.block('7', 'court')")
    world.settle()
    assert world.super("SELECT count(*) FROM sminion.withheld") == [(0,)]
    assert world.super("SELECT * FROM public.heard") == []
    for table, column in (("crm.customer", "id"), ("sales.orders", "customer_id"), ("sales.item", "order_id")):
        assert 7 not in seen(world, table, column)


def test_children_follow_without_triggers_of_the_application_and_its_own_updates_fire_them(world: World) -> None:
    world.super(TOUCH)
    world.super("CREATE TRIGGER ledger BEFORE UPDATE ON sales.item FOR EACH ROW EXECUTE FUNCTION public.refuse();"
                "CREATE TRIGGER publish AFTER UPDATE ON sales.orders FOR EACH ROW EXECUTE FUNCTION public.publish()")
    world.super("UPDATE sales.orders SET customer_id = 7 WHERE id = 8")
    world.super("UPDATE sales.orders SET email = 'x' WHERE id = 9")
    assert world.super("SELECT DISTINCT guard_subject FROM sales.item WHERE order_id = 8") == [(7,)]
    # the statement that moved it is the application's own, and so is what follows
    assert world.super("SELECT id FROM public.heard ORDER BY id") == [(8,), (9,)]
    with world.database.connect() as admin:
        assert admin.execute("SHOW session_replication_role").fetchone() == ("origin",)


@pytest.mark.parametrize("when", ["ALWAYS", "REPLICA"])
def test_a_trigger_that_fires_all_the_same_is_named_with_what_makes_it_deaf(when: str, world: World) -> None:
    deaf = 'ALTER TABLE crm.customer ENABLE TRIGGER "publish"'
    world.super(TOUCH + "CREATE TRIGGER publish AFTER UPDATE ON crm.customer FOR EACH ROW"
                f" EXECUTE FUNCTION public.publish(); ALTER TABLE crm.customer ENABLE {when} TRIGGER publish")
    with world.database.connect() as admin:
        with pytest.raises(UnfitDatabase) as caught:
            migrate.apply(admin, world.policy)
        (problem,) = caught.value.problems
        assert problem.code == "SG514" and deaf in (problem.hint or "")
        admin.execute(deaf.encode())
        migrate.apply(admin, world.policy)


def test_where_the_guard_may_not_use_the_replica_role_each_trigger_is_named_and_can_be_made_deaf(world: World) -> None:
    with world.database.connect() as admin:
        migrate.remove(admin)
        admin.execute((TOUCH + TRIGGERS).encode())
        admin.execute("REVOKE SET ON PARAMETER session_replication_role FROM sminion_owner")
        try:
            with pytest.raises(UnfitDatabase) as caught:
                migrate.apply(admin, world.policy)
            assert [problem.code for problem in caught.value.problems] == ["SG514"] * 5
            for problem in caught.value.problems:
                admin.execute((problem.hint or "").split("`")[1].encode())
            migrate.apply(admin, world.policy)
            assert seen(world, "sales.orders") == set(range(1, 41))
            world.super("SELECT sminion.block('7', 'court')")
            world.settle()
            assert world.super("SELECT * FROM public.heard") == []
            assert 7 not in seen(world, "sales.orders", "customer_id")
        finally:
            admin.execute("GRANT SET ON PARAMETER session_replication_role TO sminion_owner")
