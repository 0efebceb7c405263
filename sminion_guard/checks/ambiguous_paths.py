"""A subject path leads to one row."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import tables_with_columns
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy import SubjectPath


def ambiguous_paths(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Subject paths to a column that is not unique."""
    for table, own, every in tables_with_columns(database, compiled.policy):
        if not isinstance(table.subject, SubjectPath) or table.subject.column not in own:
            continue
        path = table.subject
        key = every.get((path.schema, path.table), {}).get(path.key)
        if key is not None and not key.unique:
            yield Problem(
                "SG439",
                f"`{path.schema}.{path.table}.{path.key}` is not unique",
                detail=f"the subject of a row of `{table.qualified}` would be that of any of several rows",
                hint="make it a primary key or unique, or let the path lead to a column that is",
            )
