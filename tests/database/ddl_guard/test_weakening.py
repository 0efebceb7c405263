# ruff: noqa: E501 - a statement stands on one line, as it is sent
"""What would weaken a protected table is refused while its transaction goes on, whoever sends it; suspended, it works."""

from __future__ import annotations

import pytest

from tests.world import World, refusal, rows

OFF = {
    "disable": "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY",
    "no force": "ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY",
    "of a partition": "ALTER TABLE sales.visit_low DISABLE ROW LEVEL SECURITY",
    "a trigger disabled": 'ALTER TABLE crm.customer DISABLE TRIGGER "~guard_row"',
    "all triggers disabled": "ALTER TABLE crm.customer DISABLE TRIGGER USER",
    "a trigger for origins only": 'ALTER TABLE crm.customer ENABLE TRIGGER "~guard_row"',
    "a trigger for replicas only": 'ALTER TABLE crm.customer ENABLE REPLICA TRIGGER "~guard_row"',
    "a trigger of a partition": 'ALTER TABLE sales.visit_low DISABLE TRIGGER "~guard_row"',
    "a trigger dropped": 'DROP TRIGGER "~guard_row" ON crm.customer',
    "the log of writes dropped": 'DROP TRIGGER "~guard_collected" ON crm.customer',
    "a policy dropped": "DROP POLICY guard_floor ON crm.customer",
    "a policy of a partition dropped": "DROP POLICY guard_floor ON sales.visit_low",
    "the column dropped": "ALTER TABLE crm.customer DROP COLUMN guard_mask CASCADE",
    "the column renamed": "ALTER TABLE crm.customer RENAME COLUMN guard_mask TO mask",
    "the index dropped": "DROP INDEX sales.item_guard_subject_idx",
    "another schema": "ALTER TABLE crm.customer SET SCHEMA sales",
    "another name": "ALTER TABLE crm.customer RENAME TO client",
}
BY_A_SUPERUSER = {
    "another owner": ("SG470", "ALTER TABLE crm.customer OWNER TO postgres"),
    "the guard altered": ("SG477", "ALTER TABLE sminion.ticket DISABLE TRIGGER USER"),
    "a function of the guard": ("SG477", "CREATE OR REPLACE FUNCTION sminion.settling_waits() RETURNS boolean LANGUAGE sql AS 'SELECT true'"),
    "a function of the guard dropped": ("SG477", "DROP FUNCTION sminion.context(name, name) CASCADE"),
    "everybody's publication": ("SG476", "CREATE PUBLICATION p FOR ALL TABLES"),
    "a publication of a schema": ("SG476", "CREATE PUBLICATION p FOR TABLES IN SCHEMA crm"),
    "a definer function": ("SG475", "CREATE FUNCTION public.f() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM crm.customer'"),
    "a definer function with a parsed body": ("SG475", "CREATE FUNCTION public.f() RETURNS bigint LANGUAGE sql SECURITY DEFINER RETURN (SELECT count(*) FROM crm.customer)"),
    "a materialized view": ("SG472", "CREATE MATERIALIZED VIEW public.m AS SELECT id FROM crm.customer"),
}
AROUND = {
    "a schema renamed": ("SG477", "ALTER SCHEMA crm RENAME TO clients"),
    "a publication": ("SG476", "CREATE PUBLICATION p FOR TABLE crm.customer"),
    "a policy": ("SG473", "CREATE POLICY wide ON crm.customer USING (true)"),
    "a policy altered": ("SG473", "ALTER POLICY guard_floor ON crm.customer USING (true)"),
    "the policy by which a table is known": ("SG473", "ALTER POLICY guard_others ON crm.customer USING (true)"),
    "a policy renamed": ("SG473", "ALTER POLICY guard_floor ON crm.customer RENAME TO other"),
    "a trigger that fires last": ("SG473", 'CREATE TRIGGER "~z" BEFORE INSERT ON crm.customer FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()'),
    "a trigger renamed": ("SG473", 'ALTER TRIGGER "~guard_row" ON crm.customer RENAME TO a'),
    "a comment by which the guard knows it": ("SG473", "COMMENT ON POLICY guard_others ON crm.customer IS NULL"),
    "a view": ("SG472", "CREATE VIEW crm.v AS SELECT id FROM crm.customer"),
    "a view that says no": ("SG472", "CREATE VIEW crm.v WITH (security_invoker = off) AS SELECT id FROM crm.customer"),
    "a child": ("SG471", "CREATE TABLE crm.vip () INHERITS (crm.customer)"),
    "a parent": ("SG471", "CREATE TABLE sales.party (id bigint NOT NULL); ALTER TABLE crm.customer INHERIT sales.party"),
    "a partitioned parent": ("SG471", "CREATE TABLE sales.party (LIKE sales.gift) PARTITION BY LIST (giver); ALTER TABLE sales.party ATTACH PARTITION sales.gift DEFAULT"),
    "a grant": ("SG474", "GRANT SELECT ON crm.customer TO @_news"),
    "a grant of a column": ("SG474", "GRANT SELECT (email) ON crm.customer TO @_news"),
    "a grant to everybody": ("SG474", "GRANT SELECT ON ALL TABLES IN SCHEMA crm TO PUBLIC"),
}


