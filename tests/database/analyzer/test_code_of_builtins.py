"""Code of PostgreSQL's own functions within a check, default or policy, which leaves no dependency, is seen too."""

from __future__ import annotations

import pytest

from sminion_guard.analyzer import analyze
from sminion_guard.analyzer.catalog_read import read_catalog
from tests.servers import Database
from tests.truth.needs import PURPOSE, open_policy

QUERY = "(query_to_xml('SELECT salary FROM hr.employee', true, true, '')::text)"


@pytest.mark.parametrize(("made", "sql"), [
    ("CREATE TABLE crm.t (id int, a text CHECK (length({}) >= 0))", "INSERT INTO crm.t VALUES (1, 'a')"),
    ("CREATE TABLE crm.t (id int, a text DEFAULT {})", "INSERT INTO crm.t VALUES (1)"),
    ("CREATE DOMAIN crm.d AS text CHECK (length({}) >= 0)", "SELECT 'x'::crm.d"),
    ("CREATE DOMAIN crm.d AS text DEFAULT {}; CREATE TABLE crm.t (id int, a crm.d)", "INSERT INTO crm.t VALUES (1)"),
    ("CREATE TABLE crm.t (id int); CREATE POLICY p ON crm.t USING (length({}) >= 0)", "SELECT id FROM crm.t"),
])
def test_a_query_in_a_text_that_the_server_runs_by_itself_is_refused(
    fresh_database: Database, made: str, sql: str
) -> None:
    with fresh_database.connect() as connection:
        connection.execute("CREATE SCHEMA crm; CREATE SCHEMA hr; CREATE TABLE hr.employee (salary int)")
        connection.execute(made.format("'a'::text").encode())
        harmless = read_catalog(connection)
        assert analyze(sql, catalog=harmless, policy=open_policy(harmless), purpose=PURPOSE).allowed
        connection.execute("DROP SCHEMA crm CASCADE; CREATE SCHEMA crm")
        connection.execute(made.format(QUERY).encode())
        catalog = read_catalog(connection)
    verdict = analyze(sql, catalog=catalog, policy=open_policy(catalog), purpose=PURPOSE)
    assert "SG106" in {reason.code for reason in verdict.reasons}


def test_an_exclusion_of_an_expression_does_not_stop_the_snapshot(fresh_database: Database) -> None:
    """Its columns have no numbers: the whole snapshot failed, and with it every session."""
    with fresh_database.connect() as connection:
        connection.execute("""
            CREATE TABLE public.t (id int, a text, CONSTRAINT once EXCLUDE USING btree (lower(a) WITH =));
            INSERT INTO public.t VALUES (1, 'a')
        """)
        catalog = read_catalog(connection)
    sql = "INSERT INTO public.t VALUES (1, 'A') ON CONFLICT ON CONSTRAINT once DO NOTHING"
    verdict = analyze(sql, catalog=catalog, policy=open_policy(catalog), purpose=PURPOSE)
    assert verdict.allowed
    (judged,) = verdict.statements
    assert {access.columns for access in judged.statement.accesses} == {("a", "id")}
