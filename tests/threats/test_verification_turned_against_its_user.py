"""Attack: somebody with fewer rights lets code of his own run in a verification, or reads in a log whom it was about.

A verification is run by a superuser, over tables that belong to others. They may have put code into an index, into
statistics, into a partition key, into a cast or into a policy. Positive control: in an ordinary SELECT of the superuser it runs.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError
from sminion_guard.subjects.verification import Verification, verify
from tests.world import World, new_world

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
    assert not [place for place in found.found if place.protected or place.name.startswith("crm.")]
    assert "log of the server" in {seen.what for seen in found.out_of_sight} and not found.clean
