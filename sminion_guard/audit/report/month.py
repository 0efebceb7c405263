"""A calendar month, as the policy counts days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from sminion_guard import resources
from sminion_guard.audit.reading.log import unrecorded
from sminion_guard.errors import AuditUnavailable


@dataclass(frozen=True, slots=True)
class Month:
    """A month.

    :param first: its first day.
    :param zone: the time zone of its days: that of the policy.
    :param edges: where its days begin, and the last one ends.
    :param asked_at: when it was asked about.
    """

    first: date
    zone: str
    edges: tuple[datetime, ...]
    asked_at: datetime

    @property
    def since(self) -> datetime:
        """When it begins."""
        return self.edges[0]

    @property
    def until(self) -> datetime:
        """When it ends."""
        return self.edges[-1]

    @property
    def days(self) -> int:
        """How many days it has."""
        return len(self.edges) - 1

    @property
    def over(self) -> bool:
        """Whether it had ended when it was asked about."""
        return self.until <= self.asked_at

    @property
    def name(self) -> str:
        """As people say it."""
        return f"{_MONTHS[self.first.month - 1]} {self.first.year}"

    def day(self, number: int) -> str:
        """A day as people say it.

        :param number: from 1 on.
        """
        return f"{number} {_MONTHS[self.first.month - 1]}"

    def short(self, number: int) -> str:
        """The same in few letters."""
        return f"{number} {_MONTHS[self.first.month - 1][:3]}"

    def number(self, moment: datetime) -> int:
        """The day of a moment: 0 before the month, one more than it has days after it."""
        return sum(edge <= moment for edge in self.edges)


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")


def parse_month(text: str) -> date:
    """The first day of a month.

    :raises ValueError: when ``text`` is none such as ``2026-11``.
    """
    if not re.fullmatch(r"\d{4}-\d\d", text):
        raise ValueError(f"{text} is no month")
    return date.fromisoformat(f"{text}-01")


def ask_month(connection: psycopg.Connection[Any], first: date) -> Month:
    """The month in the time zone of the policy that was in force at its end. It reads nothing of the log.

    :param connection: in autocommit.
    :raises AuditUnavailable: SG618 for whoever is no auditor, and for a month to come.
    """
    cursor = connection.cursor(row_factory=dict_row)
    try:
        row = cursor.execute(resources.sql_text("queries/audit/report_month").encode(), {"first": first}).fetchone()
    except psycopg.Error as error:
        raise unrecorded(error) from error
    assert row is not None
    if not row["permitted"]:
        raise AuditUnavailable(
            "SG618", "a report is for auditors, so nothing was read",
            detail=f"login `{connection.info.user}` may not read all that a report tells of",
            hint="connect as a member of the auditors' role")
    # As moments of UTC: they are subtracted and compared, whatever the time zone of the session.
    edges = tuple(edge.astimezone(UTC) for edge in row["edges"])
    month = Month(first, row["zone"], edges, row["asked_at"].astimezone(UTC))
    if month.since > month.asked_at + timedelta(minutes=1):
        raise AuditUnavailable("SG618", f"{month.name} has not begun, so nothing was read",
                               hint="name a month that has begun")
    return month
