"""Each kind of rule purges what the wall hides by it, and not a row more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from sminion_guard.subjects import Retentions
from tests import servers
from tests.database.retention.purging import KINDS, WEB, ids, keeping, run, status
from tests.world import World, new_world

WALL = "sminion.within_retention(at, interval '{keep}', '{zone}')"


@pytest.fixture(scope="module")
def web(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        world.super(f"SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
                    f"SET ROLE {world.name}_owner; {WEB}")
        with world.database.connect() as admin:
            servers.apply_unrehearsed(admin, loads(keeping(world)))
        yield world


@pytest.mark.parametrize("table", [*KINDS, "hit"])
def test_what_the_wall_hides_goes(web: World, table: str) -> None:
    more = "" if table == "hit" else ", customer_id"
    web.super(f"INSERT INTO web.{table} (id, at{more}) SELECT i, now() - i * interval '1 day' + interval '1 hour'"
              f"{', 1 + i % 40' * bool(more)} FROM generate_series(1, 60) i")
    web.super(f"INSERT INTO web.{table} (id, at{more}) VALUES (61, '-infinity'{', 1' * bool(more)}),"
              f" (62, 'infinity'{', 1' * bool(more)})")
    kept = {one for (one,) in web.super(
        f"SELECT id FROM web.{table} WHERE {WALL.format(keep='1 month', zone='UTC')}")}
    assert 25 < len(kept) < 35
    before = status(web, f"web.{table}")
    assert before.expired == 62 - len(kept) and before.used == before.kept == 0
    assert run(web, f"web.{table}").rows == 62 - len(kept)
    assert ids(web, f"web.{table}") == kept


def test_rows_that_others_lead_to_stay_until_those_are_gone(web: World) -> None:
    web.super("""
        INSERT INTO web.parent SELECT i, i, NULL, now() - interval '1 year' FROM generate_series(1, 5) i;
        UPDATE web.parent SET above = id - 1 WHERE id IN (2, 3);
        UPDATE web.parent SET above = 5 WHERE id = 5;
        INSERT INTO web.child VALUES (1, 1, now()), (2, 4, now() - interval '1 year'), (3, 4, now());""")
    found = status(web, "web.parent")
    assert (found.expired, found.used) == (5, 3) and found.failing
    with web.connect("officer") as officer:
        done = {entry.table: entry for entry in Retentions(officer).run(patience=0)}
    assert done["web.child"].rows == 1
    assert ids(web, "web.parent") == {1, 4} and ids(web, "web.child") == {1, 3}
    assert "lead to them" in str(done["web.parent"].cause)
    web.super("DELETE FROM web.child")
    assert run(web, "web.parent").rows == 2


def test_a_table_that_the_guard_cannot_look_into_is_named(web: World) -> None:
    web.super(f"SET ROLE {web.name}_owner; CREATE SCHEMA side; "
              "CREATE TABLE side.note (of bigint REFERENCES web.parent ON DELETE CASCADE)")
    found = status(web, "web.parent")
    assert "`side.note` refers to its rows" in str(found.hindrance) and found.expired is None and found.failing
    web.super(f"SET ROLE {web.name}_owner; GRANT USAGE ON SCHEMA side TO sminion_owner;"
              "GRANT SELECT (of) ON side.note TO sminion_owner")
    assert status(web, "web.parent").hindrance is None
    # A key that would take its rows along: they have not expired.
    web.super("INSERT INTO web.parent VALUES (9, 9, NULL, '2020-01-01'); INSERT INTO side.note VALUES (9)")
    assert run(web, "web.parent").rows == 0 and web.super("SELECT count(*) FROM side.note") == [(1,)]
    web.super("DROP SCHEMA side CASCADE")


ENDS = ["2024-01-29 10:00", "2024-01-31 10:00", "2024-02-29 00:00", "2023-12-31 23:59:59", "2024-03-30 02:30",
        "2024-10-26 02:30", "2024-08-31 12:00"]
KEEPS = ["1 month", "1 year", "30 days", "1 year 6 months", "1 month 3 days", "13 hours", "2 months 1 day 90 minutes"]


@pytest.mark.parametrize("keep", KEEPS)
def test_the_end_that_is_told_is_the_first_moment_at_which_the_wall_hides_the_row(web: World, keep: str) -> None:
    """The oracle is the comparison of the wall, a second before and at the moment."""
    for at in ENDS:
        ((end, before, then),) = web.super(
            "SELECT e, e - interval '1 second' - %(keep)s::interval < %(at)s::timestamp,"
            " e - %(keep)s::interval >= %(at)s::timestamp"
            " FROM sminion.retention_end(%(at)s::timestamp, %(keep)s::interval) e".replace("%(keep)s", f"'{keep}'")
            .replace("%(at)s", f"'{at}'"))
        assert before and then, (at, keep, end)


@pytest.mark.parametrize("at", ["infinity", "-infinity", "294276-12-31 23:59", "4713-01-01 00:00 BC"])
def test_a_moment_at_the_end_of_time_is_no_error(web: World, at: str) -> None:
    ((found,),) = web.super("SELECT sminion.retention_end(%s::timestamp, '1 year')::text", at)
    assert found == {"294276-12-31 23:59": "infinity", "4713-01-01 00:00 BC": "4712-01-01 00:00:00 BC"}.get(at, at)


@pytest.mark.parametrize("table", KINDS)
@pytest.mark.parametrize("end", ["max", "min"])
def test_an_extreme_moment_does_not_keep_the_status_from_anybody(web: World, table: str, end: str) -> None:
    far = {"day": ("5874897-12-31", "4713-01-01 BC"), "plain": ("294276-12-31 23:59:59", "4713-01-01 BC")}
    high, low = far.get(table, ("294276-12-31 23:59:59Z", "4713-01-01Z BC"))
    web.super(f"DELETE FROM web.{table}")
    web.super(f"INSERT INTO web.{table} (id, customer_id, at) VALUES (1, 1, '{high if end == 'max' else low}')")
    found = status(web, f"web.{table}")
    assert (found.expired, found.next) == (int(end == "min"), None)
