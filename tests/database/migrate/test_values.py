# ruff: noqa: E501 - a case stands on one line
"""Time zones, collations, generated columns and shared sequences: what values mean is asked before a policy is applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.migrate import UnfitDatabase
from sminion_guard.policy import Policy, loads
from tests.database.migrate.catalogs import snapshot
from tests.servers import Database

POLICY = """
[policy]
name = "NAME"
version = "1"
subject_key = "KEY"
ticket_lifetime = "15 minutes"
require_tls = false
accept_upsert_leak = "the servers that the tests run on are older"
MORE

[login.NAME_app]
purposes = ["work", "mail"]

[purpose.work]
title = "Work"
basis = "contract"
needs = ["identity", "contact"]
may = ["collect", "use", "delete"]

[purpose.mail]
title = "Mail"
basis = "contract"
needs = ["contact"]
may = ["use"]

[schema.app]
collected_for = ["work", "mail"]
"""
TABLE = """
[schema.app.TABLE]
subject = "id"
columns = { id = "key", COLUMNS }
"""


def policy(name: str, *tables: str, key: str = "bigint", more: str = "") -> Policy:
    return loads((POLICY + "".join(tables)).replace("NAME", name).replace("KEY", key).replace("MORE", more))


def table(name: str, columns: str, more: str = "") -> str:
    return TABLE.replace("TABLE", name).replace("COLUMNS", columns) + more


@pytest.fixture
def name(guarded_database: Database, unique: Callable[[str], str]) -> str:
    made = unique("val")
    guarded_database.execute(f"CREATE ROLE {made}_app LOGIN NOINHERIT; CREATE SCHEMA app")
    return made


def apply(database: Database, found: Policy) -> None:
    with database.connect(autocommit=False) as connection:
        migrate.apply(connection, found)


def refused(database: Database, found: Policy, code: str) -> list[str]:
    """The messages of ``code``; nothing was changed."""
    before = snapshot(database)
    with pytest.raises(UnfitDatabase) as caught:
        apply(database, found)
    assert snapshot(database) == before
    assert all(problem.hint for problem in caught.value.problems)
    return [problem.message for problem in caught.value.problems if problem.code == code and problem.refuses]


def run(database: Database, name: str, *statements: str, purpose: str = "work") -> list[tuple[Any, ...]]:
    """The rows of the last statement, run by the application under a ticket of its own."""
    with psycopg.connect(database.dsn(f"{name}_app"), autocommit=True) as connection:
        (token,) = connection.execute("SELECT sminion.open_ticket(%s, 'a', 'r')", [purpose]).fetchone() or ("",)
        with connection.transaction():
            connection.execute("SELECT sminion.enter(%s)", [token])
            for statement in statements[:-1]:
                connection.execute(statement.encode())
            found = connection.execute(statements[-1].encode())
            return found.fetchall() if found.description is not None else []


# Retention

ZONES = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
TYPES = {
    "timestamptz": ("now() - interval '30 days' + interval '{} minutes'", 5),
    "timestamp": ("(now() AT TIME ZONE '{zone}') - interval '30 days' + interval '{} minutes'", 5),
    "date": ("(now() AT TIME ZONE '{zone}')::date - 30 + {}", 1),
}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("kind", TYPES)
def test_retention_ends_when_the_policy_says_whatever_zone_a_client_sets(
    guarded_database: Database, name: str, kind: str, zone: str
) -> None:
    value, step = TYPES[kind]
    kept, gone = (value.format(number, zone=zone) for number in (step, -step if kind != "date" else 0))
    guarded_database.execute(f"CREATE TABLE app.t (id bigint PRIMARY KEY, seen {kind});"
                           f"INSERT INTO app.t VALUES (1, {kept}), (2, {gone}), (3, NULL)")
    apply(guarded_database, policy(
        name, table("t", 'seen = "none"', 'retention = { after = "seen", keep = "30 days", then = "destroy" }'),
        more="" if zone == "UTC" else f'timezone = "{zone}"'))
    for client in ("UTC", "A+167", "A-167", "America/New_York", zone):
        rows = run(guarded_database, name, f"SET LOCAL timezone = '{client}'", "SELECT id FROM app.t ORDER BY id")
        assert rows == [(1,), (3,)], client


def test_retention_finds_rows_by_an_index(guarded_database: Database, name: str) -> None:
    guarded_database.execute("CREATE TABLE app.t (id bigint PRIMARY KEY, seen timestamptz NOT NULL);"
                           "INSERT INTO app.t SELECT i, now() - interval '1 minute' * i FROM generate_series(1, 5000) i;"
                           "CREATE INDEX t_seen ON app.t (seen)")
    apply(guarded_database, policy(
        name, table("t", 'seen = "none"', 'retention = { after = "seen", keep = "30 days", then = "destroy" }')))
    plan = "\n".join(line for (line,) in run(
        guarded_database, name, "SET LOCAL enable_seqscan = off", "EXPLAIN SELECT id FROM app.t ORDER BY seen LIMIT 5"))
    assert "t_seen" in plan
    assert "within_retention" not in plan  # its body stands in its place, which costs no call for each row


def test_a_zone_that_the_server_does_not_know_is_refused(guarded_database: Database, name: str) -> None:
    guarded_database.execute("CREATE TABLE app.t (id bigint PRIMARY KEY, n text)")
    from dataclasses import replace

    found = replace(policy(name, table("t", 'n = "none"')), timezone="A+167")
    assert refused(guarded_database, found, "SG327") == ["the server knows no time zone `A+167`"]


# Collations

@pytest.mark.parametrize("kind", ["text", "varchar(30)", 'text COLLATE "C"', "app.key"])
def test_a_text_subject_that_compares_as_the_key_does_works(guarded_database: Database, name: str, kind: str) -> None:
    guarded_database.execute(f"CREATE DOMAIN app.key AS text; CREATE TABLE app.t (id {kind} PRIMARY KEY, n text)")
    apply(guarded_database, policy(name, table("t", 'n = "identity"'), key="text"))
    assert run(guarded_database, name, "INSERT INTO app.t VALUES ('ä', 'n')", "SELECT id FROM app.t") == [("ä",)]
    guarded_database.execute("SELECT sminion.block('ä', 'court')")
    assert run(guarded_database, name, "SELECT id FROM app.t") == []
    guarded_database.execute("SELECT sminion.settle()")
    assert run(guarded_database, name, "SELECT id FROM app.t") == []


OTHERS = {
    "of the server": 'text COLLATE "POSIX"',
    "by code points": 'text COLLATE "ucs_basic"',
    "of a domain": "app.key",
    "of one's own": 'text COLLATE app.own',
    "where case does not count": "text COLLATE app.ci",
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("where", ["subject", "path"])
def test_a_text_subject_of_another_collation_is_found_before(
    guarded_database: Database, name: str, other: str, where: str
) -> None:
    guarded_database.execute("CREATE COLLATION app.own (LOCALE = 'C'); CREATE DOMAIN app.key AS text COLLATE app.own")
    if "app.ci" in OTHERS[other]:
        try:
            guarded_database.execute(
                "CREATE COLLATION app.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
        except psycopg.errors.FeatureNotSupported:
            pytest.skip("this server is built without ICU")
    kinds = (OTHERS[other], "text") if where == "subject" else ("text", OTHERS[other])
    guarded_database.execute(f"CREATE TABLE app.t (id {kinds[0]} PRIMARY KEY, n text);"
                           f"CREATE TABLE app.child (t {kinds[1]})")
    found = policy(name, table("t", 'n = "identity"'),
                   '[schema.app.child]\nsubject = "t -> app.t.id"\ncolumns = { t = "key" }', key="text")
    column = "app.t.id" if where == "subject" else "app.child.t"
    (message,) = refused(guarded_database, found, "SG328")
    assert message.startswith(f"subject column `{column}` has the collation")
    schema, relation, last = column.split(".")
    guarded_database.execute(f'ALTER TABLE {schema}.{relation} ALTER {last} TYPE text COLLATE "C"')
    apply(guarded_database, found)  # the way out that the hint names
    rows = run(guarded_database, name, "INSERT INTO app.t VALUES ('a', 'n')", "INSERT INTO app.child VALUES ('a')",
               "SELECT t FROM app.child")
    assert rows == [("a",)]


# Generated columns

GENERATED = {
    "copied": "g text GENERATED ALWAYS AS (full_name) STORED",
    "computed": "g text GENERATED ALWAYS AS (lower(left(full_name, 1))) STORED",
    "through a function": "g text GENERATED ALWAYS AS (app.f(full_name)) STORED",
    "of several": "g text GENERATED ALWAYS AS (email || full_name) STORED",
    "of a column that is not listed": "g text GENERATED ALWAYS AS (secret) STORED",
}


@pytest.mark.parametrize("how", GENERATED)
@pytest.mark.parametrize("category", ["none", "contact"])
def test_a_generated_column_that_shows_more_than_its_category_is_refused(
    guarded_database: Database, name: str, how: str, category: str
) -> None:
    guarded_database.execute("CREATE FUNCTION app.f(text) RETURNS text IMMUTABLE LANGUAGE sql RETURN upper($1);"
                           "CREATE TABLE app.t (id bigint PRIMARY KEY, full_name text, email text, secret text,"
                           f" {GENERATED[how]})")
    columns = f'full_name = "identity", email = "contact", g = "{category}"'
    (message,) = refused(guarded_database, policy(name, table("t", columns)), "SG329")
    assert message.startswith("column `app.t.g` is generated from `")
    assert "`mail` may not see" in message or "`mail`, `work` may not see" in message
    apply(guarded_database, policy(name, table("t", 'full_name = "identity", email = "contact"')))  # closed


@pytest.mark.parametrize(("source", "category"), [("full_name", "identity"), ("email", "contact"), ("id", "none")])
def test_a_generated_column_with_the_category_of_its_sources_is_allowed(
    guarded_database: Database, name: str, source: str, category: str
) -> None:
    guarded_database.execute("CREATE TABLE app.t (id bigint PRIMARY KEY, full_name text, email text,"
                           f" g text GENERATED ALWAYS AS ({source} || '!') STORED)".replace("(id ||", "((id + 1)::text ||"))
    apply(guarded_database, policy(
        name, table("t", f'full_name = "identity", email = "contact", g = "{category}"')))
    assert run(guarded_database, name, "SELECT g FROM app.t") == []


def test_a_partition_that_computes_its_own_is_looked_at_too(guarded_database: Database, name: str) -> None:
    guarded_database.execute(
        "CREATE TABLE app.t (id bigint PRIMARY KEY, full_name text, g text GENERATED ALWAYS AS ('') STORED)"
        " PARTITION BY RANGE (id)")
    try:
        guarded_database.execute("CREATE TABLE app.p PARTITION OF app.t (g GENERATED ALWAYS AS (full_name) STORED)"
                               " FOR VALUES FROM (0) TO (10)")
    except psycopg.Error:
        pytest.skip("before 16 a partition computes what its parent does")
    assert refused(guarded_database, policy(name, table("t", 'full_name = "identity", g = "none"')), "SG329")


# Sequences

def test_a_sequence_that_defaults_share_may_be_used_as_long_as_one_does(guarded_database: Database, name: str) -> None:
    guarded_database.execute(
        "CREATE SCHEMA ids; CREATE SEQUENCE ids.all; CREATE SEQUENCE app.other;"
        "CREATE TABLE app.a (id bigint PRIMARY KEY DEFAULT nextval('ids.all'), n text);"
        "CREATE TABLE app.b (id bigint PRIMARY KEY DEFAULT nextval('ids.all') + nextval('app.other'), n text);"
        "CREATE TABLE app.c (id bigserial PRIMARY KEY, n text)")
    tables = {letter: table(letter, 'n = "identity"') for letter in "abc"}
    apply(guarded_database, policy(name, *tables.values()))
    for letter in tables:
        run(guarded_database, name, f"INSERT INTO app.{letter} (n) VALUES ('x')")
    apply(guarded_database, policy(name, tables["b"]))
    run(guarded_database, name, "INSERT INTO app.b (n) VALUES ('x')")
    apply(guarded_database, policy(name, tables["c"]))
    run(guarded_database, name, "INSERT INTO app.c (n) VALUES ('x')")
    with guarded_database.connect(autocommit=False) as connection:
        assert all(change.state.name == "INSTALLED" for change in migrate.plan(connection, policy(name, tables["c"])).changes)
    left = guarded_database.execute(
        "SELECT s.oid::regclass::text FROM pg_class s CROSS JOIN pg_roles r WHERE s.relkind = 'S' AND r.rolname ~ %s"
        " AND has_sequence_privilege(r.oid, s.oid, 'USAGE') AND s.relnamespace IN ('app'::regnamespace, 'ids'::regnamespace)",
        f"^{name}_")
    assert left == [("app.c_id_seq",)]


def test_the_number_of_an_identity_column_can_be_asked_for_after_an_insert(guarded_database: Database, name: str) -> None:
    guarded_database.execute(
        "CREATE TABLE app.a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n text);"
        "CREATE TABLE app.b (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, n text)")
    both = policy(name, table("a", 'n = "identity"'), table("b", 'n = "identity"'))
    apply(guarded_database, both)
    for letter in "ab":
        asked = f"SELECT currval(pg_get_serial_sequence('app.{letter}', 'id'))"
        assert run(guarded_database, name, f"INSERT INTO app.{letter} (n) VALUES ('x')", asked) == [(1,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # whoever does not insert needs no number
            run(guarded_database, name, f"SELECT nextval('app.{letter}_id_seq')", purpose="mail")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # nor sets the next one whoever inserts
            run(guarded_database, name, f"SELECT setval('app.{letter}_id_seq', 9)")
    with guarded_database.connect(autocommit=False) as connection:
        assert all(change.state.name == "INSTALLED" for change in migrate.plan(connection, both).changes)
    only = policy(name, table("b", 'n = "identity"'))
    apply(guarded_database, only)
    left = guarded_database.execute(
        "SELECT s.oid::regclass::text FROM pg_class s CROSS JOIN pg_roles r WHERE s.relkind = 'S' AND r.rolname ~ %s"
        " AND has_sequence_privilege(r.oid, s.oid, 'USAGE') AND s.relnamespace = 'app'::regnamespace", f"^{name}_")
    assert left == [("app.b_id_seq",)]


def test_a_system_column_is_read_where_it_is_listed_and_written_by_nobody(guarded_database: Database, name: str) -> None:
    guarded_database.execute("CREATE TABLE app.a (id bigint PRIMARY KEY, n text)")
    said = policy(name, table("a", 'n = "identity", xmin = "none", ctid = "none"'))
    apply(guarded_database, said)
    found = run(guarded_database, name, "INSERT INTO app.a VALUES (1, 'x')", "SELECT xmin::text, ctid::text, n FROM app.a")
    assert found[0][1:] == ("(0,1)", "x")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(guarded_database, name, "SELECT tableoid FROM app.a")
    with guarded_database.connect(autocommit=False) as connection:
        assert all(change.state.name == "INSTALLED" for change in migrate.plan(connection, said).changes)
        given = connection.execute("SELECT DISTINCT x.privilege_type FROM pg_attribute a, aclexplode(a.attacl) x"
                                   " WHERE a.attrelid = 'app.a'::regclass AND a.attnum < 0").fetchall()
    assert given == [("SELECT",)]
    apply(guarded_database, policy(name, table("a", 'n = "identity"')))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(guarded_database, name, "SELECT xmin FROM app.a")
