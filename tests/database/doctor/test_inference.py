"""The doctor on recipients that are told no names, and could infer them."""

from __future__ import annotations

import psycopg
import pytest

from sminion_guard import doctor
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests import servers
from tests.world import World, new_world

MORE = """
[purpose.poll]
title = "Ask what people think"
basis = "contract"
needs = ["birth", "address", "free_text"]
may = ["use", "transfer"]

[schema.poll]
collected_for = ["poll"]

[schema.poll.answer]
subject = "person_id"
columns = { person_id = "key", born_on = "birth", postcode = "address", sex = "none", said = "free_text" }

[recipient.institute]
title = "Institute"
contract = "DPA-9"
purposes = ["poll"]
never = [NEVER]
"""


def found(world: World, never: str, version: str) -> dict[str, str]:
    text = world.text().replace('version = "1"', f'version = "{version}"\nwidens = "a test"')
    with world.database.connect() as admin:
        servers.apply_unrehearsed(admin, loads(text + MORE.replace("NEVER", never)))
    with world.database.connect() as connection:
        findings = doctor.examine(connection, full=True).findings
    return {entry.code: entry.render() for entry in findings if entry.code in ("SG730", "SG731")}


def test_what_a_recipient_could_infer_is_named_with_the_people_who_are_alone(server: Server) -> None:
    with new_world(server) as world:
        world.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
                    f"SET ROLE {world.name}_owner; CREATE SCHEMA poll; CREATE TABLE poll.answer ("
                    "person_id bigint, born_on date, postcode text, sex text, said text);"
                    "INSERT INTO poll.answer SELECT i, '1990-01-01', '0150', 'f', 'x' FROM generate_series(1, 5) i;"
                    "INSERT INTO poll.answer VALUES (6, '1990-01-01', '0151', 'f', 'x'),"
                    " (6, '1990-01-01', '0151', 'f', 'y')")
        both = found(world, "", "2")
        assert both.keys() == {"SG730", "SG731"}
        assert "`poll.answer.born_on`, `poll.answer.postcode`, `poll.answer.sex` together" in both["SG730"]
        assert "1 combination of their values is that of one person alone" in both["SG730"]
        assert "`poll.answer.said`" in both["SG731"]
        assert found(world, '"birth", "free_text"', "3") == {}


def test_code_of_the_owner_does_not_run_when_the_doctor_counts(server: Server) -> None:
    """A cast of an enum to text may be a function of its owner; the doctor counts as the role that sees all rows."""
    with new_world(server) as world:
        world.super("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour');"
                    f"SET ROLE {world.name}_owner; CREATE SCHEMA poll; CREATE TYPE poll.sex AS ENUM ('f', 'm');"
                    "CREATE FUNCTION poll.say(poll.sex) RETURNS text LANGUAGE plpgsql AS"
                    " $$ BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$;"
                    "CREATE CAST (poll.sex AS text) WITH FUNCTION poll.say(poll.sex);"
                    "CREATE TABLE poll.answer (person_id bigint, born_on date, postcode text, sex poll.sex, said text);"
                    "INSERT INTO poll.answer VALUES (6, '1990-01-01', '0151', 'f', 'x')")
        with pytest.raises(psycopg.errors.RaiseException, match="ran as"):  # the control
            world.super("SELECT sex::text FROM poll.answer")
        said = found(world, "", "2")
        assert "1 combination of their values is that of one person alone" in said["SG730"]
