# ruff: noqa: E501 - a statement stands on one line, as it is sent
"""What an application does to its schema every day is not hindered."""

from __future__ import annotations

import subprocess

import pytest

from tests.servers import new_database
from tests.world import World, refusal, rows

ORDINARY = (
    "ALTER TABLE crm.customer ADD COLUMN note text DEFAULT 'none'",
    "ALTER TABLE crm.customer ADD COLUMN number int GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE crm.customer ALTER COLUMN note TYPE varchar(20)",
    "ALTER TABLE crm.customer RENAME COLUMN note TO remark",
    "ALTER TABLE crm.customer ADD CONSTRAINT short CHECK (length(remark) < 20)",
    "ALTER TABLE crm.customer ADD CONSTRAINT referred FOREIGN KEY (number) REFERENCES other.t NOT VALID",
    "ALTER TABLE crm.customer DROP CONSTRAINT short",
    "ALTER TABLE crm.customer DROP COLUMN remark",
    "ALTER TABLE crm.customer SET (fillfactor = 90)",
    "CREATE INDEX CONCURRENTLY by_mail ON crm.customer (email)",
    "REINDEX TABLE CONCURRENTLY crm.customer",
    "REINDEX INDEX CONCURRENTLY sales.item_guard_subject_idx",
    "ALTER INDEX crm.by_mail RENAME TO by_email",
    "DROP INDEX CONCURRENTLY crm.by_email",
    "CREATE STATISTICS crm.both ON email, born_on FROM crm.customer",
    "VACUUM (ANALYZE) crm.customer",
    "COMMENT ON TABLE crm.customer IS 'customers'",
    "COMMENT ON COLUMN crm.customer.email IS 'mail'",
    "CREATE FUNCTION crm.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER stamp BEFORE UPDATE ON crm.customer FOR EACH ROW EXECUTE FUNCTION crm.f()",
    "ALTER TRIGGER stamp ON crm.customer RENAME TO stamped",
    "DROP TRIGGER stamped ON crm.customer",
    "CREATE FUNCTION crm.one() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "DROP FUNCTION crm.one()",
    "CREATE SCHEMA app CREATE TABLE t (id int PRIMARY KEY) CREATE VIEW v AS SELECT id FROM t",
    "CREATE MATERIALIZED VIEW app.m AS SELECT id FROM app.t",
    "REFRESH MATERIALIZED VIEW app.m",
    "ALTER TABLE app.t ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY guard_mine ON app.t USING (id > 0)",
    "ALTER POLICY guard_mine ON app.t USING (id > 1)",
    "DROP POLICY guard_mine ON app.t",
    "ALTER TABLE app.t DISABLE ROW LEVEL SECURITY",
    "GRANT SELECT ON app.t TO PUBLIC",
    "GRANT SELECT ON crm.customer TO @_owner",
    "ALTER TABLE app.t RENAME TO u",
    "CREATE TABLE app.parent (id int); CREATE TABLE app.child () INHERITS (app.parent); DROP TABLE app.parent CASCADE",
    "ALTER SCHEMA app RENAME TO application",
    "DROP SCHEMA application CASCADE",
    "CREATE TEMP TABLE copy AS SELECT 1 AS id; ALTER TABLE copy ADD COLUMN guard_mask int; ALTER TABLE copy DROP COLUMN guard_mask",
    "CREATE TABLE sales.visit_next PARTITION OF sales.visit FOR VALUES FROM (5000) TO (6000)",
    "ALTER TABLE sales.visit DETACH PARTITION sales.visit_next",
    "DROP TABLE sales.visit_next",
    "DROP TABLE sales.gift",
)


@pytest.mark.parametrize("who", ["owner", "superuser"])
def test_the_owner_alters_his_tables_as_before(who: str, world: World) -> None:
    world.super(f"GRANT TEMP ON DATABASE {world.database.name} TO {world.name}_owner")
    world.super(f"SET ROLE {world.name}_owner; CREATE SCHEMA other; CREATE TABLE other.t (id int PRIMARY KEY)")
    with world.database.connect("postgres" if who == "superuser" else f"{world.name}_owner") as client:
        for statement in ORDINARY:
            client.execute(statement.replace("@", world.name).encode())


def test_extensions_come_and_go_in_a_protected_schema_too(world: World) -> None:
    found = world.super("SELECT name FROM pg_available_extensions WHERE name IN ('citext', 'tablefunc', 'btree_gist')")
    assert found
    with world.database.connect() as admin:
        for (name,) in found:
            admin.execute(f"CREATE EXTENSION {name} SCHEMA crm".encode())
            admin.execute(f"ALTER EXTENSION {name} SET SCHEMA public".encode())
            admin.execute(f"DROP EXTENSION {name}".encode())


def test_a_definer_function_of_the_owner_reads_nothing_and_is_his_to_make(world: World) -> None:
    with world.connect("owner") as owner:
        owner.execute("CREATE FUNCTION crm.f() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM crm.customer'")
        assert refusal(owner, "SELECT crm.f()") == "SG201"


def test_a_whole_schema_may_go(world: World) -> None:
    with world.connect("owner") as owner:
        owner.execute("DROP SCHEMA hr CASCADE")
        owner.execute("DROP TABLE sales.item, sales.orders")
        assert rows(owner, "SELECT to_regnamespace('hr')") == [(None,)]


def test_a_dump_brings_the_guard_along_and_restores_in_order(world: World) -> None:
    binaries = world.database.server.binaries
    with new_database(world.database.server) as copy:
        dump = subprocess.run([binaries.bin_dir / "pg_dump", world.database.dsn()], capture_output=True, check=True)
        restored = subprocess.run(
            [binaries.bin_dir / "psql", "-qX", "-v", "ON_ERROR_STOP=1", copy.dsn()], input=dump.stdout, capture_output=True)
        assert (restored.returncode, restored.stderr) == (0, b"")
        assert copy.execute("SELECT count(*) FROM sminion.guard_states()") == [(0,)]
        assert copy.execute("SELECT count(*) FROM pg_event_trigger") == world.super("SELECT count(*) FROM pg_event_trigger")
        with copy.connect() as admin, pytest.raises(Exception, match="would weaken it"):
            admin.execute("ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY")
