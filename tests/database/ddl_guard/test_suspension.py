# ruff: noqa: E501 - a statement stands on one line, as it is sent
"""A suspension is on record, ends by itself, and opens nothing in the transaction that could still take it back."""

from __future__ import annotations

import time

import psycopg
import pytest

from tests.world import PRIVILEGE, World, refusal, rows

WEAKEN = "ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY"
SUSPEND = "SELECT sminion.suspend_ddl_guard('load the archive', now() + interval '1 hour')"


def test_an_officer_suspends_it_and_the_owner_alters_the_table(world: World) -> None:
    with world.connect("officer") as officer, world.connect("owner") as owner:
        assert refusal(owner, WEAKEN) == "SG470"
        officer.execute(SUSPEND)
        owner.execute(WEAKEN)
        owner.execute("ALTER TABLE crm.customer FORCE ROW LEVEL SECURITY")
        officer.execute("SELECT sminion.resume_ddl_guard('loaded')")
        assert refusal(owner, WEAKEN) == "SG470"


def test_who_suspended_it_and_why_is_on_record_for_auditors(world: World) -> None:
    with world.connect("officer") as officer, world.connect("reader") as auditor:
        officer.execute(SUSPEND)
        officer.execute("SELECT sminion.resume_ddl_guard('loaded')")
        assert rows(auditor, "SELECT login, reason, until > at FROM sminion.ddl_suspension ORDER BY id") == [
            (f"{world.name}_officer", "load the archive", True), (f"{world.name}_officer", "loaded", None)]
    with world.database.connect() as admin:
        for statement in ("DELETE FROM sminion.ddl_suspension", "UPDATE sminion.ddl_suspension SET reason = 'x'", "TRUNCATE sminion.ddl_suspension"):
            assert refusal(admin, statement) == "SG505"


@pytest.mark.parametrize("login", ["owner", "app", "keeper", "reader"])
def test_nobody_else_suspends_it(login: str, world: World) -> None:
    with world.connect(login) as client:
        assert refusal(client, SUSPEND) == PRIVILEGE
        assert refusal(client, "SELECT sminion.resume_ddl_guard('x')") == PRIVILEGE


def test_it_opens_nothing_in_the_transaction_that_could_take_it_back(world: World) -> None:
    with world.database.connect() as admin:
        for savepoint in ("", "SAVEPOINT s"):
            admin.execute("BEGIN")
            admin.execute(SUSPEND)
            if savepoint:
                admin.execute(savepoint.encode())
            assert refusal(admin, WEAKEN) == "SG470"
            admin.execute("ROLLBACK")
        admin.execute(SUSPEND)
        admin.execute(WEAKEN)


def test_it_ends_by_itself(world: World) -> None:
    world.super("SELECT sminion.suspend_ddl_guard('short', clock_timestamp() + interval '2 seconds')")
    with world.connect("owner") as owner:
        owner.execute("BEGIN")
        owner.execute(WEAKEN)
        owner.execute("ROLLBACK")
        time.sleep(2.1)
        assert refusal(owner, WEAKEN) == "SG470"


@pytest.mark.parametrize("until", ["now()", "now() + interval '25 hours'", "NULL", "'infinity'"])
def test_a_time_that_is_no_limit_is_refused(until: str, world: World) -> None:
    with world.connect("officer") as officer, pytest.raises(psycopg.Error) as refused:
        officer.execute(f"SELECT sminion.suspend_ddl_guard('x', {until})".encode())
    assert refused.value.sqlstate == "SG479"


@pytest.mark.parametrize("reason", ["''", "NULL", "' '"])
def test_a_reason_is_needed(reason: str, world: World) -> None:
    with world.connect("officer") as officer:
        assert refusal(officer, f"SELECT sminion.suspend_ddl_guard({reason}, now() + interval '1 hour')") == "SG506"
        assert refusal(officer, f"SELECT sminion.resume_ddl_guard({reason})") == "SG506"


@pytest.mark.parametrize("setting", ["datestyle TO 'SQL, DMY'", "timezone TO 'Asia/Kolkata'", "search_path TO pg_temp"])
def test_settings_of_the_session_that_alters_do_not_matter(setting: str, world: World) -> None:
    with world.connect("owner") as owner:
        owner.execute(f"SET {setting}".encode())
        assert refusal(owner, WEAKEN) == "SG470"
        world.super(f"SET {setting}; SELECT sminion.suspend_ddl_guard('x', pg_catalog.now() + interval '1 hour')")
        owner.execute(WEAKEN)


def test_what_was_altered_meanwhile_is_named_by_plan_and_mended_by_apply(world: World) -> None:
    world.super(SUSPEND)
    world.super(WEAKEN)
    world.super("SELECT sminion.resume_ddl_guard('done')")
    with world.connect("owner") as owner:
        assert refusal(owner, "ALTER TABLE crm.customer ADD COLUMN note text") == "SG470"
        world.apply(world.policy)
        owner.execute("ALTER TABLE crm.customer ADD COLUMN note text")
