"""The last day of a term: golden dates, computed apart from the database, checked by hand at new year."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests.servers import Database, new_guarded_database

CASES = Path(__file__).parents[2] / "cases"
DATES = [line for line in (CASES / "terms.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
LOAD = "SELECT sminion.load_calendar(%s, %s, %s::date, %s::date, %s::date, %s::date[], %s::date[])"


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[Database]:
    with new_guarded_database(server) as database:
        for name, days in json.loads((CASES / "calendars.json").read_text(encoding="utf-8")).items():
            load(database, name, days)
        yield database


def load(database: Database, name: str, days: dict[str, Any], version: str = "frozen") -> int:
    ((number,),) = database.execute(
        LOAD, name, version, days["first"], days["last"], days["known_until"], days["holidays"], days["working_days"])
    return int(number)


def test_terms_end_on_the_golden_dates(database: Database) -> None:
    assert len(DATES) >= 60
    wrong = []
    for line in DATES:
        calendar, start, count, *unit, unrolled, last = line.split()
        found = database.execute(
            "SELECT e.day::text, sminion.roll_forward(c, s.start, e.day)::text FROM sminion.newest_calendar(%s) c,"
            " (SELECT %s::date AS start) s, sminion.term_end(c, s.start, %s, %s) AS e (day)",
            calendar, start, int(count), " ".join(unit).removesuffix("s"))
        if found != [(unrolled, last)]:
            wrong.append((line, found))
    assert wrong == []


def test_the_new_year_of_2027_in_russia(database: Database) -> None:
    """The decree moves no day into January, and makes 20 February a working Saturday."""
    days = "SELECT sminion.is_working_day(c, d::date) FROM sminion.newest_calendar('RU') c, unnest(%s::date[]) d"
    free = database.execute(days, ["2026-12-31", "2027-01-08", "2027-02-22", "2027-03-08"])
    worked = database.execute(days, ["2026-12-30", "2027-01-11", "2027-02-20", "2027-03-09"])
    assert ({*free}, {*worked}) == ({(False,)}, {(True,)})


def test_a_term_beyond_the_calendar_is_refused(database: Database) -> None:
    with pytest.raises(psycopg.Error, match="does not reach") as caught:
        database.execute(
            "SELECT sminion.term_end(c, '2031-12-30', 10, 'working day') FROM sminion.newest_calendar('RU') c")
    assert caught.value.sqlstate == "SG521"
    with pytest.raises(psycopg.Error, match="is not loaded") as caught:
        database.execute("SELECT sminion.newest_calendar('FR')")
    assert caught.value.sqlstate == "SG521"


def test_a_calendar_is_added_once_and_a_newer_version_beside_it(database: Database) -> None:
    days = {"first": "2026-01-01", "last": "2026-12-31", "known_until": "2026-12-31", "holidays": ["2026-01-01"],
            "working_days": []}
    first = load(database, "US", days, "a")
    assert load(database, "US", days, "a") == first
    assert load(database, "US", days | {"holidays": ["2026-01-01", "2026-07-03"]}, "b") != first
    assert database.execute("SELECT (sminion.newest_calendar('US')).version") == [("b",)]


@pytest.mark.parametrize("wrong", [
    {"holidays": ["2026-01-03"]}, {"working_days": ["2026-01-05"]}, {"holidays": ["2027-01-01"]},
    {"known_until": "2027-01-01"}, {"holidays": None}, {"first": "2026-12-31"}, {"holidays": [None]},
])
def test_days_that_would_count_wrongly_are_refused(wrong: dict[str, Any], database: Database) -> None:
    days = {"first": "2026-01-01", "last": "2026-12-31", "known_until": "2026-12-31", "holidays": [],
            "working_days": []}
    with pytest.raises(psycopg.Error) as caught:
        load(database, "IT", days | wrong)
    assert caught.value.sqlstate in ("SG521", "23514")
