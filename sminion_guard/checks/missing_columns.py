"""The columns that the policy names exist."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import tables_with_columns
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy.findings import suggestion
from sminion_guard.policy.names import SYSTEM_COLUMNS


def missing_columns(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Columns that the policy names and the table lacks."""
    for table, own, _ in tables_with_columns(database, compiled.policy):
        for name in sorted(table.columns):
            if name not in own and name not in SYSTEM_COLUMNS:
                yield Problem(
                    "SG425", f"table `{table.qualified}` has no column `{name}`", hint=suggestion(name, own.keys())
                )
