"""Who had an explained access to a person around the same time: to whom they are a stranger."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict

from sminion_guard.audit.unexplained.access import Access

DAYS = 30
WORDS = (
    "to people",
    f"to people whom the unit had no explained access to within {DAYS} days",
    f"to people whom nobody had an explained access to within {DAYS} days",
)
"""By the distance, which includes the greater ones."""


class Contacts:
    """Explained accesses, for each purpose."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, str], list[tuple[int, str | None]]] = defaultdict(list)
        self._sorted = False

    def add(self, access: Access) -> None:
        """Keep one that is explained."""
        self._days[access.purpose, access.subject].append((access.at.toordinal(), access.unit))
        self._sorted = False

    def distance(self, access: Access) -> int:
        """0 where the access's unit had one within some days, 1 where another unit had, 2 where nobody."""
        if not self._sorted:
            for found in self._days.values():
                found.sort(key=_day)
            self._sorted = True
        known = self._days.get((access.purpose, access.subject), [])
        day, others = access.at.toordinal(), 2
        for other, unit in known[bisect_left(known, day - DAYS, key=_day):]:
            if other > day + DAYS:
                break
            if unit == access.unit:
                return 0
            others = 1
        return others


def _day(contact: tuple[int, str | None]) -> int:
    return contact[0]
