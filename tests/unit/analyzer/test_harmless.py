# ruff: noqa: E501 - texts stand as they are sent
"""Only what touches nothing of anybody is harmless; whatever is dressed up as that is not."""

from __future__ import annotations

import pytest

from sminion_guard.analyzer.builtins import BUILTINS, danger
from sminion_guard.analyzer.catalog import Catalog
from sminion_guard.analyzer.harmless import FUNCTIONS, harmless
from tests.unit.analyzer.shop import CATALOG


@pytest.mark.parametrize("text", [
    "SELECT 1", "select 1;", "SELECT 1 AS one, 'x', NULL, true, 1.5", "SELECT $1", "SELECT $1::INTEGER AS anon_1",
    "SELECT CAST('2026-11-01' AS date)", "SELECT now()", "SELECT pg_catalog.now()", "SELECT current_timestamp, current_user",
    "SELECT version()", "SELECT pg_is_in_recovery()", "/* health */ SELECT 1 -- of the load balancer", "SELECT current_date",
    *(f"SELECT {name}()" for name in sorted(FUNCTIONS)),
])
def test_what_touches_nothing_is_harmless(text: str) -> None:
    assert harmless(text, CATALOG)


DRESSED = [
    "", ";", "SELECT", "SELECT 1; SELECT 1", "SELECT 1; DROP TABLE crm.customer", "VALUES (1)", "TABLE crm.customer",
    "SELECT 1 FROM crm.customer", "SELECT 1 FROM (SELECT 1) AS a", "SELECT (SELECT full_name FROM crm.customer LIMIT 1)",
    "SELECT EXISTS (SELECT FROM crm.customer)", "SELECT ARRAY(SELECT full_name FROM crm.customer)",
    "WITH a AS (SELECT full_name FROM crm.customer) SELECT 1", "WITH a AS (DELETE FROM crm.customer) SELECT 1",
    "SELECT 1 WHERE EXISTS (SELECT FROM crm.customer)", "SELECT 1 LIMIT (SELECT count(*) FROM crm.customer)",
    "SELECT 1 ORDER BY (SELECT full_name FROM crm.customer)", "SELECT 1 UNION SELECT id FROM crm.customer",
    "SELECT 1 INTO parked", "SELECT 1 INTO TEMP parked", "SELECT 1 FOR UPDATE", "SELECT DISTINCT 1", "SELECT 1 GROUP BY 1",
    "SELECT 1 HAVING true", "SELECT 1 WINDOW w AS (ORDER BY 1)", "SELECT *", "SELECT a", "SELECT 1 + 1", "SELECT 'a' || 'b'",
    "SELECT -(now())", "SELECT CASE WHEN true THEN 1 END", "SELECT ROW(1)", "SELECT ARRAY[1]", "SELECT COALESCE(1, 2)",
    "SELECT GREATEST(1, 2)", "SELECT set_config('sminion.token', '1.x', true)", "SELECT set_config('role', 'x', true)",
    "SELECT current_setting('sminion.token')", "SELECT pg_sleep(1000)", "SELECT pg_notify('a', 'b')", "SELECT pg_read_file('x')",
    "SELECT lo_import('/etc/passwd')", "SELECT pg_terminate_backend(1)", "SELECT nextval('s')", "SELECT pg_advisory_lock(1)",
    "SELECT query_to_xml('SELECT * FROM crm.customer', true, true, '')", "SELECT dblink('x', 'SELECT 1')",
    "SELECT sminion.open_ticket('contract', 'a', 'b')", "SELECT sminion.now()", "SELECT crm.now()", "SELECT public.version()",
    "SELECT now(1)", "SELECT now(VARIADIC ARRAY[1])", "SELECT version() OVER ()", "SELECT now() FILTER (WHERE true)",
    "SELECT version(*)", "SELECT now(DISTINCT 1)", "SELECT 'crm.customer'::regclass", "SELECT 1::public.int4",
    "SELECT $1::crm.customer", "SELECT '{1}'::int[]", "SELECT (SELECT 1)::int", "SELECT now()::text", "SELECT '<a/>'::xml",
    "SELECT CAST(1 AS numeric(3, 2))", "SELECT 'a' COLLATE \"C\"", "SELECT (now()).x", "SELECT 1 AT TIME ZONE 'UTC'",
    "DO $$BEGIN DELETE FROM crm.customer; END$$", "CALL p()", "EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT 1",
    "COPY (SELECT 1) TO STDOUT", "COPY (SELECT 1) TO PROGRAM 'true'", "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "FETCH c",
    "PREPARE p AS SELECT 1", "EXECUTE p", "SET ROLE x", "SET search_path TO crm", "RESET ALL", "DISCARD ALL", "SHOW all",
    "BEGIN", "COMMIT", "LISTEN x", "LOCK crm.customer", "CREATE TABLE a (b int)", "INSERT INTO crm.customer VALUES (1)",
    "SELECT E'\\x41'", "SELECT '\\'", "SELECT 'ä'", "SELECT U&'\\0041'", "SELECT 1 AS \"" + "a" * 1000 + "\"", "SELECT '\u202e'",
    "SELECT %s", "SELEC 1", "SELECT $1 FROM generate_series(1, 2)", "SELECT generate_series(1, 1000000)", "SELECT random()",
]


@pytest.mark.parametrize("text", DRESSED)
def test_whatever_is_dressed_up_as_harmless_is_not(text: str) -> None:
    assert not harmless(text, CATALOG)


def test_the_functions_are_builtins_that_the_analyzer_finds_nothing_wrong_with() -> None:
    assert isinstance(CATALOG, Catalog)
    for name in FUNCTIONS:
        assert danger(BUILTINS.functions[name], 0) is None
