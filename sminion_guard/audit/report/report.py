"""Makes a report: all sections see the log as it is at one moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from sminion_guard.audit.reading import Kind, Question, read, rfc3339
from sminion_guard.audit.report.blocks import Block, Headline
from sminion_guard.audit.report.month import Month, ask_month
from sminion_guard.audit.report.section import Asked, Section
from sminion_guard.audit.report.sections import SECTIONS


@dataclass(frozen=True, slots=True)
class Report:
    """What was counted.

    :param act: number of the record of this reading in ``sminion.act``.
    :param database: its name.
    :param policy: name and version of the one that was in force at the end of the month; None without one.
    :param figures: of each section, in order.
    """

    act: int
    database: str
    policy: str | None
    month: Month
    figures: tuple[tuple[Section[Any], Any], ...]

    def document(self) -> dict[str, Any]:
        """All figures, as printed as JSON."""
        month = self.month
        return {
            "act": self.act, "database": self.database, "policy": self.policy, "month": f"{month.first:%Y-%m}",
            "time_zone": month.zone, "since": rfc3339(month.since), "until": rfc3339(month.until),
            "asked_at": rfc3339(month.asked_at), "over": month.over,
        } | {section.name: found for section, found in self.figures}

    def drawn(self) -> Iterator[tuple[str, list[Block]]]:
        """Title and blocks of each section that has something to say."""
        for section, found in self.figures:
            blocks: list[Block] = [
                block for block in section.draw(found, self.month) if not isinstance(block, Headline)]
            if blocks:
                yield section.title, blocks

    def headlines(self) -> list[Headline]:
        """Of all sections."""
        return [block for section, found in self.figures for block in section.draw(found, self.month)
                if isinstance(block, Headline)]


_HASHED = "SET LOCAL enable_sort = off; SET LOCAL jit = off"
"""The server takes the statements of a month for a few thousand, behind the joins of the view, and would sort a
million of them by texts and arrays before it counts."""


def report(
    connection: psycopg.Connection[Any], first: date, reason: str | None = None,
    sections: Sequence[Section[Any]] = SECTIONS,
) -> Report:
    """Counts what a month's log says. That it was asked is on record before anything is read.

    :param connection: in autocommit, as a member of the auditors' role.
    :param first: the first day of the month.
    :param reason: why it is asked, for the record.
    :raises AuditUnavailable: SG618 where it cannot be recorded, for whoever is no auditor, and for a month to come.
    """
    month = ask_month(connection, first)
    with read(connection, Question(Kind.REPORT, month.since, month.until, reason)) as log:
        connection.execute(_HASHED)
        asked = Asked(log, month, log.policies(month.since, month.until))
        figures = tuple((section, section.ask(asked)) for section in sections)
    last = asked.policies.last
    policy = None if last is None else f"{last['name']} {last['version']}"
    return Report(log.act, connection.info.dbname, policy, month, figures)
