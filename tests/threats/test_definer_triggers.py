# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: a trigger that acts as a superuser puts a value of another compartment into the row, and RETURNING gives it back.

A superuser's function is past row security and privileges, so the server cannot stop it: the policy does not come into
force while one is there, on the table or on a leaf partition, and `plan` names one that is made later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sminion_guard import migrate
from sminion_guard.analyzer import analyze
from sminion_guard.analyzer.catalog_read import read_catalog
from sminion_guard.embedded import Server
from sminion_guard.migrate import UnfitDatabase
from tests.world import PRIVILEGE, World, acting, new_world, refusal, rows, ticket

LEND = """CREATE FUNCTION {schema}.lend() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
  $$ BEGIN SELECT email INTO NEW.email FROM hr.employee WHERE id = 7; RETURN NEW; END $$"""
INSERTS = {
    "crm.customer": "INSERT INTO crm.customer (id, email) VALUES (900, 'x') RETURNING email",
    "sales.visit_low": "INSERT INTO sales.visit (id, customer_id, email) VALUES (19, 3, 'x') RETURNING email",
}


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    """A world of each test: what it makes stays."""
    with new_world(server, shared_roles=True) as world:
        world.database.suspend_ddl_guard()
        yield world


@pytest.mark.parametrize("schema", ["public", "crm"])
@pytest.mark.parametrize("table", list(INSERTS))
def test_a_definer_trigger_that_lends_another_compartments_value_is_refused(table: str, schema: str, world: World) -> None:
    with world.connect("app") as app:
        with acting(app, ticket(app, "contract")):
            assert rows(app, INSERTS[table]) == [("x",)], "the honest form: the row as it was sent"
            assert refusal(app, "SELECT email FROM hr.employee") == PRIVILEGE
        world.super(LEND.format(schema=schema))
        world.super(f"CREATE TRIGGER lend BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {schema}.lend()")
        with acting(app, ticket(app, "contract")):
            assert rows(app, INSERTS[table]) == [("e7",)], "what it does until somebody runs `plan`"
    with world.database.connect() as admin:
        named = [problem for problem in migrate.plan(admin, world.policy).problems if problem.code == "SG444"]
    assert [problem.message for problem in named] == [
        f"`{schema}.lend()`, which acts as `postgres`, runs in trigger lend on table {table}"]
    with pytest.raises(UnfitDatabase, match="SG417"):
        world.apply(replace(world.policy, version="2"))


def test_the_same_trigger_as_its_caller_reads_nothing(world: World) -> None:
    world.super(LEND.format(schema="public").replace("SECURITY DEFINER", "SECURITY INVOKER"))
    world.super("CREATE TRIGGER lend BEFORE INSERT ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.lend()")
    with world.connect("app") as app, acting(app, ticket(app, "contract")):
        assert refusal(app, INSERTS["crm.customer"]) == PRIVILEGE


def test_a_guarded_session_refuses_what_such_a_trigger_reads(world: World) -> None:
    insert = INSERTS["crm.customer"]
    with world.database.connect() as admin:
        assert analyze(insert, catalog=read_catalog(admin), policy=world.policy, purpose="contract").allowed
        world.super(LEND.format(schema="public"))
        world.super("CREATE TRIGGER lend BEFORE INSERT ON crm.customer FOR EACH ROW EXECUTE FUNCTION public.lend()")
        assert not analyze(insert, catalog=read_catalog(admin), policy=world.policy, purpose="contract").allowed
