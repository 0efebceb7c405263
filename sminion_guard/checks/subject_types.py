"""What says whose a row is has the type of the key that it stands for."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import SUBJECT_TYPES, tables_with_columns
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy import SubjectPath


def subject_types(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Subject columns, and columns of subject paths, that do not compare as the key does."""
    policy = compiled.policy
    for table, own, every in tables_with_columns(database, policy):
        if isinstance(table.subject, SubjectPath):
            path = table.subject
            column = own.get(path.column)
            key = every.get((path.schema, path.table), {}).get(path.key)
            if column is None or key is None or column.type == key.type:
                continue
            if not any(column.type in kinds and key.type in kinds for kinds in SUBJECT_TYPES.values()):
                yield Problem(
                    "SG427",
                    f"`{table.qualified}.{path.column}` is {column.type}, but "
                    f"`{path.schema}.{path.table}.{path.key}` is {key.type}",
                    hint="name the column that the other refers to, or change a type",
                )
        for entry in table.subject if isinstance(table.subject, tuple) else ():
            column, wanted = own.get(entry.column), policy.key_of(entry.kind)
            if column is not None and column.type not in SUBJECT_TYPES[wanted]:
                whose = "the policy's subject key" if entry.kind is None else f"the key of a {entry.kind}"
                yield Problem(
                    "SG427",
                    f"subject column `{table.qualified}.{entry.column}` is {column.type}, and {whose} {wanted.value}",
                    hint=f"make it {' or '.join(sorted(SUBJECT_TYPES[wanted]))}, or change "
                    + ("`subject_key`" if entry.kind is None else f"`key` of `[subject.{entry.kind}]`"),
                )
