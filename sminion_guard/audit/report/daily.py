"""Counts of the days of a month, under names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sminion_guard.audit.report.blocks import Chart, Series

SHOWN = 12
"""How many series a chart has at most; the others are added up."""
LONGEST = 60
"""How many characters of a name a chart shows."""
MOST = 20
"""How many units are counted by name: there may be any number of them, since logins make them up."""


@dataclass(frozen=True, slots=True)
class Daily:
    """What was counted under one name.

    :param name: None where the counts of several names are added up.
    :param names: how many names it are.
    """

    name: str | None
    days: tuple[int, ...]
    names: int = 1

    @property
    def total(self) -> int:
        """Of all days."""
        return sum(self.days)


@dataclass(slots=True)
class Counting:
    """Adds up counts as they come.

    :param days: how many the month has.
    """

    days: int
    _found: dict[str | None, list[int]] = field(default_factory=dict)
    _names: dict[str | None, int] = field(default_factory=dict)

    def add(self, name: str | None, day: int, times: int, names: int = 1) -> None:
        """Counts of one day, which is a number from 1 on."""
        self._found.setdefault(name, [0] * self.days)[day - 1] += times
        self._names[name] = names

    @property
    def daily(self) -> tuple[Daily, ...]:
        """The largest first, and last what has no name of its own."""
        made = [Daily(name, tuple(days), self._names[name]) for name, days in self._found.items()]
        return tuple(sorted(made, key=lambda each: (each.name is None, -each.total, each.name)))


def chart(title: str, what: str, one: str, counts: Iterable[Daily], label: Callable[[str], str] = str) -> Chart:
    """A chart of counts. What is beyond the twelve largest is added up.

    :param label: what a name is called.
    """
    every = list(counts)
    named = [each for each in every if each.name is not None]
    kept = named if len(every) <= SHOWN else named[:SHOWN - 1]
    series = [Series(_short(label(each.name or "")), each.days) for each in kept]
    rest = [each for each in every if each not in kept]
    if rest:
        names = sum(each.names for each in rest)
        series.append(Series(f"{names:,} others", tuple(map(sum, zip(*(each.days for each in rest), strict=True)))))
    return Chart(title, what, one, tuple(series))


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else label[:LONGEST - 1] + "…"
