"""Attack: the owner of a table lets code of his own run with the rights of the guard, where expired rows are purged.

A trigger, a rule, and functions in an index or statistics, written by the owner of the table, who is no superuser. Each
writes down as whom it ran. Positive control: in the owner's own statement it does run.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.database.retention.purging import expire, ids, maintained, old, run
from tests.threats.test_destruction_with_code_of_the_owner import REFUSED, SILENT, SPY
from tests.world import World, new_world


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        world.super(f"SET ROLE {world.name}_owner;" + SPY + """
            CREATE FUNCTION spying.two(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
              $$ BEGIN PERFORM spying.note(); RETURN true; EXCEPTION WHEN OTHERS THEN RETURN true; END $$""")
        expire(world, 7, 8)
        world.settle()
        yield world


def attack(world: World, how: str) -> tuple[set[str], str | None]:
    """As whom the code ran while rows were purged, and what was in the way."""
    world.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour')")
    world.super(f"SET ROLE {world.name}_owner; SET client_min_messages = error; {how}")
    world.super("TRUNCATE spying.seen")
    old(world)
    maintained(world, "app")
    cause = run(world).cause
    return {who for (who,) in world.super("SELECT who FROM spying.seen")}, cause


RULE = {"a rule": "CREATE RULE spy AS ON DELETE TO crm.customer DO INSTEAD SELECT spying.note()"}


@pytest.mark.parametrize("how", SILENT | RULE)
def test_code_that_does_not_fire_is_no_hindrance(how: str, world: World) -> None:
    assert attack(world, (SILENT | RULE)[how]) == (set(), None)
    assert not {7, 8} & ids(world, "crm.customer")


@pytest.mark.parametrize("how", REFUSED)
def test_a_table_whose_code_would_run_is_named_and_left(how: str, world: World) -> None:
    ran, cause = attack(world, REFUSED[how])
    assert ran == set() and "rights of the guard" in str(cause)
    assert {7, 8} <= ids(world, "crm.customer")


BESIDE = {
    "a policy": "ALTER TABLE spying.note ENABLE ROW LEVEL SECURITY;"
                "CREATE POLICY guard_owner ON spying.note TO sminion_owner USING (spying.note())",
    "a predicate of an index": "CREATE INDEX spy ON spying.note (of) WHERE spying.constant(1)",
    "statistics": "CREATE STATISTICS spying.spy ON (spying.constant(1)), of FROM spying.note",
}


@pytest.mark.parametrize("how", BESIDE)
def test_a_table_that_refers_to_expired_rows_runs_no_code_either(how: str, world: World) -> None:
    """Whether others refer to a row is looked up in their tables, which the policy does not know."""
    note = "CREATE TABLE spying.note (of bigint REFERENCES crm.customer);"
    grant = "GRANT SELECT, UPDATE ON spying.note TO sminion_owner;"
    ran, cause = attack(world, f"{note} {grant} {BESIDE[how]}")
    assert ran == set() and "`spying.note` refers to its rows" in str(cause)
    assert {7, 8} <= ids(world, "crm.customer")
    world.super("DROP TABLE spying.note CASCADE")
    assert run(world).rows == 2


def test_the_code_does_run_for_its_owner(world: World) -> None:
    world.super(f"SET ROLE {world.name}_owner; SELECT spying.note(), spying.constant(1)")
    assert world.super("SELECT DISTINCT who FROM spying.seen") == [(f"{world.name}_owner",)]
