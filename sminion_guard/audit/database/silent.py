"""Tickets under which nothing is on record: is the log complete, apart from whether it is as it was sealed?

An application could have a ticket and keep its statements to itself. The database cannot tell that from a client
without the guarded session, such as psql, or from one that opened a ticket and asked for nothing. So these are counted
and named, and are nothing wrong with the log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sminion_guard.audit.database.log import SealedLog

MOST = 20
"""Days of a login that are named: those with the most such tickets."""


@dataclass(slots=True)
class Silent:
    """Counts them day by day; what it holds does not grow with the log.

    :param next: the first day that was not read.
    :param logins: login to all of its tickets.
    :param days: tickets, day and login; the most first.
    """

    next: date = date.min
    logins: dict[str, int] = field(default_factory=dict)
    days: list[tuple[int, str, str]] = field(default_factory=list)

    def read(self, log: SealedLog, save: Callable[[], object]) -> None:
        """All days from where it is.

        :param save: called after each day.
        """
        first, last = log.days_of_tickets()
        if first is None or last is None:
            return
        day = max(first, self.next)
        while day <= last:
            for login, tickets in log.silent_tickets(day):
                self.logins[login] = self.logins.get(login, 0) + tickets
                self.days = sorted([*self.days, (tickets, str(day), login)], reverse=True)[:MOST]
            day += timedelta(days=1)
            self.next = day
            save()

    def kept(self) -> dict[str, Any]:
        """For whoever goes on later."""
        return {"next": str(self.next), "logins": self.logins, "days": self.days}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Silent:
        """The reverse."""
        return cls(date.fromisoformat(kept["next"]), kept["logins"], [tuple(day) for day in kept["days"]])
