"""The schemas and tables of the policy exist."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import relations
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy.findings import suggestion


def missing_tables(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Schemas and tables that the policy names and the database lacks."""
    there = relations(database)
    for schema in sorted(compiled.policy.schemas):
        if schema not in there:
            yield Problem("SG424", f"schema `{schema}` does not exist", hint=suggestion(schema, there.keys()))
    for table in compiled.policy.tables():
        if table.schema in there and table.name not in there[table.schema]:
            elsewhere = [other for other in sorted(there) if table.name in there[other]]
            yield Problem(
                "SG424",
                f"table `{table.qualified}` does not exist",
                detail=f"there is `{elsewhere[0]}.{table.name}`" if elsewhere else None,
                hint=suggestion(table.name, there[table.schema].keys()),
            )
