"""What the policy calls a table is one: views and the like keep no masks."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import NO_TABLES, names, relations
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy import Table


def no_tables(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Views, materialized views and foreign tables that the policy lists."""
    policy = compiled.policy
    there = relations(database)
    behind: dict[str, list[str]] = {}
    for view, read in database.ask("queries/preflight/behind", as_owner=False, **names(policy)):
        behind.setdefault(view, []).append(read)
    for table in policy.tables():
        kind = there.get(table.schema, {}).get(table.name)
        if kind in NO_TABLES:
            yield _no_table(table, kind, behind.get(table.qualified, []))


def _no_table(table: Table, kind: str, behind: list[str]) -> Problem:
    listed = ", ".join(f"`{name}`" for name in behind)
    if kind == "f":
        hint = "leave it out: what the policy does not list is closed; or keep the rows in a table of this database"
    elif not behind:
        hint = "leave it out: what the policy does not list is closed"
    else:
        hint = f"list {listed} instead, which it reads, and leave the {NO_TABLES[kind].removeprefix('a ')} itself out"
    return Problem(
        "SG426", f"`{table.qualified}` is {NO_TABLES[kind]}",
        detail="only tables keep row security and the triggers that set masks", hint=hint,
    )
