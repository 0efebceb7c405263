"""How many accesses of each unit nothing in the policy explains. Only counts: `audit unexplained` has the list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.report.blocks import Block, Headline, Line, Table
from sminion_guard.audit.report.daily import LONGEST, MOST
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section


@dataclass(frozen=True, slots=True)
class Unexplained:
    """Accesses of a unit for a purpose.

    :param unit: empty where tickets name none; None where several units are added up.
    :param names: how many units it are.
    :param deleted: rows that may have explained them were deleted later.
    """

    unit: str | None
    purpose: str
    names: int
    judged: int
    unexplained: int
    deleted: int

    @property
    def label(self) -> str:
        """Of the unit."""
        if self.unit is None:
            return f"{self.names:,} others"
        return self.unit[:LONGEST] or "no unit named"


def ask(asked: Asked) -> tuple[Unexplained, ...] | None:
    """Count; None where the policy does not say what explains an access."""
    if not any(True for _ in asked.log.explanations(dict)):
        return None
    return tuple(Unexplained(**row) for row in asked.rows("report_unexplained", act=asked.log.act, most=MOST))


def draw(found: tuple[Unexplained, ...] | None, month: Month) -> Iterator[Block]:
    """Nothing where nothing can be judged."""
    if found is None:
        return
    if not found:
        yield Line("No access was for a purpose of which the policy says what explains it.")
        return
    yield Headline("accesses that nothing explains", sum(each.unexplained for each in found))
    yield Line("An access is a ticket and a person. It was judged by the policy that is in force now."
               " `sminion-guard audit unexplained` lists those that nothing explains.")
    if gone := sum(each.deleted for each in found):
        yield Line(f"Rows that may have explained them were deleted later: {gone:,}.")
    yield Table("By unit", ("Unit", "Purpose", "All", "Unexplained"), tuple(
        (each.label, each.purpose, each.judged, each.unexplained) for each in found))


UNEXPLAINED: Section[tuple[Unexplained, ...] | None] = Section(
    "unexplained", "Accesses that nobody explains", ask, draw)
