# ruff: noqa: E501 - a statement stands on one line, as it is sent
"""A new table of a protected schema is closed until a policy names it, and opened again when the policy goes."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests.world import PRIVILEGE, World, acting, new_world, refusal, rows, ticket

NEW = {
    "empty": "CREATE TABLE crm.note (id bigint, customer_id bigint, email text)",
    "filled": "CREATE TABLE crm.note AS SELECT 1::bigint AS id, 5::bigint AS customer_id, 'x' AS email",
    "selected": "SELECT 1::bigint AS id, 5::bigint AS customer_id, 'x' AS email INTO crm.note",
}
NOTE = """
[schema.crm.note]
subject = "customer_id"
columns = { id = "key", customer_id = "key", email = "contact" }
"""


def closed(world: World, table: str) -> tuple[bool, bool]:
    return world.super("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", table)[0]


@pytest.mark.parametrize("how", NEW)
def test_a_new_table_is_closed_to_its_owner_too_who_is_told(how: str, world: World) -> None:
    with world.connect("owner") as owner:
        owner.execute(NEW[how].encode())
        assert closed(world, "crm.note") == (True, True)
        for statement in ("SELECT * FROM crm.note", "INSERT INTO crm.note VALUES (1, 5, 'x')", "UPDATE crm.note SET id = 1"):
            with pytest.raises(psycopg.errors.InvalidTextRepresentation, match=r"crm\.note is closed until a privacy policy"):
                owner.execute(statement.encode())
        for statement in (
            "ALTER TABLE crm.note DISABLE ROW LEVEL SECURITY", "ALTER TABLE crm.note NO FORCE ROW LEVEL SECURITY",
            "DROP POLICY guard_untagged ON crm.note",
        ):
            assert refusal(owner, statement) == "SG470"
        assert refusal(owner, "ALTER POLICY guard_untagged ON crm.note USING (true)") == "SG473"
        assert refusal(owner, "ALTER POLICY guard_untagged ON crm.note RENAME TO other") == "SG473"
        owner.execute("CREATE POLICY own ON crm.note USING (true)")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            owner.execute("SELECT * FROM crm.note")
        owner.execute("DROP TABLE crm.note")


def test_the_policy_that_names_it_opens_it_and_its_removal_leaves_it_as_a_table_of_the_application(world: World) -> None:
    world.super(f"SET ROLE {world.name}_owner; {NEW['filled']}; CREATE INDEX ON crm.note (customer_id)")
    world.apply(loads(world.text() + NOTE))
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        assert rows(app, "SELECT email FROM crm.note") == [("x",)]
    assert world.super("SELECT count(*) FROM pg_policy WHERE polname LIKE 'guard_untagged%%'") == [(0,)]
    world.apply(replace(world.policy, version="2"))
    assert closed(world, "crm.note") == (False, False)


def test_a_neutral_table_that_was_closed_is_read_by_every_purpose(world: World) -> None:
    world.super(f"SET ROLE {world.name}_owner; CREATE TABLE crm.ref_country (code text)")
    assert closed(world, "crm.ref_country") == (True, True)
    world.apply(loads(world.text().replace("[schema.crm]\n", '[schema.crm]\nneutral = ["ref_*"]\n')))
    assert closed(world, "crm.ref_country") == (False, False)
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        assert rows(app, "SELECT count(*) FROM crm.ref_country") == [(0,)]


def test_a_table_elsewhere_and_a_temporary_one_are_left_alone(world: World) -> None:
    with world.connect("owner") as owner:
        owner.execute("CREATE SCHEMA other; CREATE TABLE other.t (id int); INSERT INTO other.t VALUES (1)")
        world.super(f"GRANT TEMP ON DATABASE {world.database.name} TO {world.name}_owner")
        owner.execute("CREATE TEMP TABLE t AS SELECT 1 AS id; CREATE TEMP VIEW v AS SELECT * FROM t")
        assert rows(owner, "SELECT id FROM other.t UNION ALL SELECT id FROM v") == [(1,), (1,)]
    assert closed(world, "other.t") == (False, False)


def test_a_new_partition_is_closed_wherever_it_is_and_its_rows_are_seen_through_the_table(world: World) -> None:
    with world.connect("owner") as owner, world.connect("app") as app:
        owner.execute("CREATE SCHEMA parts")
        owner.execute("CREATE TABLE parts.p PARTITION OF sales.visit FOR VALUES FROM (1000) TO (2000) PARTITION BY RANGE (id)")
        owner.execute("CREATE TABLE parts.q PARTITION OF parts.p FOR VALUES FROM (1000) TO (2000)")
        owner.execute("CREATE TABLE parts.r (LIKE sales.visit_low)")
        assert closed(world, "parts.r") == (False, False)
        owner.execute("ALTER TABLE sales.visit ATTACH PARTITION parts.r FOR VALUES FROM (2000) TO (3000)")
        owner.execute("GRANT USAGE ON SCHEMA parts TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA parts TO PUBLIC")
        for part in ("p", "q", "r"):
            assert closed(world, f"parts.{part}") == (True, True)
            assert refusal(app, f"SELECT * FROM parts.{part}") == "22P02"
        with acting(app, ticket(app, "contract")):
            app.execute("INSERT INTO sales.visit (id, customer_id, email) VALUES (1500, 5, 'new')")
            assert rows(app, "SELECT email FROM sales.visit WHERE id = 1500") == [("new",)]
        world.apply(replace(world.policy, version="2"))
        assert refusal(app, "SELECT * FROM parts.q") in ("SG229", PRIVILEGE)
    assert world.super("SELECT count(*) FROM pg_policy WHERE polname LIKE 'guard_untagged%%'") == [(0,)]


@pytest.mark.parametrize("way", ["online", "script"])
def test_with_the_policy_goes_what_closed_the_others(way: str, server: Server) -> None:
    with new_world(server) as world:
        world.super(f"SET ROLE {world.name}_owner; {NEW['filled']}")
        assert closed(world, "crm.note") == (True, True)
        if way == "online":
            with world.database.connect() as admin:
                migrate.remove(admin)
        else:
            world.super("\n".join(migrate.removal_script()))
        assert closed(world, "crm.note") == (False, False)
        assert world.super("SELECT count(*) FROM pg_policy WHERE polname <> 'journal_load'") == [(0,)]
        with world.connect("owner") as owner:
            assert rows(owner, "SELECT email FROM crm.note") == [("x",)]
