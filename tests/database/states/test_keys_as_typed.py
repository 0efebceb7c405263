"""Officers pass the key as it stands in the column: a number, a uuid or a text."""

from __future__ import annotations

import psycopg
import pytest

from tests.world import World, refusal

KEYS = ["42", "42::smallint", "42::bigint", "'42'", "'42'::text", "'42'::varchar(10)", "'42'::name", "' 42'"]


@pytest.mark.parametrize("key", KEYS)
def test_every_type_of_key_is_the_same_person(world: World, key: str) -> None:
    world.super("INSERT INTO crm.customer (id, email) VALUES (42, 'a') ON CONFLICT DO NOTHING")
    with world.connect("officer") as officer:
        told: list[str | None] = []
        officer.add_notice_handler(lambda notice: told.append(notice.sqlstate))
        for call in (
            "block({0}, 'why')", "unblock({0}, 'why', 'anna')", "give_consent({0}, 'marketing', 'why')",
            "withdraw_consent(subject => {0}, purpose => 'marketing', reason => 'why')",
            "object({0}, 'interest', 'why')", "withdraw_objection({0}, 'interest', reason => 'why')",
        ):
            assert officer.execute(f"SELECT sminion.{call.format(key)}".encode()).fetchone() == (True,), call
        officer.execute(f"CALL sminion.block_and_wait({key}, 'why')".encode())
        assert told == []
    assert world.super("SELECT DISTINCT subject FROM sminion.subject_event") == [("42",)]
    assert world.super("SELECT count(*) FROM sminion.subject_event") == [(7,)]


def test_a_parameter_of_a_driver_needs_no_cast(world: World) -> None:
    with world.connect("officer") as officer:
        for key in (7, "7", 2**40):
            officer.execute("SELECT sminion.block(%s, %s)", [key, "why"])
    assert world.super("SELECT subject FROM sminion.subject_event ORDER BY id") == [("7",), ("7",), (str(2**40),)]


@pytest.mark.parametrize("key", ["42.5", "'x'", "now()", "true"])
def test_what_is_no_key_is_refused(world: World, key: str) -> None:
    with world.connect("officer") as officer:
        assert refusal(officer, f"SELECT sminion.block({key}, 'why')") == "SG504"


def test_a_key_that_no_row_has_is_answered_with_a_warning(world: World) -> None:
    with world.connect("officer") as officer:
        told: list[tuple[str | None, str | None]] = []
        officer.add_notice_handler(lambda notice: told.append((notice.severity_nonlocalized, notice.sqlstate)))
        officer.execute("SELECT sminion.block(987654, 'mistyped')")
    assert told == [("WARNING", "SG614")]


def test_a_cast_of_the_callers_own_runs_as_the_caller(world: World) -> None:
    """Attack: a type whose cast to text acts with the rights of the guard's owner."""
    world.super(f"""
        CREATE SCHEMA mine; GRANT ALL ON SCHEMA mine TO {world.name}_officer;
        SET ROLE {world.name}_officer;
        CREATE TYPE mine.key AS (n integer);
        CREATE FUNCTION mine.spell(mine.key) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
          'BEGIN RAISE WARNING ''%'', current_user; RETURN ($1).n; END';
        CREATE CAST (mine.key AS text) WITH FUNCTION mine.spell(mine.key);
    """)
    with world.connect("officer") as officer:
        told: list[str | None] = []
        officer.add_notice_handler(lambda notice: told.append(notice.message_primary))
        try:
            officer.execute("SELECT sminion.block(ROW(1)::mine.key, 'why')")
        except psycopg.Error as error:
            told.append(error.sqlstate)
    assert told and not any("sminion_owner" in (text or "") for text in told)
    assert f"{world.name}_officer" in told
