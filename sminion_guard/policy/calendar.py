"""The calendar by which terms of requests are counted: the free days that the package `holidays` knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from importlib import metadata

from sminion_guard.errors import PolicyError

WEEKENDS = "weekends"
"""The calendar in which only Saturdays and Sundays are free; the database knows it by itself."""
_YEARS_BEFORE, _YEARS_AFTER = 2, 5
"""How many years a calendar has around the present one: a request may have been received some time ago."""
_FRIDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a country, from ``first`` to ``last``.

    :param name: a country, such as ``DE``, with a subdivision, such as ``DE-BY``.
    :param version: where the days are from.
    :param known_until: until when all free days are known; what is later may move, as decrees transfer days each year.
    :param holidays: free days from Monday to Friday.
    :param working_days: Saturdays and Sundays on which people work.
    """

    name: str
    version: str
    first: date
    last: date
    known_until: date
    holidays: tuple[date, ...]
    working_days: tuple[date, ...]


def calendar(name: str, today: date) -> Calendar:
    """The calendar of a country, for some years around ``today``.

    :raises PolicyError: SG521 for a country or subdivision that `holidays` does not know.
    """
    import holidays  # here: it reads the rules of all countries, and most commands need none

    country, _, subdivision = name.partition("-")
    first, last = date(today.year - _YEARS_BEFORE, 1, 1), date(today.year + _YEARS_AFTER, 12, 31)
    try:
        found = holidays.country_holidays(
            country, subdiv=subdivision or None, years=range(first.year, last.year + 1))
    except NotImplementedError as error:
        raise PolicyError(
            "SG521", f"there is no calendar `{name}`", detail=str(error),
            hint="name a country of the package `holidays`, such as `DE` or `DE-BY`, or `weekends`") from error
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    # Where a decree moves days each year, the package lists the years whose decree is known.
    decreed = [year for year in getattr(found, "special_public_holidays", {}) or {} if year >= first.year]
    return Calendar(
        name, f"holidays {metadata.version('holidays')}", first, last,
        known_until=date(max(decreed), 12, 31) if decreed and max(decreed) < last.year else last,
        holidays=tuple(day for day in days if day.isoweekday() <= _FRIDAY and not found.is_working_day(day)),
        working_days=tuple(day for day in days if day.isoweekday() > _FRIDAY and found.is_working_day(day)),
    )
