"""What keeps the guard from bringing rows up to date: found by settling, or to be seen before it is tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled

SETTLE_PROBLEMS = "queries/preflight/settle_problems"


def settling(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """The tables of the policy in force with rows that cannot be brought up to date."""
    yield from told(database.ask(SETTLE_PROBLEMS))


def told(found: Iterable[tuple[Any, ...]]) -> Iterator[Problem]:
    """Findings from rows of ``sminion.settle_problems``."""
    for table, subjects, rows, cause in found:
        if rows is None:
            message = f"the guard cannot be sure to see and update every row of `{table}`"
        else:
            message = f"{rows} row{'' if rows == 1 else 's'} of `{table}` cannot be brought up to date"
        if subjects:
            message += f": {subjects} subject{' waits' if subjects == 1 else 's wait'}"
        yield Problem(
            "SG512",
            message,
            detail=cause,
            hint="let `sminion_owner` see every row (`ALTER POLICY ... TO ...` names the roles that a policy is for)"
            " and update `guard_mask`; withheld subjects stay hidden meanwhile",
            refuses=False,
        )
