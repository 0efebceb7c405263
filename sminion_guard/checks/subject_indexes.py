"""The rows of a person are found by an index."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import tables_with_columns
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy import SubjectPath, Table


def subject_indexes(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Subject columns, and columns of subject paths, that no index begins with."""
    for table, own, every in tables_with_columns(database, compiled.policy):
        for column in _led_by(table):
            path = table.subject if isinstance(table.subject, SubjectPath) else None
            if path is not None and path.key not in every.get((path.schema, path.table), {}):
                continue  # the path leads nowhere, which is told as such
            if column in own and not own[column].indexed:
                yield Problem(
                    "SG435",
                    f"no index of `{table.qualified}` begins with `{column}`",
                    detail="settling searches a subject's rows by it; without an index it reads the whole table",
                    hint=f"`CREATE INDEX CONCURRENTLY ON {table.qualified} ({column})`",
                    refuses=False,
                )


def _led_by(table: Table) -> tuple[str, ...]:
    if isinstance(table.subject, SubjectPath):
        return (table.subject.column,)
    return tuple(entry.column for entry in table.subject) if isinstance(table.subject, tuple) else ()
