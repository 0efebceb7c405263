"""Kinds of subjects: customers and employees are numbered apart, so the key alone does not say who is meant."""

from __future__ import annotations

from collections.abc import Collection

from sminion_guard.policy.file import shape
from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Policy, SubjectColumn, SubjectPath, Table
from sminion_guard.policy.positions import Path

OPTIONAL = "?"
"""The mark of a subject column that may be NULL: the row is then about its other subjects only."""


def own_subjects(
    name: tuple[str, str], found: shape.TableShape, report: Report
) -> tuple[SubjectColumn, ...]:
    """The subject columns of a table that holds the keys itself, as ``subject`` and ``kind`` say."""
    path: Path = ("schema", *name)
    if not found.subject:
        return ()
    if isinstance(found.subject, dict):
        if found.kind is not None:
            report.add("SG354", (*path, "kind"), f"`{'.'.join(name)}` says kinds twice",
                       "leave `kind` out: each subject column says its own")
        columns = [
            SubjectColumn(column, word.removesuffix(OPTIONAL), word.endswith(OPTIONAL))
            for column, word in found.subject.items()
        ]
    else:
        columns = []
        for part in found.subject:
            column = without_mark(part, found.columns)
            columns.append(SubjectColumn(column, found.kind, column != part))
    if len(columns) == 1 and columns[0].optional:
        report.add("SG354", (*path, "subject"), f"the only subject of `{'.'.join(name)}` cannot be optional",
                   'leave the mark out, and say `anonymous = "visible"` where rows without subject are about nobody')
    return tuple(columns)


def without_mark(part: str, columns: Collection[str]) -> str:
    """The column that an entry of ``subject`` names: without the mark of an optional one."""
    return part if part in columns else part.removesuffix(OPTIONAL)


def kinds_of(policy: Policy, table: Table) -> tuple[str | None, ...]:
    """The kinds of the subjects of a table's rows, in the order of its columns; of a path, that of its end.

    A path that leads nowhere, which the checks report, leads to no kind.
    """
    seen: set[str] = set()
    while isinstance(table.subject, SubjectPath):
        if table.qualified in seen:
            return ()
        seen.add(table.qualified)
        schema = policy.schemas.get(table.subject.schema)
        parent = None if schema is None else schema.tables.get(table.subject.table)
        if parent is None:
            return ()
        table = parent
    return tuple(entry.kind for entry in table.subject or ())
