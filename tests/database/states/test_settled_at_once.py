"""A change of state settles its own rows when they are few, and nothing is left withheld."""

from __future__ import annotations

import pytest

from tests.world import World, acting, refusal, rows, ticket

MASKS = "SELECT DISTINCT guard_mask FROM crm.customer WHERE id = ANY (%s)"
WITHHELD = "SELECT count(*) FROM sminion.withheld"
QUEUED = "SELECT count(*) FROM sminion.unsettled"


def visible(world: World, purpose: str, statement: str) -> set[int]:
    with world.connect() as connection, acting(connection, ticket(connection, purpose)):
        return {one for (one,) in rows(connection, statement)}


def test_one_person_is_settled_in_the_call(world: World) -> None:
    assert world.super("SELECT sminion.block('7', 'court')") == [(True,)]
    assert world.super(WITHHELD) == world.super(QUEUED) == [(0,)]
    assert 7 not in visible(world, "contract", "SELECT id FROM crm.customer")
    assert 7 not in visible(world, "contract", "SELECT order_id FROM sales.item")
    world.super("SELECT sminion.unblock('7', 'over')")
    assert world.super(QUEUED) == [(0,)]
    assert 7 in visible(world, "contract", "SELECT order_id FROM sales.item")


def test_a_person_of_many_rows_is_left_to_settle(world: World) -> None:
    world.super("INSERT INTO sales.orders (customer_id, email) SELECT 7, 'x' FROM generate_series(1, 300)")
    world.super("SELECT sminion.block('7', 'court')")
    assert world.super(WITHHELD) == world.super(QUEUED) == [(1,)]
    assert 7 not in visible(world, "contract", "SELECT customer_id FROM sales.orders")
    world.settle()
    assert world.super(WITHHELD) == [(0,)]


def test_a_large_table_without_an_index_is_not_read_for_one_person(world: World) -> None:
    world.database.suspend_ddl_guard()
    before = world.super("SELECT sminion.quickly_found(p) FROM sminion.protected_table p WHERE p.table_name = 'visit'")
    assert before == [(True,)]
    with world.database.connect(autocommit=False) as loader:
        loader.execute("ALTER TABLE sales.visit DISABLE TRIGGER USER")
        loader.execute("INSERT INTO sales.visit SELECT 100, 7, repeat('x', 1000) FROM generate_series(1, 9000)")
    after = world.super("SELECT sminion.quickly_found(p) FROM sminion.protected_table p WHERE p.table_name = 'visit'")
    assert after == [(False,)]
    world.super("CREATE INDEX ON sales.visit (customer_id)")
    indexed = world.super("SELECT sminion.quickly_found(p) FROM sminion.protected_table p WHERE p.table_name = 'visit'")
    assert indexed == [(True,)]


@pytest.mark.parametrize("disturbance", [
    "ALTER TABLE sales.orders DISABLE TRIGGER \"~guard_row\"",
    "CREATE POLICY hide ON sales.orders AS RESTRICTIVE USING (customer_id <> 7)",
])
def test_where_the_guard_is_blind_nothing_is_believed(world: World, disturbance: str) -> None:
    world.database.suspend_ddl_guard()
    world.super(disturbance)
    world.super("SELECT sminion.block('7', 'court')")
    assert world.super("SELECT subject FROM sminion.withheld") == [("7",)]
    assert world.super("SELECT cause IS NOT NULL FROM sminion.unsettled") == [(True,)]


def test_deferred_constraints_of_the_caller_stay_deferred(world: World) -> None:
    world.super("CREATE TABLE public.a (id int PRIMARY KEY, b int REFERENCES public.a DEFERRABLE INITIALLY DEFERRED)")
    with world.database.connect(autocommit=False) as officer:
        officer.execute("INSERT INTO public.a VALUES (1, 2)")
        officer.execute("SELECT sminion.block('7', 'court')")
        officer.execute("INSERT INTO public.a VALUES (2, 1)")
    assert world.super(WITHHELD) == [(0,)]


def test_many_are_changed_and_settled_by_one_call(world: World) -> None:
    with world.connect("officer") as officer:
        assert rows(officer, "SELECT sminion.give_consents(ARRAY(SELECT i::text FROM generate_series(1, 20) i),"
                             " 'marketing', 'import')") == [(20,)]
        assert world.super(WITHHELD) == world.super(QUEUED) == [(0,)]
        shown = "SELECT id FROM marketing.subscriber"
        everybody = visible(world, "marketing", shown)
        assert everybody >= set(range(1, 11))
        # twice the same person, one of whom nobody knows, and the same again
        assert rows(officer, "SELECT sminion.withdraw_consents('{3,4,04,4,987654}', 'marketing', 'letter')") == [(2,)]
        assert rows(officer, "SELECT sminion.withdraw_consents('{3,4}', 'marketing', 'letter')") == [(0,)]
        assert visible(world, "marketing", shown) == everybody - {3, 4}
        assert rows(officer, "SELECT sminion.block_all('{5,6}', 'court')") == [(2,)]
        assert rows(officer, "SELECT sminion.object_all('{7}', 'interest', 'letter')") == [(1,)]
    assert visible(world, "marketing", shown) == everybody - {3, 4, 5, 6}
    assert world.super(WITHHELD) == world.super(QUEUED) == [(0,)]
    history = world.super("SELECT event, count(*) FROM sminion.subject_event GROUP BY 1 ORDER BY 1")
    assert dict(history) == {"give_consent": 20, "withdraw_consent": 5, "block": 2, "object": 1}


def test_a_locked_person_among_many_is_withheld_and_delays_nobody(world: World) -> None:
    with world.database.connect(autocommit=False) as writer, world.connect("officer") as officer:
        writer.execute("SELECT FROM sminion.subject_state WHERE subject = '8' FOR SHARE")
        assert rows(officer, "SELECT sminion.block_all('{7,8,9}', 'court')") == [(3,)]
        assert world.super("SELECT subject FROM sminion.withheld") == [("8",)]
        assert visible(world, "contract", "SELECT id FROM crm.customer") & {7, 8, 9} == set()
    world.settle()
    assert world.super(WITHHELD) == [(0,)]
    assert visible(world, "contract", "SELECT id FROM crm.customer") & {7, 8, 9} == set()


@pytest.mark.parametrize(("call", "code"), [
    ("give_consents(NULL, 'marketing', 'x')", "SG504"), ("give_consents('{1,NULL}', 'marketing', 'x')", "SG504"),
    ("give_consents('{1,x}', 'marketing', 'x')", "SG504"), ("give_consents('{1}', 'contract', 'x')", "SG502"),
    ("block_all('{1}', '  ')", "SG506"),
])
def test_what_cannot_be_meant_changes_nobody(world: World, call: str, code: str) -> None:
    with world.connect("officer") as officer:
        assert refusal(officer, f"SELECT sminion.{call}") == code
    assert world.super("SELECT count(*) FROM sminion.subject_event") == [(0,)]


@pytest.mark.parametrize("said", ["x", "-1", "99999999999999999999", " 1", "1; SELECT"])
def test_what_a_client_writes_into_the_count_of_its_transaction_settles_nothing_and_raises_nothing(
    world: World, said: str
) -> None:
    with world.connect("officer") as officer, officer.transaction():
        officer.execute("SELECT set_config('sminion.settled_now', %s, true)", [said])
        assert rows(officer, "SELECT sminion.block('7', 'court')") == [(True,)]
    assert world.super(WITHHELD) == [(1,)]
    world.settle()
    assert 7 not in visible(world, "contract", "SELECT id FROM crm.customer")
