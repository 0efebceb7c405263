"""Attack: the owner of a table lets code of his own run in a destruction, where it would have the rights of the guard.

A trigger, a rule, and functions in an index, a check or statistics, written by the owner of the table, who is no
superuser. Each writes down as whom it ran. Positive control: in the owner's own statement it does run.

What runs while masks are set is another matter (docs/SECURITY.md): here counts what runs from the first batch on.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from sminion_guard.subjects import Destructions
from tests.database.subjects.destroying import asked, left
from tests.world import World, new_world

SPY = """
CREATE SCHEMA spying; GRANT USAGE ON SCHEMA spying TO PUBLIC;
CREATE TABLE spying.seen (who name); GRANT INSERT ON spying.seen TO PUBLIC;
CREATE FUNCTION spying.note() RETURNS boolean LANGUAGE plpgsql VOLATILE AS
  $$ BEGIN INSERT INTO spying.seen VALUES (current_user); RETURN true; END $$;
CREATE FUNCTION spying.constant(i int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
  $$ BEGIN PERFORM spying.note(); RETURN true; EXCEPTION WHEN OTHERS THEN RETURN true; END $$;
CREATE FUNCTION spying.row() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM spying.note(); RETURN coalesce(OLD, NEW); END $$;
CREATE FUNCTION spying.keep() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM spying.note(); RETURN NULL; END $$;
"""
ON_ROW = "ON crm.customer FOR EACH ROW EXECUTE FUNCTION"
SILENT = {
    "a trigger before": f"CREATE TRIGGER spy BEFORE DELETE {ON_ROW} spying.row()",
    "a trigger that keeps the row": f"CREATE TRIGGER spy BEFORE DELETE {ON_ROW} spying.keep()",
    "a trigger after": f"CREATE TRIGGER spy AFTER DELETE {ON_ROW} spying.row()",
    "a trigger of the statement":
        "CREATE TRIGGER spy AFTER DELETE ON crm.customer FOR EACH STATEMENT EXECUTE FUNCTION spying.row()",
    "a deferred trigger":
        "CREATE CONSTRAINT TRIGGER spy AFTER DELETE ON crm.customer DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION spying.row()",
    "a check": "ALTER TABLE crm.customer ADD CHECK (spying.note())",
}
REFUSED = {
    "a trigger that fires always":
        f"CREATE TRIGGER spy BEFORE DELETE {ON_ROW} spying.row(); ALTER TABLE crm.customer ENABLE ALWAYS TRIGGER spy",
    "a predicate of an index": "CREATE INDEX spy ON crm.customer (email) WHERE spying.constant(1)",
    "an expression in an index": "CREATE INDEX spy ON crm.customer ((spying.constant(1)))",
    "an operator in an index":
        "CREATE OPERATOR spying.@@@ (LEFTARG = int, RIGHTARG = int, FUNCTION = spying.two);"
        "CREATE INDEX spy ON crm.customer (email) WHERE 1 OPERATOR(spying.@@@) 1",
    "statistics": "CREATE STATISTICS crm.spy ON (spying.constant(1)), email FROM crm.customer",
}


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        world.super(f"SET ROLE {world.name}_owner;" + SPY + """
            CREATE FUNCTION spying.two(int, int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
              $$ BEGIN PERFORM spying.note(); RETURN true; EXCEPTION WHEN OTHERS THEN RETURN true; END $$""")
        yield world


def attack(world: World, how: str) -> tuple[set[str], list[str]]:
    """As whom the code ran while all of it was destroyed, and why tables are left."""
    world.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour')")
    world.super(f"SET ROLE {world.name}_owner; SET client_min_messages = error; {how}")
    world.settle()
    with world.connect("officer") as officer:
        request = asked(officer, 7)
        officer.execute("SELECT sminion.begin_destruction(%s, 'letter')", [request])
        # What settling does to a table with a check is another matter.
        world.settle()
        world.super("TRUNCATE spying.seen")
        found = Destructions(officer).destroy(request, "letter", patience=0)
    return {who for (who,) in world.super("SELECT who FROM spying.seen")}, [str(table.cause) for table in found.left]


@pytest.mark.parametrize("how", SILENT)
def test_code_that_does_not_fire_is_no_hindrance(how: str, world: World) -> None:
    assert attack(world, SILENT[how]) == (set(), [])
    assert left(world, 7) == {}


@pytest.mark.parametrize("how", REFUSED)
def test_a_table_whose_code_would_run_is_named_and_all_others_go(how: str, world: World) -> None:
    ran, causes = attack(world, REFUSED[how])
    assert ran == set() and len(causes) == 1 and "rights of the guard" in causes[0]
    assert left(world, 7) == {"crm.customer": 1}


@pytest.mark.parametrize("how", ["a predicate of an index", "an expression in an index", "statistics"])
def test_a_table_that_refers_to_rows_runs_no_code_either(how: str, world: World) -> None:
    """Where a trigger must be silenced, PostgreSQL looks at no foreign key, and the guard reads tables that refer."""
    beside = REFUSED[how].replace("crm.customer (email)", "spying.note (of)").replace("crm.customer", "spying.note")
    beside = beside.replace("crm.spy", "spying.spy").replace(", email", ", of")
    note = "CREATE TABLE spying.note (of bigint REFERENCES crm.customer); GRANT SELECT ON spying.note TO sminion_owner;"
    ran, causes = attack(world, f"{SILENT['a trigger after']}; {note} {beside}")
    assert ran == set()
    assert len(causes) == 1 and "`spying.note` refers to its rows" in causes[0]
    assert left(world, 7) == {"crm.customer": 1}


def test_a_rule_is_silenced(world: World) -> None:
    assert attack(world, "CREATE RULE spy AS ON DELETE TO crm.customer DO INSTEAD SELECT spying.note()") == (set(), [])
    assert left(world, 7) == {}


def test_the_code_does_run_for_its_owner(world: World) -> None:
    world.super(f"SET ROLE {world.name}_owner; SELECT spying.note(), spying.constant(1)")
    assert world.super("SELECT DISTINCT who FROM spying.seen") == [(f"{world.name}_owner",)]
