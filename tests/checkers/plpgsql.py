"""`plpgsql_check` over all functions of schema `sminion`; trigger functions once for each table that has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg

from tests.checkers.finding import Finding

CHECKER = "plpgsql_check"
EXTENSION = "CREATE EXTENSION IF NOT EXISTS plpgsql_check"
# The trigger functions of writes have branches for each operation, so both transition tables are known to each check.
FUNCTIONS = """
SELECT DISTINCT p.oid::regprocedure::text, c.level, c.message
FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
LEFT JOIN pg_trigger t ON t.tgfoid = p.oid AND t.tgparentid = 0
CROSS JOIN LATERAL plpgsql_check_function_tb(
  p.oid, coalesce(t.tgrelid, 0)::regclass, fatal_errors => false, extra_warnings => true, performance_warnings => true,
  security_warnings => true,
  oldtable => CASE WHEN p.proname ~ '^write_' THEN 'old_rows' END,
  newtable => CASE WHEN p.proname ~ '^write_' THEN 'new_rows' END) AS c
WHERE p.pronamespace = 'sminion'::regnamespace
  AND (t.oid IS NOT NULL OR p.prorettype NOT IN ('trigger'::regtype))
"""
UNUSED = """
SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
WHERE p.pronamespace = 'sminion'::regnamespace AND p.prorettype = 'trigger'::regtype
  AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = p.oid)
"""


def findings(connection: psycopg.Connection) -> Iterator[Finding]:
    """All findings; a trigger function that no table has, and that therefore cannot be checked, is one."""
    connection.execute(EXTENSION)
    for function, level, message in connection.execute(FUNCTIONS):
        rule = re.sub(r'"[^"]*"', "X", message)
        yield Finding(CHECKER, f"{level}: {rule}", function)
    for (function,) in connection.execute(UNUSED):
        yield Finding(CHECKER, "no trigger", function)
