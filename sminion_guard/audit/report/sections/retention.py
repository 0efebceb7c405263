"""How long data is kept, and what of the log went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.report.blocks import Block, Line, Table
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section


@dataclass(frozen=True, slots=True)
class DroppedMonth:
    """A month of the log that was dropped in the month of the report."""

    month: str
    statements: int
    writes: int


@dataclass(frozen=True, slots=True)
class Retention:
    """What the policy says, and what was done.

    :param kept: table to how long its rows are kept, for personal tables; None where no end is set.
    :param erased: how many people were erased from the log.
    """

    kept: dict[str, str | None]
    dropped: tuple[DroppedMonth, ...]
    erased: int


def ask(asked: Asked) -> Retention:
    """Count. The policy is the one in force at the end of the month."""
    dropped = tuple(DroppedMonth(f"{row['month']:%Y-%m}", row["statements"], row["writes"])
                    for row in asked.rows("report_dropped") if row["during"])
    erased = sum(row["times"] for row in asked.rows("report_acts") if row["act"] == "erase_from_log")
    kept = {}
    for schema, said in sorted((asked.policies.last or {"schemas": {}})["schemas"].items()):
        for table, rule in sorted(said["tables"].items()):
            if rule["subject"] is not None:
                ends = rule["retention"]
                kept[f"{schema}.{table}"] = ends and f"{ends['keep']} after {ends['after']}"
    return Retention(kept, dropped, erased)


def draw(found: Retention, month: Month) -> Iterator[Block]:
    """What is kept for ever, and what went."""
    ends = {table: kept for table, kept in found.kept.items() if kept is not None}
    if found.kept and len(ends) == len(found.kept):
        yield Line("All tables with personal data have a retention.")
    elif found.kept:
        yield Line("No end of retention is set for: " + ", ".join(sorted(found.kept.keys() - ends.keys())) + ".")
    if ends:
        yield Table("How long rows are seen", ("Table", "Kept"), tuple(ends.items()))
    if found.erased:
        yield Line(f"Erased from the log: {found.erased:,} {'person' if found.erased == 1 else 'people'}.")
    if found.dropped:
        yield Table("Months of the log dropped", ("Month (UTC)", "Statements", "Writes"), tuple(
            (each.month, each.statements, each.writes) for each in found.dropped))


RETENTION: Section[Retention] = Section("retention", "Retention", ask, draw)
