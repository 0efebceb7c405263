"""What says whose a row is is written, not computed: the row trigger runs before columns are generated."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import tables_with_columns
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy import SubjectPath


def generated_subjects(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Subject columns, and columns of subject paths, that are generated."""
    for table, own, _ in tables_with_columns(database, compiled.policy):
        path = table.subject
        if isinstance(path, SubjectPath) and path.column in own and own[path.column].generated:
            yield Problem(
                "SG428",
                f"column `{table.qualified}.{path.column}` of a subject path is generated",
                detail="it is computed after the row trigger has followed it",
                hint="name the column that it is generated from",
            )
        for entry in table.subject if isinstance(table.subject, tuple) else ():
            if entry.column in own and own[entry.column].generated:
                yield Problem(
                    "SG428",
                    f"subject column `{table.qualified}.{entry.column}` is generated",
                    detail="it is computed after the row trigger has looked for the subject",
                    hint="name the column that it is generated from",
                )
