"""Retention counts from a date or a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import TIMES, Column, tables_with_columns
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy import Table


def retention(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Tables whose retention counts from a column of another type."""
    for table, own, _ in tables_with_columns(database, compiled.policy):
        after = own.get(table.retention.after) if table.retention is not None else None
        if table.retention is not None and after is not None and after.type not in TIMES:
            yield Problem(
                "SG429",
                f"retention of `{table.qualified}` counts from `{table.retention.after}`, which is {after.type}",
                hint=_countable(table, own),
            )


def _countable(table: Table, own: Mapping[str, Column]) -> str:
    """What retention can count from instead."""
    fit = [f"`{name}`" for name, column in own.items() if column.type in TIMES]
    if fit:
        return "let `after` name a date or timestamp: " + ", ".join(fit)
    return (
        f"`ALTER TABLE {table.qualified} ADD kept_from timestamptz DEFAULT now()`, fill it in for the rows that are"
        " there, and let `after` name it; or leave `retention` out"
    )
