# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: weaken a table, and pass for a migration of the guard or for a suspension; or make the guard believe that it guards
a table of one's own.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from tests.world import PRIVILEGE, World, new_world, refusal, rows

WEAKEN = "ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY"
PROOF = "'migration in transaction ' || pg_current_xact_id()"


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        yield world


@pytest.mark.parametrize("forged", [
    "SET sminion.installer = 'postgres'; SET sminion.migrating = 'on'",
    "SELECT pg_advisory_lock(23447400308363086)",
    "CREATE SCHEMA own; CREATE TABLE own.ddl_migration (); DO $$ BEGIN EXECUTE format('COMMENT ON TABLE own.ddl_migration IS %L', {proof}); END $$",
    "SET application_name = 'alembic'; SET session_replication_role = 'replica'",
])
def test_nothing_that_an_owner_can_do_is_a_migration(forged: str, world: World) -> None:
    with world.connect("owner") as owner:
        owner.execute("BEGIN")
        for statement in forged.replace("{proof}", PROOF).split("; ") if "$$" not in forged else [forged.replace("{proof}", PROOF)]:
            try:
                with owner.transaction():
                    owner.execute(statement.encode())
            except psycopg.errors.InsufficientPrivilege:
                pass
        assert refusal(owner, WEAKEN) == "SG470"


@pytest.mark.parametrize("table", ["ddl_migration", "ddl_suspension"])
@pytest.mark.parametrize("login", ["owner", "app", "officer"])
def test_the_comments_that_prove_it_are_written_by_nobody_else(login: str, table: str, world: World) -> None:
    with world.connect(login) as client:
        assert refusal(client, f"COMMENT ON TABLE sminion.{table} IS 'x'") == PRIVILEGE
        client.execute("ROLLBACK")


def test_the_proof_is_good_for_its_own_transaction_only(world: World) -> None:
    write = f"DO $$ BEGIN EXECUTE format('COMMENT ON TABLE sminion.ddl_migration IS %L', {PROOF}); END $$"
    with world.database.connect() as admin, world.connect("owner") as owner:
        admin.execute(write.encode())
        assert refusal(admin, WEAKEN) == "SG470"
        assert refusal(owner, WEAKEN) == "SG470"
        admin.execute("BEGIN")
        admin.execute(write.encode())
        admin.execute(WEAKEN)  # the control: who may write it is above the guard anyway
        admin.execute("ROLLBACK")
        assert refusal(admin, WEAKEN) == "SG470"


def test_a_migration_that_is_over_proves_nothing_to_what_follows_in_its_transaction(world: World) -> None:
    with world.database.connect() as admin:
        script = "\n".join(migrate.script(world.policy, world.policy, transaction=False))
        admin.execute("BEGIN")
        admin.execute(script.encode())
        assert refusal(admin, WEAKEN) == "SG470"


def test_no_other_table_is_made_to_look_guarded(world: World) -> None:
    """Else whoever may create a table could close the schema to all who create theirs there."""
    calls = "CREATE POLICY guard_others ON public.mine USING (sminion.refuse_others('public.mine'::regclass, '{}'))"
    world.super(f"GRANT CREATE ON SCHEMA public TO {world.name}_app")
    with world.connect("app") as app:
        app.execute("CREATE TABLE public.mine (id int)")
        assert refusal(app, calls) == "SG473"
        app.execute("CREATE POLICY guard_others ON public.mine USING (true)")
        app.execute("CREATE TABLE public.other (id int); INSERT INTO public.other VALUES (1)")
        assert rows(app, "SELECT id FROM public.other") == [(1,)]
        world.database.suspend_ddl_guard()
        app.execute(calls.replace("guard_others", "guard_floor").encode())
        world.super("SELECT sminion.resume_ddl_guard('the control: such a policy is what it goes by')")
        app.execute("CREATE TABLE public.third (id int)")
        assert refusal(app, "INSERT INTO public.third VALUES (1)") == "22P02"
