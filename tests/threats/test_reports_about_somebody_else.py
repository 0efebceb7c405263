# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: an officer, or anybody else, makes the functions of the access report give what the report is not for."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests.world import PRIVILEGE, Connection, World, new_world, refusal, rows

BEGIN = "SELECT sminion.begin_report('1', 'asked by letter')"
TABLES = "SELECT * FROM sminion.report_tables({})"
ROWS = "SELECT * FROM sminion.report_rows({}, 'crm', 'customer')"
HOSTILE = """
CREATE SCHEMA evil;
CREATE TYPE evil.mood AS ENUM ('glad');
CREATE TYPE evil.pair AS (a int, m evil.mood);
CREATE FUNCTION evil.heard(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN
  RAISE EXCEPTION 'code of the application runs as %', current_user; END$$;
CREATE FUNCTION evil.as_text(evil.mood) RETURNS text LANGUAGE sql AS $$SELECT evil.heard('')$$;
CREATE FUNCTION evil.as_json(evil.mood) RETURNS json LANGUAGE sql AS $$SELECT evil.heard('')::json$$;
CREATE CAST (evil.mood AS text) WITH FUNCTION evil.as_text(evil.mood) AS IMPLICIT;
CREATE CAST (evil.mood AS json) WITH FUNCTION evil.as_json(evil.mood);
CREATE DOMAIN evil.worded AS text;
CREATE TABLE crm."odd "" table" (
  "id'); DROP TABLE x; --" bigint, m evil.mood, ms evil.mood[], w evil.worded, pr evil.pair, "a%s" text, hidden text, unlisted text, "when" date);
INSERT INTO crm."odd "" table" VALUES (1, 'glad', '{glad}', 'word', '(1,glad)', 'percent', 'secret', 'more', '2020-01-31');
"""
ODD = """
[schema.crm.'odd " table']
subject = "id'); DROP TABLE x; --"
report = { hidden = "exists" }
retention = { after = "when", keep = "1 year", then = "destroy" }
columns = { "id'); DROP TABLE x; --" = "key", m = "social", ms = "social", w = "contact", pr = "contact", "a%s" = "contact", hidden = "free_text", when = "none" }
"""


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    with new_world(server) as world:
        world.super(HOSTILE)
        world.apply(loads(world.text() + ODD))
        yield world


@pytest.fixture
def officer(world: World) -> Iterator[Connection]:
    with world.connect("officer") as connection:
        yield connection


def begin(connection: Connection) -> int:
    return int(rows(connection, BEGIN)[0][0])


def test_an_officer_reads_what_the_report_is_for(officer: Connection) -> None:
    number = begin(officer)
    found = {(schema, table): (columns, readable) for schema, table, columns, _, readable in
             rows(officer, TABLES.format(number))}
    columns, readable = found["crm", "customer"]
    assert readable
    assert [(column["name"], column["shown"]) for column in columns] == [
        ("born_on", "alone"), ("email", "alone"), ("id", "subject"), ("internal", "unlisted"), ("last_seen_at", "always")]
    ((shared, kept_until, past, values),) = rows(officer, ROWS.format(number))
    assert (shared, past, values[:3]) == (False, False, ["1990-01-01", "e1", "1"])
    assert kept_until.endswith("+00")
    assert [values for *_, values in rows(officer, f"SELECT * FROM sminion.report_rows({number}, 'sales', 'gift')")] == [
        [None, "1", "another person"]]
    assert len(rows(officer, f"SELECT * FROM sminion.report_rows({number}, 'sales', 'item')")) == 2


def test_blocked_and_withheld_people_get_theirs(world: World, officer: Connection) -> None:
    officer.execute("SELECT sminion.block('7', 'contested')")
    number = rows(officer, "SELECT sminion.begin_report('7', 'asked')")[0][0]
    assert len(rows(officer, ROWS.format(number))) == 1
    officer.execute("SELECT sminion.unblock('7', 'settled')")
    world.super("UPDATE crm.customer SET last_seen_at = '2001-02-03' WHERE id = 7")
    ((_, kept_until, past, _),) = rows(officer, ROWS.format(number))
    assert (kept_until, past) == ("2004-02-03 00:00:00+00", True)


def test_the_officer_has_no_privilege_on_the_tables(officer: Connection) -> None:
    begin(officer)
    assert refusal(officer, "SELECT * FROM crm.customer") == PRIVILEGE


