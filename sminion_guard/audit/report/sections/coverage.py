"""What the log of the month lacks: months that were dropped, days before the guard, days to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.report.blocks import Block, Line
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is missing.

    :param dropped: months of the log, in UTC, that reach into this one and are gone.
    :param guarded_since: day of the month on which the first policy came into force; 0 if it was earlier, None if
        there was none.
    """

    dropped: tuple[str, ...]
    guarded_since: int | None


def ask(asked: Asked) -> Coverage:
    """Count."""
    dropped = tuple(f"{row['month']:%Y-%m}" for row in asked.rows("report_dropped") if row["missing"])
    began = asked.policies.changes
    return Coverage(dropped, asked.month.number(began[0]) if began else None)


def draw(found: Coverage, month: Month) -> Iterator[Block]:
    """Nothing where nothing is missing."""
    if not month.over:
        yield Line(f"{month.name} is not over. This report ends at {month.asked_at:%Y-%m-%d %H:%M} UTC.", alarming=True)
    for gone in found.dropped:
        whole = gone == f"{month.first:%Y-%m}" and month.zone == "UTC"
        part = "all statements and writes of this month" if whole else "statements and writes of a part of this month"
        yield Line(f"The log of {gone} (UTC) was dropped: {part} are not counted. Tickets and changes of states are.",
                   alarming=True)
    if found.guarded_since is None:
        yield Line("No policy was in force in this month.", alarming=True)
    elif found.guarded_since:
        began = month.day(found.guarded_since)
        yield Line(f"The first policy came into force on {began}: nothing is on record before.", alarming=True)


COVERAGE: Section[Coverage] = Section("coverage", "What this report lacks", ask, draw)
