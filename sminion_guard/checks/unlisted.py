"""What stands in a protected schema and not in the policy: it is closed until it is listed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.compiler.quoting import like
from sminion_guard.policy import Policy

NAMED = 5
"""Tables or columns that are named; the others are counted."""


def closed(database: Database, policy: Policy) -> list[tuple[str, str, str | None]]:
    """Schema, table and column of what the policy does not list; without a column where it does not list the table."""
    neutral = [(schema.name, entry) for schema in policy.schemas.values() for entry in schema.neutral]
    return database.ask(
        "queries/preflight/unlisted", as_owner=False, schemas=sorted(policy.schemas),
        listed_columns=[json.dumps(sorted(table.columns)) for table in policy.tables()],
        neutral_schemas=[schema for schema, _ in neutral], neutral_patterns=[like(entry) for _, entry in neutral],
        **names(policy),
    )


def unlisted(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Of each protected schema the tables that the policy does not list, and the columns of those that it lists."""
    tables: dict[str, list[str]] = {}
    columns: dict[str, list[str]] = {}
    for schema, table, column in closed(database, compiled.policy):
        if column is None:
            tables.setdefault(schema, []).append(f"{schema}.{table}")
        else:
            columns.setdefault(schema, []).append(f"{schema}.{table}.{column}")
    for schema, listed in sorted(tables.items()):
        yield _closed(
            listed, "table", schema,
            "list each with its subject and the categories of its columns, or in `neutral` of the schema where nothing"
            " in it is about a person; leave out what no purpose is to reach",
        )
    for schema, listed in sorted(columns.items()):
        yield _closed(
            listed, "column", schema,
            "give each a category in `columns` of its table; leave out what no purpose is to see",
        )


def _closed(listed: list[str], kind: str, schema: str, hint: str) -> Problem:
    one = len(listed) == 1
    shown = ", ".join(f"`{name}`" for name in listed[:NAMED])
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return Problem(
        "SG340",
        f"{len(listed)} {kind}{'' if one else 's'} in schema `{schema}` {'is' if one else 'are'} not in the policy: "
        f"closed to every purpose until {'it is' if one else 'they are'} listed",
        detail=shown + more,
        hint=hint,
        refuses=False,
        items=tuple(listed),
    )
