"""Attack: the owner of a table opens it, reads it and takes that back, so that nothing is left to be seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from tests.world import World, new_world, refusal, rows

READ = "SELECT count(*) FROM crm.customer"
OPENINGS = {
    "disable": "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY",
    "no force": "ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY",
    "in a block": "DO $$ BEGIN ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY; END $$",
    "in one string": "SELECT 1; ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY; SELECT 1",
    "in a function": "CREATE FUNCTION crm.open() RETURNS void LANGUAGE sql AS"
                     " 'ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY'; SELECT crm.open()",
    "two at once": "ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY, ADD COLUMN harmless int",
}


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        yield world


@pytest.mark.parametrize("how", OPENINGS)
def test_a_table_is_not_open_for_the_length_of_a_transaction(how: str, world: World) -> None:
    with world.connect("owner") as owner:
        owner.execute("BEGIN")
        assert refusal(owner, OPENINGS[how]) == "SG470"
        owner.execute("ROLLBACK")
        assert refusal(owner, READ) == "SG201"
        world.database.suspend_ddl_guard()
        owner.execute("BEGIN")
        owner.execute(OPENINGS[how].encode())
        assert rows(owner, READ) == [(40,)], "the control: it is this statement that opens it"
        owner.execute("ROLLBACK")


def test_an_error_that_is_caught_leaves_it_closed(world: World) -> None:
    caught = ("DO $$ BEGIN BEGIN ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY;"
              " EXCEPTION WHEN OTHERS THEN NULL; END; END $$")
    with world.connect("owner") as owner:
        owner.execute("BEGIN")
        owner.execute(caught.encode())
        assert refusal(owner, READ) == "SG201"
        owner.execute("ROLLBACK")
        owner.execute("BEGIN; SAVEPOINT s")
        assert refusal(owner, OPENINGS["no force"]) == "SG470"
        owner.execute("ROLLBACK TO s")
        assert refusal(owner, READ) == "SG201"
        owner.execute("ROLLBACK")
        world.database.suspend_ddl_guard()
        owner.execute("BEGIN")
        owner.execute(caught.encode())
        assert rows(owner, READ) == [(40,)]
        owner.execute("ROLLBACK")


def test_objects_made_within_create_schema_are_judged_too(world: World) -> None:
    """They are parts of that statement, and not statements of their own."""
    made = ("CREATE SCHEMA hidden CREATE VIEW v AS SELECT email FROM crm.customer",
            "CREATE SCHEMA hidden CREATE TABLE t () INHERITS (crm.customer)",
            f"CREATE SCHEMA hidden GRANT SELECT ON crm.customer TO {world.name}_news")
    with world.connect("owner") as owner:
        for statement, code in zip(made, ("SG472", "SG471", "SG474"), strict=True):
            assert refusal(owner, statement) == code
        world.database.suspend_ddl_guard()
        owner.execute(made[0].encode())
