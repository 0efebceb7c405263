# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: the functions of the event triggers run as whoever alters a table, superusers too. Let them run code of somebody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.world import World, new_world, refusal, rows

FUNCTIONS = "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.prorettype = 'event_trigger'::regtype AND p.pronamespace = 'sminion'::regnamespace"
TRAP = """
CREATE SCHEMA trap; GRANT USAGE ON SCHEMA trap TO PUBLIC;
CREATE TABLE trap.ran (as_whom name); GRANT INSERT ON trap.ran TO PUBLIC;
CREATE FUNCTION trap.spring() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN INSERT INTO trap.ran VALUES (current_user); RETURN true; END';
CREATE FUNCTION trap.same(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT trap.spring()';
CREATE FUNCTION trap.same(oid, oid) RETURNS boolean LANGUAGE sql AS 'SELECT trap.spring()';
CREATE FUNCTION trap.same(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT trap.spring()';
CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = name, FUNCTION = trap.same);
CREATE OPERATOR trap.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = trap.same);
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.same);
CREATE FUNCTION trap.pg_current_xact_id() RETURNS xid8 LANGUAGE sql AS 'SELECT trap.spring(); SELECT ''1''::xid8';
CREATE FUNCTION trap.pg_event_trigger_ddl_commands() RETURNS SETOF pg_class LANGUAGE sql AS 'SELECT trap.spring(); SELECT * FROM pg_class';
CREATE VIEW trap.pg_policy AS SELECT * FROM pg_catalog.pg_policy WHERE trap.spring();
CREATE VIEW trap.pg_namespace AS SELECT * FROM pg_catalog.pg_namespace WHERE trap.spring();
"""


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        yield world


def test_what_stands_in_the_search_path_of_a_superuser_is_not_called(world: World) -> None:
    world.super(TRAP)
    path = "SET search_path = trap, pg_catalog"
    with world.database.connect() as admin:
        admin.execute(path.encode())
        admin.execute("SELECT count(*) FROM pg_policy")
        assert rows(admin, "SELECT DISTINCT as_whom FROM trap.ran") == [("postgres",)], "the control: the trap works"
        admin.execute("TRUNCATE trap.ran")
        admin.execute("CREATE TABLE crm.fresh (id int); ALTER TABLE crm.customer ADD COLUMN note text; DROP TABLE crm.fresh;"
                      "CREATE VIEW crm.v WITH (security_invoker) AS SELECT id FROM crm.customer;"
                      f"GRANT SELECT ON crm.v TO {world.name}_owner; CREATE PUBLICATION p;"
                      "CREATE FUNCTION crm.g() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'".encode())
        assert refusal(admin, "ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY") == "SG470"
        assert rows(admin, "SELECT as_whom FROM trap.ran") == []


def test_names_of_tables_are_no_code(world: World) -> None:
    hostile = f'crm."x; ALTER ROLE {world.name}_owner SUPERUSER; --"'
    literal = "crm.\"'); DROP TABLE hr.employee; --\""
    world.super(f"CREATE TABLE {hostile} (id int); CREATE TABLE {literal} (id int)")
    assert world.super("SELECT rolsuper FROM pg_roles WHERE rolname = %s", f"{world.name}_owner") == [(False,)]
    assert world.super("SELECT count(*) FROM hr.employee") == [(40,)]
    assert world.super("SELECT count(*) FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relforcerowsecurity AND relname ~ '[;]'") == [(2,)]


def test_nobody_below_a_superuser_can_replace_the_functions(world: World) -> None:
    """The owner of schema `sminion` neither: whoever becomes it would let superusers run what it likes."""
    functions = [name for (name,) in world.super(FUNCTIONS)]
    assert len(functions) == 8
    assert world.super("SELECT DISTINCT r.rolsuper, p.prosecdef FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
                       " WHERE p.prorettype = 'event_trigger'::regtype AND p.pronamespace = 'sminion'::regnamespace") == [(True, False)]
    with world.database.connect() as admin:
        for role in ("sminion_owner", f"{world.name}_owner"):
            for name in functions:
                admin.execute("BEGIN")
                admin.execute(f"SET LOCAL ROLE {role}".encode())
                assert refusal(admin, f"CREATE OR REPLACE FUNCTION {name} RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'") == "42501"
                admin.execute("ROLLBACK")
        admin.execute("SELECT sminion.suspend_ddl_guard('the control', now() + interval '1 hour')")
        admin.execute(f"CREATE OR REPLACE FUNCTION {functions[0]} RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'".encode())


def test_who_trips_it_needs_no_privilege_and_gains_none(world: World) -> None:
    world.super(f"GRANT CREATE ON SCHEMA public TO {world.name}_news")
    with world.connect("news") as news:
        news.execute("CREATE TABLE public.own (id int); ALTER TABLE public.own ADD COLUMN b int; DROP TABLE public.own")
        assert refusal(news, "SELECT sminion.ddl_on_tables()") == "0A000"
        for statement in ("ALTER TABLE crm.customer ADD COLUMN b int", "DROP TABLE crm.customer", "GRANT SELECT ON crm.customer TO PUBLIC"):
            assert refusal(news, statement) == "42501"
