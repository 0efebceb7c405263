"""The guard's own migrations are let pass: install, apply, remove and uninstall, in Alembic and in scripts too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from typer.testing import CliRunner

from sminion_guard import migrate
from sminion_guard.cli.main import app
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests.servers import Database, new_database
from tests.world import World, acting, new_world, refusal, rows, ticket

NOTE = """
[schema.crm.note]
subject = "customer_id"
columns = { id = "key", customer_id = "key", email = "contact" }
"""
WEAKEN = "ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY"


def migrated(world: World, migration: Callable[[Operations], None]) -> None:
    engine = sa.create_engine(world.database.url())
    try:
        with engine.begin() as connection:
            migration(Operations(MigrationContext.configure(connection)))
    finally:
        engine.dispose()


def test_a_table_is_made_and_protected_in_one_migration(world: World) -> None:
    def upgrade(op: Operations) -> None:
        op.create_table("note", *(sa.Column(name, kind) for name, kind in (
            ("id", sa.BigInteger), ("customer_id", sa.BigInteger), ("email", sa.Text))), schema="crm")
        op.create_index("by_customer", "note", ["customer_id"], schema="crm")
        op.execute("INSERT INTO crm.note VALUES (1, 5, 'x')")
        op.guard_apply_policy(loads(world.text() + NOTE))  # type: ignore[attr-defined]

    migrated(world, upgrade)
    with world.database.connect() as admin:
        migrate.fill_masks(admin)
        assert migrate.plan(admin, loads(world.text() + NOTE)).clean
    with world.connect("app") as client, acting(client, ticket(client, "contract")):
        assert rows(client, "SELECT email FROM crm.note") == [("x",)]
    assert world.super("SELECT count(*) FROM sminion.guard_states()") == [(0,)]


def test_what_follows_in_the_migration_is_judged_again(world: World) -> None:
    def upgrade(op: Operations) -> None:
        op.guard_apply_policy(replace(world.policy, version="2"))  # type: ignore[attr-defined]
        op.execute(WEAKEN)

    with pytest.raises(sa.exc.DBAPIError, match="would weaken it"):
        migrated(world, upgrade)
    assert world.super("SELECT version FROM sminion.policy") == [("1",)]


def test_a_column_gets_another_type_under_the_guard(world: World) -> None:
    def upgrade(op: Operations) -> None:
        op.guard_alter_column(  # type: ignore[attr-defined]
            "customer", "last_seen_at", schema="crm", type_=sa.Date(), policy=world.policy)

    migrated(world, upgrade)
    assert world.super("SELECT count(*) FROM sminion.object_states() WHERE state <> 'INSTALLED'") == [(0,)]


def test_policy_and_guard_come_and_go_online(server: Server) -> None:
    with new_world(server) as world:
        world.apply(replace(world.policy, version="2"))
        with world.database.connect() as admin:
            migrate.remove(admin)
        world.apply(world.policy)
        with world.database.connect() as admin:
            assert refusal(admin, WEAKEN) == "SG470"
            migrate.remove(admin)
        migrate.downgrade(world.database.dsn())
        assert world.super("SELECT count(*) FROM pg_event_trigger") == [(0,)]
        world.super("ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY")


def test_policy_and_guard_come_and_go_by_scripts(server: Server) -> None:
    with new_world(server) as world:
        world.super("\n".join(migrate.script(replace(world.policy, version="2"), world.policy)))
        with world.database.connect() as admin:
            assert refusal(admin, WEAKEN) == "SG470"
        world.super("\n".join(migrate.removal_script()))
        world.super(migrate.offline_sql("downgrade"))
        assert world.super("SELECT count(*) FROM pg_event_trigger") == [(0,)]
        world.super(migrate.offline_sql("upgrade"))
        assert world.super("SELECT count(*) FROM pg_event_trigger") == [(8,)]
        world.super("\n".join(migrate.script(world.policy)))
        with world.database.connect() as admin:
            assert refusal(admin, WEAKEN) == "SG470"


def test_a_plan_changes_nothing_that_the_guard_goes_by(server: Server) -> None:
    # With roles of its own: what another test did to shared ones is in the plan.
    with new_world(server) as world, world.database.connect() as admin:
        assert list(migrate.plan(admin, world.policy).lines()) == [
            f"policy `{world.name}` version 1 is in place: nothing to do"]
        assert refusal(admin, WEAKEN) == "SG470"
        assert rows(admin, "SELECT obj_description('sminion.ddl_migration'::regclass)") == [
            ("no migration of the guard is at work",)]


def test_event_triggers_that_were_dropped_disabled_or_altered_are_made_again(world: World) -> None:
    world.super("DROP EVENT TRIGGER sminion_ddl_drops; ALTER EVENT TRIGGER sminion_ddl_on_views DISABLE")
    world.super("SELECT sminion.suspend_ddl_guard('the test', now() + interval '1 hour')")
    world.super("CREATE OR REPLACE FUNCTION sminion.ddl_on_tables() RETURNS event_trigger"
                " LANGUAGE plpgsql AS 'BEGIN END'")
    world.super("SELECT sminion.resume_ddl_guard('the test')")
    with world.database.connect() as admin:
        found = {change.key for change in migrate.plan(admin, world.policy).guard}
        assert found == {"guard:event trigger sminion_ddl_drops", "guard:event trigger sminion_ddl_on_views",
                         "guard:function sminion.ddl_on_tables()"}
        world.apply(world.policy)
        assert migrate.plan(admin, world.policy).clean
        assert refusal(admin, WEAKEN) == "SG470"
        assert refusal(admin, "DROP POLICY guard_floor ON crm.customer") == "SG470"


def test_who_is_no_superuser_installs_without_it_and_is_told_and_a_superuser_adds_it(cluster: Server) -> None:
    with new_database(cluster) as database:
        database.execute("CREATE ROLE dba LOGIN CREATEROLE")
        database.execute(f"ALTER DATABASE {database.name} OWNER TO dba")
        warnings = migrate.upgrade(database.dsn("dba"))
        assert [warning for warning in warnings if "the DDL guard is not installed" in warning]
        assert _event_triggers(database) == 0
        assert database.execute("SELECT count(*) FROM sminion.guard_states()") == [(0,)]
        assert migrate.upgrade(database.dsn()) == ()
        assert _event_triggers(database) == 8
        assert database.execute("SELECT count(*) FROM sminion.guard_states()") == [(0,)]
        assert migrate.upgrade(database.dsn()) == ()
        migrate.downgrade(database.dsn())
        assert _event_triggers(database) == 0


def _event_triggers(database: Database) -> int:
    ((count,),) = database.execute("SELECT count(*) FROM pg_event_trigger")
    return int(count)


def test_the_command_says_that_it_is_missing(cluster: Server) -> None:
    with new_database(cluster) as database:
        database.execute("CREATE ROLE dba2 LOGIN CREATEROLE")
        database.execute(f"ALTER DATABASE {database.name} OWNER TO dba2")
        done = CliRunner().invoke(app, ["install", "--database-url", database.dsn("dba2")])
        assert done.exit_code == 0
        assert "warning: the DDL guard is not installed: only a superuser can make event triggers" in done.output
        migrate.downgrade(database.dsn("dba2"))