def _refused(world: World, login: str, code: str, statement: str) -> None:
    """At once, and with the transaction still open; suspended, the same statement is done."""
    statement = statement.replace("@", world.name)
    with world.database.connect(login) as client:
        client.execute("BEGIN")
        assert refusal(client, statement) == code
        client.execute("ROLLBACK")
        world.database.suspend_ddl_guard()
        client.execute("BEGIN")
        client.execute(statement.encode())
        client.execute("ROLLBACK")


@pytest.mark.parametrize("how", OFF)
@pytest.mark.parametrize("who", ["owner", "superuser"])
def test_what_protects_a_table_is_not_taken_away(who: str, how: str, world: World) -> None:
    if (who, how) == ("owner", "another schema"):
        world.super(f"GRANT CREATE ON SCHEMA sales TO {world.name}_owner")
    _refused(world, "postgres" if who == "superuser" else f"{world.name}_owner", "SG470", OFF[how])


@pytest.mark.parametrize("how", BY_A_SUPERUSER)
def test_a_superuser_does_not_go_round_it(how: str, world: World) -> None:
    _refused(world, "postgres", *BY_A_SUPERUSER[how])


@pytest.mark.parametrize("how", AROUND)
def test_nothing_is_made_around_a_table_that_opens_it(how: str, world: World) -> None:
    _refused(world, f"{world.name}_owner", *AROUND[how])


def test_an_invoker_view_is_made_and_does_not_become_another_one(world: World) -> None:
    with world.connect("owner") as owner:
        owner.execute("CREATE VIEW crm.v WITH (security_invoker) AS SELECT id FROM crm.customer")
        owner.execute("CREATE VIEW crm.above AS SELECT id FROM crm.v")
        for statement in (
            "ALTER VIEW crm.v RESET (security_invoker)", "ALTER VIEW crm.v SET (security_invoker = false)",
            "ALTER TABLE crm.v SET (security_invoker = false)", "CREATE OR REPLACE VIEW crm.v AS SELECT id FROM crm.customer",
        ):
            assert refusal(owner, statement) == "SG472"
    with world.database.connect() as admin:
        assert refusal(admin, "CREATE MATERIALIZED VIEW crm.m AS SELECT id FROM crm.above") == "SG472"


def test_a_publication_does_not_grow_to_a_protected_table(world: World) -> None:
    world.super("CREATE TABLE public.other (id int); CREATE PUBLICATION p FOR TABLE public.other")
    with world.database.connect() as admin:
        for grown in ("ADD TABLE crm.customer", "ADD TABLES IN SCHEMA crm", "SET TABLE public.other, sales.visit"):
            assert refusal(admin, f"ALTER PUBLICATION p {grown}") == "SG476"


def test_a_function_does_not_become_a_definer_above_row_security(world: World) -> None:
    world.super("CREATE FUNCTION public.f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM crm.customer'")
    with world.database.connect() as admin:
        assert refusal(admin, "ALTER FUNCTION public.f() SECURITY DEFINER") == "SG475"
        admin.execute(f"ALTER FUNCTION public.f() OWNER TO {world.name}_owner; ALTER FUNCTION public.f() SECURITY DEFINER".encode())
        assert refusal(admin, "ALTER FUNCTION public.f() OWNER TO postgres") == "SG475"


def test_nothing_was_changed_by_what_was_refused(world: World) -> None:
    with world.database.connect() as admin:
        for statement in (*OFF.values(), *(statement for _, statement in AROUND.values())):
            refusal(admin, statement.replace("@", world.name))
        assert rows(admin, "SELECT count(*) FROM sminion.object_states() WHERE state <> 'INSTALLED'") == [(0,)]
        assert rows(admin, "SELECT count(*) FROM sminion.guard_states()") == [(0,)]
