"""Rows about nobody: what leads to their subject is NULL, and so nobody sees them."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.compiler.quoting import ident, qualified
from sminion_guard.policy import Table
from sminion_guard.policy.access import leading_columns

LONGEST = 2_000
"""Milliseconds that counting may take for one table; beyond, the statistics must do."""
ALTOGETHER = 20.0
"""Seconds that counting may take for all tables."""


def nobody(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Rows that no purpose sees, of each table whose policy does not say what becomes of them."""
    tables = [
        table for table in compiled.policy.tables() if table.subject is not None and table.anonymous is None
    ]
    leads = [(table, column) for table in tables for column in sorted(leading_columns(table))]
    known: dict[tuple[str, str], list[tuple[str, int | None, bool]]] = {}
    asked = database.ask(
        "queries/preflight/leads", as_owner=False, table_schemas=[table.schema for table, _ in leads],
        table_names=[table.name for table, _ in leads], columns=[column for _, column in leads],
    )
    for schema, name, column, estimate, secured in asked:
        known.setdefault((schema, name), []).append((column, estimate, secured))
    ends = time.monotonic() + ALTOGETHER
    for table in tables:
        if columns := known.get((table.schema, table.name)):
            yield from _judge(database, table, columns, ends)


def _judge(
    database: Database, table: Table, columns: list[tuple[str, int | None, bool]], ends: float
) -> Iterator[Problem]:
    missing = " OR ".join(f"{ident(column)} IS NULL" for column, _, _ in columns)
    rows, about = None, ""
    if time.monotonic() < ends:
        statement = f"SELECT pg_catalog.count(*) FROM {qualified(table.schema, table.name)} WHERE {missing}"
        # Once protected, the table shows its owner nothing: the guard's own role counts.
        rows = database.count(statement, as_owner=columns[0][2], milliseconds=LONGEST)
    if rows is None:
        rows, about = max(estimate or 0 for _, estimate, _ in columns), "about "
    if rows:
        listed = " or ".join(f"`{column}`" for column, _, _ in columns)
        yield Problem(
            "SG453",
            f"{about}{rows} row{'' if rows == 1 else 's'} of `{table.qualified}` without {listed}: "
            "no purpose sees them",
            detail="consent, objection and block are about subjects, and these rows lead to none",
            hint="fill the column in; or say `anonymous = \"visible\"` where such rows are about nobody, "
            "`anonymous = \"hidden\"` where they are to stay so",
            refuses=False,
        )
