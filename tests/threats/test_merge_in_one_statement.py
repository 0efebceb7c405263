# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: name two incompatible schemas in one statement, in every form there is."""

from __future__ import annotations

import pytest

from tests.world import INCOMPATIBLE, PRIVILEGE, PURPOSES, TABLES, Connection, World, acting, refusal, rows

FORMS = {
    "join": "SELECT a.email FROM {a} a JOIN {b} b USING (id)",
    "left join that uses nothing": "SELECT a.id FROM {a} a LEFT JOIN {b} b ON false",
    "subquery": "SELECT email FROM {a} WHERE id IN (SELECT id FROM {b})",
    "correlated exists": "SELECT email FROM {a} a WHERE EXISTS (SELECT FROM {b} b WHERE b.id = a.id)",
    "scalar in the target list": "SELECT (SELECT email FROM {b} LIMIT 1), email FROM {a}",
    "lateral": "SELECT a.email FROM {a} a, LATERAL (SELECT b.email FROM {b} b WHERE b.id = a.id) x",
    "union": "SELECT email FROM {a} UNION ALL SELECT email FROM {b}",
    "common table expression": "WITH x AS MATERIALIZED (SELECT id FROM {b}) SELECT a.email FROM {a} a JOIN x USING (id)",
    "table command": "SELECT count(*) FROM {a} WHERE id IN (SELECT x.id FROM (TABLE {b}) x)",
    "whole row": "SELECT b FROM {a} a JOIN {b} b USING (id)",
    "count only": "SELECT (SELECT count(*) FROM {a}) + (SELECT count(*) FROM {b})",
    "DO block": "DO $$ DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM {a} a JOIN {b} b USING (id); END $$",
    "dynamic SQL": "DO $$ BEGIN EXECUTE 'SELECT count(*) FROM {a} a JOIN {b} b USING (id)'; END $$",
    "DO loop over one side": "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM {a} LOOP PERFORM FROM {b}; END LOOP; END $$",
    "COPY of a query": "COPY (SELECT a.email FROM {a} a JOIN {b} b USING (id)) TO STDOUT",
    "COPY of the other table": "COPY {b} (id, email) TO STDOUT",
    "query_to_xml": "SELECT query_to_xml('SELECT id FROM {b}', true, true, '') FROM {a}",
    "table_to_xml": "SELECT table_to_xml('{b}', true, true, '') FROM {a}",
    "schema_to_xml": "SELECT schema_to_xml('{b}'::regclass::text::name, true, true, '') FROM {a}",
    "statistics by text": "SELECT * FROM ts_stat('SELECT to_tsvector(email) FROM {b}')",
    "cursor": "DECLARE c CURSOR FOR SELECT a.email FROM {a} a JOIN {b} b USING (id)",
    "prepared statement": "PREPARE p AS SELECT a.email FROM {a} a JOIN {b} b USING (id)",
    "EXPLAIN": "EXPLAIN SELECT a.email FROM {a} a JOIN {b} b USING (id)",
    "CREATE TABLE AS": "CREATE TABLE {s}.copy AS SELECT email FROM {a}",
    "SELECT INTO": "SELECT email INTO {s}.copy FROM {a}",
    "temporary table": "CREATE TEMP TABLE copy AS SELECT email FROM {a}",
    "own schema": "CREATE SCHEMA copies",
    "materialized view": "CREATE MATERIALIZED VIEW {s}.copy AS SELECT email FROM {a}",
    "own view": "CREATE VIEW {s}.both AS SELECT a.email FROM {a} a JOIN {b} b USING (id)",
    "own function": "CREATE FUNCTION {s}.f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM {b}'",
    "own temporary function": "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "large object": "SELECT lo_from_bytea(0, convert_to(string_agg(email, ','), 'UTF8')) FROM {a}",
    "large object, empty": "SELECT lo_create(0)",
    "exported snapshot": "SELECT pg_export_snapshot()",
    "sequence as a parking place": "SELECT setval('sales.item_id_seq', id) FROM {a}",
    "INSERT from the other side": "INSERT INTO {a} (id, email) SELECT id + 1000, email FROM {b}",
    "INSERT into the other side": "INSERT INTO {b} (id, email) SELECT id + 1000, email FROM {a}",
    "UPDATE from the other side": "UPDATE {a} a SET email = b.email FROM {b} b WHERE a.id = b.id",
    "DELETE using the other side": "DELETE FROM {a} a USING {b} b WHERE a.id = b.id",
    "MERGE": "MERGE INTO {a} a USING {b} b ON a.id = b.id WHEN NOT MATCHED THEN INSERT (id, email) VALUES (b.id, b.email)",
    "data-modifying CTE": "WITH x AS (INSERT INTO {b} (id, email) SELECT id + 1000, email FROM {a} RETURNING id) TABLE x",
    "LOCK": "LOCK TABLE {b} IN ACCESS SHARE MODE",
    "TRUNCATE": "TRUNCATE {b}",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_merge_is_refused_for_every_incompatible_pair(
    form: str, world: World, attacker: Connection, tokens: dict[str, str]
) -> None:
    for left, right in INCOMPATIBLE:
        statement = FORMS[form].format(a=TABLES[left], b=TABLES[right], s=right)
        if form == "sequence as a parking place" and "sales" in (left, right):
            continue
        with acting(attacker, tokens[PURPOSES[left]]):
            assert refusal(attacker, statement) == PRIVILEGE, (form, left, right)


ALLOWED = (
    "join", "subquery", "correlated exists", "lateral", "union", "common table expression", "count only", "DO block",
    "dynamic SQL", "COPY of a query", "cursor", "prepared statement", "DELETE using the other side",
    "INSERT from the other side",
)


@pytest.mark.parametrize("form", ALLOWED)
def test_the_same_form_works_within_one_compartment(
    form: str, attacker: Connection, tokens: dict[str, str]
) -> None:
    statement = FORMS[form].format(a="crm.customer", b="sales.orders", s="sales")
    with acting(attacker, tokens["contract"]):
        if form.startswith("COPY"):
            with attacker.cursor().copy(statement.encode()) as copied:
                assert b"e40" in b"".join(copied)
        else:
            attacker.execute(statement.encode())
        attacker.execute("DEALLOCATE ALL")


@pytest.mark.postgres(15)  # the other server is built without libxml
def test_query_to_xml_works_within_one_compartment(attacker: Connection, tokens: dict[str, str]) -> None:
    with acting(attacker, tokens["contract"]):
        ((answer,),) = rows(attacker, "SELECT query_to_xml('SELECT email FROM sales.orders', true, true, '')::text")
        assert "e40" in answer


def test_every_schema_can_be_read_by_its_purpose(attacker: Connection, tokens: dict[str, str]) -> None:
    for schema, table in TABLES.items():
        with acting(attacker, tokens[PURPOSES[schema]]):
            assert rows(attacker, f"SELECT count(email) FROM {table}") == [(40,)]
