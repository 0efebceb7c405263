"""Requests of people: how many came, how many were closed, and which of them late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.report.blocks import Block, Headline, Line, Table
from sminion_guard.audit.report.daily import Counting, Daily, chart
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section

_COLUMNS = ("received", "closed", "late", "open", "overdue")


@dataclass(frozen=True, slots=True)
class Requests:
    """What was counted.

    :param days: of those that were received and closed.
    :param kinds: kind to how many were received, closed, and closed after their term in the month, and to how many
        are open, and overdue, when the report is made.
    """

    days: tuple[Daily, ...]
    kinds: dict[str, dict[str, int]]

    def total(self, what: str) -> int:
        """Of all kinds."""
        return sum(told[what] for told in self.kinds.values())


def ask(asked: Asked) -> Requests:
    """Count."""
    days, kinds = Counting(asked.month.days), dict[str, dict[str, int]]()
    for row in asked.rows("report_requests", zone=asked.month.zone):
        kinds.setdefault(row["kind"], dict.fromkeys(_COLUMNS, 0))[row["what"]] += row["times"]
        if row["what"] in ("received", "closed"):
            days.add(row["what"], row["day"], row["times"])
    return Requests(days.daily, {kind: kinds[kind] for kind in sorted(kinds)})


def draw(found: Requests, month: Month) -> Iterator[Block]:
    """Nothing where nobody asked for anything."""
    if not found.kinds:
        return
    overdue = found.total("overdue")
    yield Headline("requests received", found.total("received"))
    if overdue:
        yield Headline("requests overdue now", overdue, alarming=True)
    if late := found.total("late"):
        yield Line(f"Closed after their term in this month: {late:,}.", alarming=True)
    if found.days:
        yield chart("By day", "requests", "what", found.days)
    yield Table("By kind", ("Kind", "In", "Out", "Open now", "Overdue"), tuple(
        (kind.replace("_", " "), told["received"], told["closed"], told["open"] + told["overdue"], told["overdue"])
        for kind, told in found.kinds.items()))


REQUESTS: Section[Requests] = Section("requests", "Requests of people", ask, draw)
