# ruff: noqa: E501 - what is sent or said stands on one line
"""The doctor on columns that single people out together: counted in the data, in little time, and never a value told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard import doctor
from sminion_guard.checks import singling
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import servers
from tests.world import World, new_world

TABLE = """
CREATE SCHEMA poll;
CREATE TYPE poll.mood AS ENUM ('good', 'bad');
CREATE DOMAIN poll.word AS varchar(80);
CREATE TABLE poll.answer (person_id bigint, profession poll.word, city text, mood poll.mood, pet text, said text,
  at timestamptz DEFAULT clock_timestamp(), weight numeric, shoe text);
"""
MORE = """
[purpose.poll]
title = "Ask what people think"
basis = "contract"
needs = ["profession", "address", "social", "free_text"]
may = ["use", "transfer"]

[schema.poll]
collected_for = ["poll"]
[schema.poll.answer]
subject = "person_id"
columns = { person_id = "key", profession = "profession", city = "address", mood = "social", pet = "social", said = "free_text", at = "social", weight = "social", shoe = "none" }

[recipient.institute]
title = "Institute"
contract = "DPA-9"
purposes = ["poll"]
never = [NEVER]
"""


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        world.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
                    f"SET ROLE {world.name}_owner; {TABLE}")
        yield world


def fill(world: World, values: str, people: int = 40) -> None:
    """Rows of people `i`, from a list of expressions for profession, city, mood and pet."""
    world.super("TRUNCATE poll.answer; INSERT INTO poll.answer (person_id, profession, city, mood, pet, said, weight, shoe)"
                f" SELECT i, {values}, 'text ' || i, i / 7.0, 'shoe ' || i FROM generate_series(1, {people}) i")


def policy(world: World, never: str = "", version: str = "2", more: str = MORE) -> None:
    text = world.text().replace('version = "1"', f'version = "{version}"\nwidens = "a test {version}"')
    with world.database.connect() as admin:
        servers.apply_unrehearsed(admin, loads(text + more.replace("NEVER", never)))


def found(world: World, *, full: bool = False) -> list[str]:
    with world.database.connect() as connection:
        findings = doctor.examine(connection, full=full).findings
    assert [entry for entry in findings if entry.code == "SG901"] == []
    return [entry.render() for entry in findings if entry.code == "SG710"]


GRID = "'job ' || i % 7, 'city ' || i % 6"
"""Each alone names nobody, the two together 38 of 40: 42 pairs, of which two people more share two."""


def test_two_columns_that_single_people_out_are_named_with_their_share_and_no_value(world: World) -> None:
    fill(world, "'job ' || least(i, 39) % 7, 'city ' || least(i, 39) % 6, 'good', 'cat'")
    policy(world)
    (said,) = found(world)
    assert "recipient `institute` may get for `poll` what singles people out: `poll.answer.city`, `poll.answer.profession`" in said
    assert "with `city`, `profession` 38 of 40 people are alone" in said
    assert "job" not in said and "sample" not in said and "pet" not in said
    assert found(world, full=True) == [said]
    policy(world, '"address"', "3")  # the neighbour, who gets one of the two
    assert found(world) == []


def test_a_rare_profession_is_enough(world: World) -> None:
    fill(world, "CASE WHEN i <= 6 THEN 'job ' || i ELSE 'clerk' END, 'city ' || i % 2, 'bad', 'cat'")
    policy(world)
    (said,) = found(world)
    assert "what singles people out: `poll.answer.profession`" in said
    assert "with `profession` 6 of 40 people are alone" in said


SMALL = (
    "'job ' || i % 3, 'city ' || i % 2, 'good', 'cat'",  # twelve groups, each of several people
    "CASE WHEN i <= 3 THEN 'job ' || i ELSE 'clerk' END, 'city', 'bad', 'cat'",  # three of forty
    "NULL, NULL, NULL, NULL",
)


def test_large_groups_are_no_finding_and_neither_are_times_numbers_and_what_tells_of_nobody(world: World) -> None:
    policy(world)
    for values in SMALL:
        fill(world, values)
        assert found(world) == [], values


def test_people_count_and_not_rows(world: World) -> None:
    fill(world, GRID + ", 'good', 'cat'")
    world.super("UPDATE poll.answer SET person_id = 1 WHERE person_id > 15")  # fifteen people are no crowd
    policy(world)
    assert found(world) == []
    fill(world, "'job', 'city', 'good', 'cat'")
    world.super("INSERT INTO poll.answer (person_id, profession, city) SELECT 1, 'x' || i, 'y' FROM generate_series(1, 30) i")
    assert found(world) == []  # thirty rows that are of one person alone, of forty


def test_whom_names_are_told_needs_no_combination(world: World) -> None:
    fill(world, GRID + ", 'good', 'cat'")
    policy(world, more=MORE.replace("never = [NEVER]", 'never = []\ngives = ["key", "profession", "address"]'))
    assert found(world) == []


def test_whom_groups_only_are_told_is_no_finding(world: World) -> None:
    fill(world, GRID + ", 'good', 'cat'")
    policy(world, more=MORE.replace("never = [NEVER]", "never = []\nk = 5"))
    assert found(world) == []
    view = '\n[view.for_poll.answers]\nfrom = "poll.answer"\nfor = ["poll"]\ncolumns = { city = "city" }\nk = 3\n'
    policy(world, version="3", more=MORE + view)
    assert found(world) == []


def test_a_big_table_is_counted_in_a_sample_and_then_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(singling, "ROWS", 300)
    fill(world, "'job ' || i % 1000, 'city ' || i % 7, 'good', 'cat'", 20_000)
    world.super("ANALYZE poll.answer")
    policy(world)
    assert found(world) == []  # in the sample nearly everybody is alone; among all nobody is
    fill(world, "'job ' || i % 1000, 'city ' || i / 1000, 'good', 'cat'", 20_000)
    (said,) = found(world)
    assert "with `city`, `profession` 20000 of 20000 people are alone" in said
    whole = singling._whole
    monkeypatch.setattr(singling, "_whole", lambda *a: whole(*a) + ", pg_sleep(60)")
    (said,) = found(world)
    assert "in a sample of 300 rows: among all rows it may be fewer" in said


def test_what_takes_too_long_is_said_and_nothing_waits_for_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world, GRID + ", 'good', 'cat'")
    policy(world)
    counts = singling._counts
    monkeypatch.setattr(singling, "_counts", lambda *a: counts(*a) + ", pg_sleep(60)")
    (said,) = found(world)
    assert "`poll.answer`, and whether they single people out could not be counted" in said


def test_code_of_the_owner_does_not_run_when_the_doctor_counts(world: World) -> None:
    """A cast of an enum to text is a function of whoever owns the enum: the doctor counts as the role that sees all rows."""
    world.super(f"SET ROLE {world.name}_owner; CREATE TABLE poll.trap (who name);"
                "CREATE FUNCTION poll.say(poll.mood) RETURNS text LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$;"
                "CREATE CAST (poll.mood AS text) WITH FUNCTION poll.say(poll.mood)")
    with pytest.raises(Exception, match="ran as"):  # the control
        world.super("SELECT 'good'::poll.mood::text")
    fill(world, GRID + ", CASE WHEN i % 2 = 0 THEN 'good' ELSE 'bad' END::poll.mood, 'cat'")
    policy(world)
    (said,) = found(world)
    assert "with `city`, `profession`" in said


def test_of_many_columns_those_with_the_most_values_are_counted(world: World) -> None:
    more = "".join(f'{name} = "social", ' for name in "abcdefghij")
    world.super("ALTER TABLE poll.answer " + ", ".join(f"ADD COLUMN {name} integer DEFAULT 1" for name in "abcdefghij"))
    fill(world, GRID + ", 'good', 'cat'")
    policy(world, more=MORE.replace("columns = {", "columns = { " + more))
    (said,) = found(world)
    assert "with `city`, `profession`" in said
