"""Attack: somebody with fewer rights lets code of his own run in a verification, or reads in a log whom it was about.

A verification is run by a superuser, over tables that belong to others. They may have put code into an index, into
statistics or into a cast, or put it there just when the table is read. Positive control: in an ordinary SELECT of the
superuser it runs.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from sminion_guard.subjects.verification import Verification, verify
from tests.world import World, new_world, refusal

KEY = "918273645"
SPY = """
CREATE FUNCTION spying.rights() RETURNS boolean LANGUAGE sql AS
  $$ SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user $$;
CREATE FUNCTION spying.constant(i int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
  $$ BEGIN IF spying.rights() THEN RAISE EXCEPTION USING ERRCODE = 'SPY01', MESSAGE = 'ran as ' || current_user; END IF; RETURN true; END $$;
CREATE TYPE spying.pair AS (a bigint);
CREATE FUNCTION spying.said(p spying.pair) RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN PERFORM spying.constant(1); RETURN 'x'; END $$;
CREATE CAST (spying.pair AS text) WITH FUNCTION spying.said(spying.pair);
CREATE TABLE spying.by_index (who bigint); INSERT INTO spying.by_index VALUES (918273645);
CREATE INDEX ON spying.by_index (who) WHERE spying.constant(1);
CREATE TABLE spying.by_statistics (who bigint, t text); INSERT INTO spying.by_statistics VALUES (918273645);
CREATE STATISTICS spying.s ON (spying.constant(1)), t FROM spying.by_statistics;
CREATE TABLE spying.by_cast (p spying.pair); INSERT INTO spying.by_cast VALUES (ROW(918273645));
"""
# ruff: noqa: E501
# What the owner puts in the place of a table while the verification is under way.
LATER = {
    "later_view": "DROP TABLE spying.later_view; CREATE VIEW spying.later_view AS SELECT 1 AS who WHERE spying.constant(1)",
    "later_index": "CREATE INDEX ON spying.later_index (who) WHERE spying.constant(1)",
    "later_statistics": "CREATE STATISTICS spying.l ON (spying.constant(1)), who FROM spying.later_statistics",
}
HELD = ("CREATE INDEX ON spying.read_now (who) WHERE spying.constant(1)", "DROP TABLE spying.read_now",
        "CREATE INDEX CONCURRENTLY ON spying.read_now (who) WHERE spying.constant(1)",
        "CREATE STATISTICS spying.n ON (spying.constant(1)), who FROM spying.read_now",
        "ALTER TABLE spying.read_now RENAME TO read_then", "ALTER SCHEMA spying RENAME TO spied")
RUNS = {
    "an index": ("SELECT count(*) FROM spying.by_index WHERE who = 918273645", "spying.by_index"),
    "statistics": ("SELECT count(*) FROM spying.by_statistics WHERE t = 'x'", "spying.by_statistics"),
}


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        owner = f"{world.name}_owner"
        world.super(f"CREATE SCHEMA spying AUTHORIZATION {owner}")
        with world.database.connect(owner) as weak:
            weak.execute(SPY.encode())
        yield world


@pytest.fixture(scope="module")
def looked(world: World) -> Verification:
    with world.database.connect() as admin:
        return verify(admin, KEY)


@pytest.mark.parametrize("what", RUNS)
def test_what_would_run_code_is_named_and_not_read(world: World, looked: Verification, what: str) -> None:
    statement, name = RUNS[what]
    with pytest.raises(Exception, match="ran as "):
        world.super(statement)
    (gap,) = [gap for gap in looked.unread if gap.name == name]
    assert "spying.constant(integer)" in gap.why and f"{world.name}_owner" in gap.why


def test_code_that_comes_after_the_list_was_made_is_not_run(world: World) -> None:
    """Positive control: the view, and the other two, run for who reads them without a look."""
    with world.database.connect(f"{world.name}_owner") as owner, world.database.connect() as admin:
        for name in LATER:
            owner.execute(f"CREATE TABLE spying.{name} AS SELECT 918273645::bigint AS who".encode())
        done: list[str] = []

        def told(name: str, read: int, blocks: int) -> None:
            if not done:
                done.append(name)
                for statement in ";".join(LATER.values()).split(";"):
                    owner.execute(statement.encode())

        found = verify(admin, KEY, told=told)
        unread = {gap.name: gap.why for gap in found.unread}
        assert "replaced" in unread["spying.later_view"] or "refused" in unread["spying.later_view"]
        assert "spying.constant" in unread["spying.later_index"] + unread["spying.later_statistics"]
        assert done and len([why for why in unread.values() if "spying.constant" in why]) == 4
        for name in LATER:
            with pytest.raises(Exception, match="ran as "):
                admin.execute(f"SELECT count(*) FROM spying.{name} WHERE who = 918273645".encode())


def test_nothing_is_put_into_a_table_while_it_is_read(world: World) -> None:
    with world.database.connect(f"{world.name}_owner") as owner, world.database.connect() as admin:
        owner.execute("CREATE TABLE spying.read_now AS SELECT 918273645::bigint AS who")
        owner.execute("SET lock_timeout = '50ms'")
        refused: list[str] = []

        def told(name: str, read: int, blocks: int) -> None:
            owner.execute("INSERT INTO spying.read_now VALUES (1)")  # writes go on
            refused.extend(refusal(owner, statement) for statement in HELD)

        found = verify(admin, KEY, only=["spying.read_now"], told=told)
    assert refused == ["55P03"] * len(HELD) and [place.rows for place in found.found] == [1]


def test_a_materialized_view_is_held_too(world: World) -> None:
    with world.database.connect(f"{world.name}_owner") as owner, world.database.connect() as admin:
        owner.execute("CREATE MATERIALIZED VIEW spying.kept AS SELECT 918273645::bigint AS who")
        owner.execute("COMMENT ON MATERIALIZED VIEW spying.kept IS 'a comment'")
        owner.execute("SET lock_timeout = '50ms'")
        refused: list[str] = []

        def told(name: str, read: int, blocks: int) -> None:
            refused.append(refusal(owner, "CREATE INDEX ON spying.kept (who) WHERE spying.constant(1)"))

        found = verify(admin, KEY, only=["spying.kept"], told=told)
        assert refused == ["55P03"] and [place.rows for place in found.found] == [1]
        comment = "SELECT obj_description('spying.kept'::regclass, 'pg_class')"
        assert owner.execute(comment.encode()).fetchall() == [("a comment",)]


def test_a_cast_is_not_called(world: World, looked: Verification) -> None:
    with pytest.raises(Exception, match="ran as "):
        world.super("SELECT p::text FROM spying.by_cast")
    assert [(p.how, p.rows) for p in looked.found if p.name == "spying.by_cast"] == [("text", 1)]


def test_the_key_is_in_no_log_and_no_text_of_a_statement(world: World) -> None:
    log = world.database.server.cluster.log
    secret = "918273777"
    with world.database.connect() as admin:
        admin.execute("SET log_statement = 'all'; SET log_min_duration_statement = 0; SET log_parameter_max_length = -1")
        admin.execute("SELECT %s::text", ["a control"])
        verify(admin, secret)
        for (text,) in admin.execute("SELECT statement FROM pg_catalog.pg_prepared_statements").fetchall():
            assert secret not in text
    said = log.read_text(encoding="utf-8", errors="replace")
    assert "a control" in said and "FROM ONLY" in said and secret not in said


def test_who_may_not_read_is_told_so_and_finds_nothing(world: World) -> None:
    """The weak roles: officers may not read the list of tables, and readers of everything not past row security."""
    with world.connect("officer") as officer, pytest.raises(GuardError, match="SG528"):
        verify(officer, "7")
    world.super(f"GRANT pg_read_all_data TO {world.name}_keeper")
    with world.connect("keeper") as keeper:
        found = verify(keeper, "7")
    assert {gap.name for gap in found.unread} >= {"crm.customer", "sales.orders"}
    # Whoever reads every table reads the planner's statistics, which there are once autovacuum has been here.
    rows = [place for place in found.found if place.how != "statistics"]
    assert not [place for place in rows if place.protected or place.name.startswith("crm.")]
    assert "log of the server" in {seen.what for seen in found.out_of_sight} and not found.clean
