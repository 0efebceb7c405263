"""How many accesses of each unit nothing in the policy explains. Only counts: `audit unexplained` has the list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

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


@dataclass(frozen=True, slots=True)
class NotJudged:
    """Nothing was counted.

    :param not_judged: why the server refused.
    """

    not_judged: str


Found = tuple[Unexplained, ...] | NotJudged | None


def ask(asked: Asked) -> Found:
    """Count; None where the policy does not say what explains an access."""
    if not any(True for _ in asked.log.explanations(dict)):
        return None
    try:
        with asked.log.attempting():
            return tuple(Unexplained(**row) for row in asked.rows("report_unexplained", act=asked.log.act, most=MOST))
    except psycopg.Error as error:
        # A table that somebody replaced must not take the rest of the report along.
        if error.sqlstate != "SG619":
            raise
        return NotJudged(error.diag.message_primary or "SG619")


def draw(found: Found, month: Month) -> Iterator[Block]:
    """Nothing where the policy does not say what explains an access."""
    if found is None:
        return
    if isinstance(found, NotJudged):
        yield Line(f"NO ACCESS WAS JUDGED: {found.not_judged} (SG619)")
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


UNEXPLAINED: Section[Found] = Section(
    "unexplained", "Accesses that nobody explains", ask, draw)