@pytest.mark.parametrize("login", ["all", "app", "keeper", "reader", "owner"])
def test_nobody_else_may_call_them(world: World, officer: Connection, login: str) -> None:
    number = begin(officer)
    with world.connect(login) as other:
        for call in (BEGIN, TABLES.format(number), ROWS.format(number)):
            assert refusal(other, call) == PRIVILEGE


def test_nothing_is_read_before_the_event_has_committed(world: World, officer: Connection) -> None:
    with pytest.raises(psycopg.Error) as error, officer.transaction():
        officer.execute(ROWS.format(begin(officer)).encode())
    assert error.value.sqlstate == "SG529"
    with pytest.raises(psycopg.Error) as error, officer.transaction():
        officer.execute("SAVEPOINT s")
        number = begin(officer)
        officer.execute("RELEASE s")
        officer.execute(TABLES.format(number).encode())
    assert error.value.sqlstate == "SG529"
    before = world.super("SELECT count(*) FROM sminion.act WHERE act = 'report'")
    number = begin(officer)
    assert world.super("SELECT count(*) FROM sminion.act WHERE act = 'report'") == [(before[0][0] + 1,)]
    assert world.super("SELECT a.login, a.detail, a.reason FROM sminion.act a WHERE a.id = %s", number) == [
        (f"{world.name}_officer", {}, "asked by letter")]


def test_the_report_of_another_login_tells_nothing(world: World, officer: Connection) -> None:
    number = begin(officer)
    world.super(f"CREATE ROLE {world.name}_other LOGIN; GRANT {world.name}_privacy_officer TO {world.name}_other")
    with world.connect("other") as other:
        told = []
        for wanted in (number, number + 1_000_000):
            with pytest.raises(psycopg.Error) as error:
                other.execute(ROWS.format(wanted).encode())
            told.append((error.value.sqlstate, str(error.value).replace(str(wanted), "N")))
    assert told[0] == told[1]
    assert told[0][0] == "SG529"
    assert refusal(officer, ROWS.format("NULL")) == "SG529"


def test_a_report_ends_and_dies_with_the_person(world: World, officer: Connection) -> None:
    number = begin(officer)
    world.super("BEGIN; SET LOCAL session_replication_role = replica;"
                f"UPDATE sminion.report SET at = at - interval '61 minutes' WHERE act = {number}; COMMIT")
    assert refusal(officer, ROWS.format(number)) == "SG529"
    number = rows(officer, "SELECT sminion.begin_report('31', 'asked')")[0][0]
    officer.execute("SELECT sminion.erase_from_log('31', 'destroyed')")
    assert refusal(officer, ROWS.format(number)) == "SG529"
    assert world.super("SELECT subject FROM sminion.report WHERE act = %s", number) == [(None,)]


@pytest.mark.parametrize(("schema", "table"), [
    ("sminion", "ticket"), ("pg_catalog", "pg_authid"), ("crm", "customer; DROP TABLE crm.customer"),
    ("crm\".\"customer", "customer"), ("crm", "customer\" t, pg_authid \""), ("crm", "%s"), (None, None)])
def test_names_choose_a_table_and_never_become_sql(officer: Connection, schema: str | None, table: str | None) -> None:
    with pytest.raises(psycopg.Error) as error:
        officer.execute("SELECT * FROM sminion.report_rows(%s, %s, %s)", [begin(officer), schema, table])
    assert error.value.sqlstate == "SG549"


@pytest.mark.parametrize("key", ["1 OR true", "1}, {2", "'; DROP TABLE crm.customer; --", "", "{1,2}"])
def test_a_key_is_a_key(officer: Connection, key: str) -> None:
    with pytest.raises(psycopg.Error) as error:
        officer.execute("SELECT sminion.begin_report(%s, 'asked')", [key])
    assert error.value.sqlstate == "SG504"


