"""Neutral tables: what every purpose may read must not be about persons."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.compiler.quoting import like


def neutral(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Neutral tables that refer to a person, and patterns that name nothing."""
    policy = compiled.policy
    patterns = [(schema.name, entry) for schema in policy.schemas.values() for entry in schema.neutral]
    if not patterns:
        return
    personal = [table for table in policy.tables() if table.subject is not None]
    found = database.ask(
        "queries/preflight/neutral", as_owner=False,
        neutral_schemas=[schema for schema, _ in patterns],
        neutral_patterns=[like(entry) for _, entry in patterns],
        neutral_names=[entry for _, entry in patterns],
        personal_schemas=[table.schema for table in personal],
        personal_names=[table.name for table in personal],
        **names(policy),
    )
    for kind, name, what, parent in found:
        if kind == "refers":
            yield Problem(
                "SG454",
                f"neutral table `{name}` refers to `{parent}` by `{what}`",
                detail="its rows are about the persons of that table, and every purpose would read them",
                hint=f"list `{name}` with `subject = \"... -> {parent}\"` and its purposes, or narrow the pattern",
            )
        else:
            yield Problem(
                "SG456",
                f"no table of schema `{name}` is called `{what}`, which the policy names as neutral",
                hint="correct the name, or leave it out: a table made later becomes readable with the next apply",
                refuses=False,
            )
