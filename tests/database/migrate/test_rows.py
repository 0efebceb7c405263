# ruff: noqa: E501 - a case stands on one line
"""Rules of rows are looked at beside their tables before anything is changed, and hold for every type and collation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, create_engine

import sminion_guard.alembic.operations  # noqa: F401 - it registers `guard_alter_column`
from sminion_guard import migrate
from sminion_guard.migrate import Problem, UnfitDatabase
from sminion_guard.policy import Policy, loads
from tests.database.migrate.catalogs import snapshot
from tests.servers import Database

POLICY = """
[policy]
name = "NAME"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"

[ticket]
values = { int = "int", bigint = "bigint", uuid = "uuid", text = "text", date = "date", boolean = "boolean" }
trusted_operators = [TRUSTED]

[login.NAME_app]
purposes = ["work"]

[purpose.work]
title = "Work"
basis = "contract"
needs = []
may = ["collect", "use"]

[schema.app]
collected_for = ["work"]

[schema.app.thing]
subject = false
columns = { a = "none", b = "none" }
rows = '''RULE'''
"""
VALUES: dict[str, Any] = {
    "int": 17, "bigint": 2**40, "uuid": "0B7E5FF4-1b8e-4a29-9d0d-4b4b9f1b5d11", "text": "Köln", "date": "2026-02-28", "boolean": True,
}


@pytest.fixture
def name(guarded_database: Database, unique: Callable[[str], str]) -> str:
    made = unique("row")
    guarded_database.execute(f"CREATE ROLE {made}_app LOGIN NOINHERIT; CREATE SCHEMA app")
    return made


def policy(name: str, rule: str, trusted: str = "") -> Policy:
    return loads(POLICY.replace("NAME", name).replace("RULE", rule).replace("TRUSTED", trusted and f'"{trusted}"'))


def problems(database: Database, wanted: Policy) -> list[Problem]:
    with database.connect(autocommit=False) as connection:
        return [entry for entry in migrate.plan(connection, wanted).problems if entry.code in ("SG457", "SG458", "SG459")]


def apply(database: Database, wanted: Policy) -> None:
    with database.connect(autocommit=False) as connection:
        migrate.apply(connection, wanted)


UNFIT = [
    ("a integer, b integer", "a = :text", "SG457", "column `a` (integer) with value `:text` (text)"),
    ("a integer, b integer", "a = 'x'", "SG457", "column `a` (integer) with constant `x` (text)"),
    ("a text, b integer", "a = :uuid", "SG457", "column `a` (text) with value `:uuid` (uuid)"),
    ("a numeric, b integer", "a = :int", "SG457", "column `a` (numeric) with value `:int` (integer)"),
    ("a character(3), b integer", "a = :text", "SG457", "column `a` (character) with value `:text` (text)"),
    ("a json, b integer", "a = :text", "SG457", "column `a` (json) with value `:text` (text)"),
    ("a integer[], b integer", "a = :int", "SG457", "column `a` (integer[]) with value `:int` (integer)"),
    ("a integer, b uuid", "a = b", "SG457", "column `a` (integer) with column `b` (uuid)"),
    ("a uuid, b integer", "a IN (:int, :uuid)", "SG457", "column `a` (uuid) with value `:int` (integer)"),
    ("a integer, b text", "a AND b = :text", "SG457", "takes column `a` (integer) for true or false"),
    ("a timestamptz, b integer", "a >= :date", "SG458", "`>=(timestamp with time zone,date)`"),
    ("a numeric, b numeric", "a < b", "SG458", "`<(numeric,numeric)` in the rule of `app.thing` is not leakproof"),
    ("a numeric, b numeric", "a > 5.5", "SG458", "`>(numeric,numeric)` in the rule of `app.thing` is not leakproof"),
]


@pytest.mark.parametrize("columns, rule, code, message", UNFIT)
def test_a_rule_that_does_not_fit_stops_apply(
    guarded_database: Database, name: str, columns: str, rule: str, code: str, message: str
) -> None:
    guarded_database.execute(f"CREATE TABLE app.thing ({columns})")
    before = snapshot(guarded_database)
    with pytest.raises(UnfitDatabase) as caught:
        apply(guarded_database, policy(name, rule))
    found = [problem for problem in caught.value.problems if problem.code == code]
    assert any(message in problem.message for problem in found), caught.value
    assert all(problem.refuses and problem.hint for problem in found)
    assert snapshot(guarded_database) == before


def test_an_operator_that_the_policy_names_need_not_be_leakproof(guarded_database: Database, name: str) -> None:
    guarded_database.execute("CREATE TABLE app.thing (a numeric, b numeric); INSERT INTO app.thing VALUES (1, 2), (2, 1)")
    apply(guarded_database, policy(name, "a < b", "<(numeric,numeric)"))
    assert seen(guarded_database, name) == [1]


def test_an_operator_that_depends_on_the_session_cannot_be_named(guarded_database: Database, name: str) -> None:
    guarded_database.execute("CREATE TABLE app.thing (a timestamptz, b integer)")
    named = policy(name, "a >= :date", ">=(timestamp with time zone,date)")
    assert [entry.code for entry in problems(guarded_database, named)] == ["SG458"]


@pytest.mark.postgres(18)
def test_a_column_that_is_computed_when_it_is_read_is_refused(guarded_database: Database, name: str) -> None:
    guarded_database.execute("CREATE TABLE app.thing (b integer, a integer GENERATED ALWAYS AS (b / 2) VIRTUAL)")
    assert [entry.code for entry in problems(guarded_database, policy(name, "a = :int")) if entry.refuses] == ["SG457"]
    guarded_database.execute("DROP TABLE app.thing; CREATE TABLE app.thing (b integer, a integer GENERATED ALWAYS AS (b / 2) STORED)")
    assert not [entry for entry in problems(guarded_database, policy(name, "a = :int")) if entry.refuses]


@pytest.mark.parametrize("rule, index, warned", [
    ("a = :int", "", True), (":int = a AND b = 1", "", True), ("a = :int", "(b, a)", True), ("a = :int", "(a) WHERE b = 1", True),
    ("a = :int", "(a, b)", False), ("a = :int AND b = :bigint", "(b)", False), ("a IS NULL OR a = :int", "", False),
    ("a <> :int", "", False), ("a = 5", "", False),
])
def test_a_table_without_an_index_for_its_rule_is_a_warning(
    guarded_database: Database, name: str, rule: str, index: str, warned: bool
) -> None:
    guarded_database.execute("CREATE TABLE app.thing (a integer, b bigint)" + (f"; CREATE INDEX ON app.thing {index}" if index else ""))
    found = problems(guarded_database, policy(name, rule))
    assert [(entry.code, entry.refuses) for entry in found] == ([("SG459", False)] if warned else [])


def seen(database: Database, name: str, **more: object) -> list[object]:
    with database.connect(f"{name}_app") as connection:
        row = connection.execute(
            "SELECT sminion.open_ticket('work', 'a', 'r', \"values\" => %s)", [Jsonb(VALUES | more)]).fetchone()
        connection.execute("BEGIN")
        connection.execute("SET LOCAL datestyle = 'SQL, DMY'")
        connection.execute("SELECT sminion.enter(%s)", row)
        return [found for (found,) in connection.execute("SELECT a FROM app.thing ORDER BY b").fetchall()]


FIT = [
    ("integer", "a = :int", "17", "18"), ("smallint", "a = :int", "17", "18"), ("bigint", "a = :int", "17", "18"),
    ("bigint", "a = :bigint", "1099511627776", "17"), ("integer", "a <> :bigint AND a = :int", "17", "18"),
    ("uuid", "a = :uuid", "'0b7e5ff4-1b8e-4a29-9d0d-4b4b9f1b5d11'", "'0b7e5ff4-1b8e-4a29-9d0d-4b4b9f1b5d12'"),
    ("date", "a = :date", "'2026-02-28'", "'2026-03-28'"), ("date", "a <= :date", "'2026-02-28'", "'2026-03-01'"),
    ("boolean", "a = :boolean", "true", "false"), ("boolean", "a AND :boolean", "true", "false"),
    ("text", "a = :text", "'Köln'", "'köln'"), ("varchar(10)", "a = :text", "'Köln'", "'Bonn'"),
    ('text COLLATE "C"', "a = :text", "'Köln'", "'Bonn'"), ('text COLLATE "POSIX"', "a IN (:text, 'x')", "'Köln'", "'Bonn'"),
    ('text COLLATE "POSIX"', "a = :text", "'Köln'", "'Bonn'"), ('text COLLATE "und-x-icu"', "a = :text", "'Köln'", "'Bonn'"),
    ('text COLLATE "und-x-icu"', "a IN (:text, 'x')", "'Köln'", "'Bonn'"), ('text COLLATE "C"', "a <= :text", "'Köln'", "'a'"),
    ('text COLLATE public.folded', "a = :text", "'KÖLN'", "'Bonn'"),
    ("public.tenant", "a = :int", "17", "18"), ("public.house", "a = :int", "17", "18"), ("public.word", "a = :text", "'Köln'", "'Bonn'"),
]


@pytest.mark.parametrize("kind, rule, inside, outside", FIT)
def test_a_rule_holds_for_every_type_and_collation(
    guarded_database: Database, name: str, kind: str, rule: str, inside: str, outside: str
) -> None:
    icu = bool(guarded_database.execute("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'"))
    if not icu and ("icu" in kind or "folded" in kind):
        pytest.skip("this server was built without ICU")
    if icu:
        guarded_database.execute("CREATE COLLATION public.folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    guarded_database.execute(
        "CREATE DOMAIN public.tenant AS integer; CREATE DOMAIN public.house AS public.tenant CHECK (value > 0);"
        "CREATE DOMAIN public.word AS varchar(20);"
        f"CREATE TABLE app.thing (a {kind}, b integer);"
        f"INSERT INTO app.thing VALUES ({inside}, 1), ({outside}, 2), (NULL, 3); CREATE INDEX ON app.thing (a)")
    assert problems(guarded_database, policy(name, rule)) == []
    apply(guarded_database, policy(name, rule))
    wanted = [found for (found,) in guarded_database.execute("SELECT a FROM app.thing WHERE b = 1")]
    assert seen(guarded_database, name) == wanted
    assert seen(guarded_database, name) != seen(guarded_database, name, **OTHER)


def test_an_operator_in_the_path_of_the_installer_gets_into_no_rule(guarded_database: Database, name: str) -> None:
    """The rule names its operator in full: one of the same name, made by whoever may, would let every row pass."""
    guarded_database.execute(
        "CREATE TABLE app.thing (a integer, b integer); INSERT INTO app.thing VALUES (17, 1), (18, 2); CREATE SCHEMA spoilt;"
        "CREATE FUNCTION spoilt.eq(integer, integer) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';"
        "CREATE OPERATOR spoilt.= (leftarg = integer, rightarg = integer, function = spoilt.eq); GRANT USAGE ON SCHEMA spoilt TO PUBLIC;"
        f"ALTER DATABASE {guarded_database.name} SET search_path = spoilt, pg_catalog")
    assert guarded_database.execute("SELECT 1 = 2") == [(True,)]
    apply(guarded_database, policy(name, "a = :int"))
    guarded_database.execute(f"ALTER DATABASE {guarded_database.name} RESET search_path")
    assert seen(guarded_database, name) == [17]


def test_a_column_that_a_rule_names_gets_another_type(guarded_database: Database, name: str) -> None:
    guarded_database.execute("CREATE TABLE app.thing (a integer, b integer); INSERT INTO app.thing VALUES (17, 1), (18, 2)")
    apply(guarded_database, policy(name, "a = :int"))
    with create_engine(guarded_database.url()).connect() as connection:
        operations = Operations(MigrationContext.configure(connection))
        operations.guard_alter_column("thing", "a", type_=BigInteger(), policy=policy(name, "a = :int"), schema="app")
        connection.commit()
    assert seen(guarded_database, name) == [17]
    assert guarded_database.execute("SELECT DISTINCT pg_typeof(a)::text FROM app.thing") == [("bigint",)]


OTHER: dict[str, object] = {
    "int": 5, "bigint": 17, "uuid": "00000000-0000-0000-0000-000000000000", "text": "A", "date": "2020-01-01", "boolean": False,
}


@pytest.mark.parametrize("value, given", [
    ("int", "17"), ("int", 1.5), ("int", True), ("bigint", 2**63), ("uuid", "no"), ("uuid", 5), ("date", "today"), ("date", "28.02.2026"),
    ("date", "2026-02-30"), ("date", "0000-01-01"), ("boolean", "true"), ("boolean", 1), ("text", ""), ("text", " "), ("text", "a\tb"),
    ("text", "a\u202eb"), ("text", "a\u200bb"), ("text", "x" * 201), ("text", 5), ("text", None), ("text", ["a"]),
])
def test_a_malformed_value_opens_no_ticket(guarded_database: Database, name: str, value: str, given: object) -> None:
    guarded_database.execute("CREATE TABLE app.thing (a integer, b integer)")
    apply(guarded_database, policy(name, "a = :int"))
    asked = "SELECT sminion.open_ticket('work', 'a', 'r', \"values\" => %s)"
    with guarded_database.connect(f"{name}_app") as connection:
        connection.execute(asked, [Jsonb(VALUES)])
        with pytest.raises(Exception, match=f"`{value}`") as caught:
            connection.execute(asked, [Jsonb(VALUES | {value: given})])
    assert getattr(caught.value, "sqlstate", None) == "SG227"


def test_values_are_kept_in_canonical_form(guarded_database: Database, name: str) -> None:
    guarded_database.execute("CREATE TABLE app.thing (a integer, b integer)")
    apply(guarded_database, policy(name, "a = :int"))
    with guarded_database.connect(f"{name}_app") as connection:
        connection.execute("SELECT sminion.open_ticket('work', 'a', 'r', \"values\" => %s)", [Jsonb(VALUES)])
    assert guarded_database.execute('SELECT "values" FROM sminion.access_log') == [
        (VALUES | {"uuid": "0b7e5ff4-1b8e-4a29-9d0d-4b4b9f1b5d11"},)]


def test_a_rule_that_leaves_the_policy_takes_its_row_security_with_it(guarded_database: Database, name: str) -> None:
    guarded_database.execute("CREATE TABLE app.thing (a integer, b integer); INSERT INTO app.thing VALUES (17, 1), (18, 2)")
    apply(guarded_database, policy(name, "a = :int"))
    assert seen(guarded_database, name) == [17]
    apply(guarded_database, loads(POLICY.replace("NAME", name).replace("rows = '''RULE'''", "").replace("TRUSTED", "")))
    assert seen(guarded_database, name) == [17, 18]
    apply(guarded_database, policy(name, "a = 18"))
    assert seen(guarded_database, name) == [18]
    guarded_database.suspend_ddl_guard()
    guarded_database.execute(f"ALTER POLICY guard_rows_{name}_work ON app.thing USING (true)")
    with guarded_database.connect(autocommit=False) as connection:
        changes = migrate.plan(connection, policy(name, "a = 18"))
    assert any(f"guard_rows_{name}_work" in str(change) for change in changes.changes), changes