def test_names_and_types_of_the_application_run_no_code(officer: Connection) -> None:
    number = begin(officer)
    (columns,) = (columns for _, table, columns, *_ in rows(officer, TABLES.format(number)) if table == 'odd " table')
    shown = {column["name"]: column["shown"] for column in columns}
    assert shown == {
        "id'); DROP TABLE x; --": "subject", "m": "alone", "ms": "alone", "w": "alone", "pr": "type", "a%s": "alone",
        "hidden": "exists", "unlisted": "unlisted", "when": "always"}
    ((_, kept_until, past, values),) = officer.execute(
        "SELECT * FROM sminion.report_rows(%s, 'crm', %s)", [number, 'odd " table']).fetchall()
    assert values == ["percent", "1", "glad", "{glad}", "word", "2020-01-31"]
    assert (kept_until, past) == ("2021-01-31 00:00:00+00", True)
    # the control: the casts are hostile indeed
    assert refusal(officer, "SELECT 'x'::text || evil.heard('')") in (PRIVILEGE, "P0001")


def test_what_only_exists_is_closed_to_the_guard_itself(world: World) -> None:
    columns = "SELECT has_column_privilege('sminion_owner', %s, %s, 'SELECT')"
    odd = 'crm."odd "" table"'
    assert world.super(columns, odd, "hidden") == [(False,)]
    assert world.super(columns, odd, "unlisted") == [(False,)]
    assert world.super(columns, odd, "a%s") == [(True,)]


def test_a_policy_of_the_application_is_not_run_by_the_guard(world: World, officer: Connection) -> None:
    officer.execute("SELECT sminion.suspend_ddl_guard('test', now() + interval '1 hour')")
    world.super("CREATE FUNCTION evil.seen() RETURNS boolean LANGUAGE plpgsql AS $$BEGIN PERFORM evil.heard(''); END$$;"
                "CREATE POLICY sly ON hr.employee AS RESTRICTIVE USING (evil.seen())")
    try:
        number = begin(officer)
        (found,) = ((incomplete, readable) for _, table, _, incomplete, readable in rows(officer, TABLES.format(number))
                    if table == "employee")
        assert found == ("policy `sly` hides rows from `sminion_owner`", False)
        with pytest.raises(psycopg.Error) as error:
            officer.execute(f"SELECT * FROM sminion.report_rows({number}, 'hr', 'employee')".encode())
        assert error.value.sqlstate == "SG548"
    finally:
        world.super("DROP POLICY sly ON hr.employee")
        officer.execute("SELECT sminion.resume_ddl_guard('done')")


def test_a_view_in_the_place_of_a_table_is_not_read(world: World, officer: Connection) -> None:
    with world.database.connect() as admin, admin.transaction(force_rollback=True):
        admin.execute("SELECT set_config('event_triggers', 'off', true)"
                      if admin.info.server_version >= 170000 else "SET LOCAL session_replication_role = replica")
        admin.execute("ALTER TABLE clinic.patient RENAME TO patient_before;"
                      "CREATE VIEW clinic.patient AS SELECT id, evil.heard('') AS email FROM clinic.patient_before;"
                      "GRANT SELECT ON clinic.patient TO sminion_owner")
        ((found,),) = admin.execute(
            "SELECT sminion.report_hindrance(p, NULL) FROM sminion.protected_table p WHERE p.table_name = 'patient'")
    assert found == "it is no table"


def test_a_request_of_somebody_else_or_unchecked_is_no_reason(world: World, officer: Connection) -> None:
    number = rows(officer, "SELECT sminion.open_request('2', 'access', 'letter')")[0][0]
    assert refusal(officer, f"SELECT sminion.begin_report('1', 'asked', {number})") == "SG522"
    assert refusal(officer, f"SELECT sminion.begin_report('2', 'asked', {number})") == "SG525"
    officer.execute(f"SELECT sminion.identify_request({number}, 'passport')".encode())
    report = rows(officer, f"SELECT sminion.begin_report('2', 'asked', {number})")[0][0]
    assert world.super("SELECT subject, request FROM sminion.report WHERE act = %s", report) == [("2", number)]
    officer.execute(f"SELECT sminion.close_request({number}, 'granted', 'sent')".encode())
    assert refusal(officer, f"SELECT sminion.begin_report('2', 'asked', {number})") == "SG523"
    assert refusal(officer, "SELECT sminion.begin_report('2', ' ')") == "SG506"


def test_another_policy_ends_a_report(world: World, officer: Connection) -> None:
    number = begin(officer)
    world.apply(loads(world.text().replace('version = "1"', 'version = "2"') + ODD))
    assert refusal(officer, ROWS.format(number)) == "SG529"
