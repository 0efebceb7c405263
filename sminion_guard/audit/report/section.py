"""What a section of a report is: it asks for its figures, and says how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sminion_guard.audit.reading.categories import Policies
from sminion_guard.audit.reading.log import Log
from sminion_guard.audit.report.blocks import Block
from sminion_guard.audit.report.month import Month

Figures = TypeVar("Figures")


@dataclass(frozen=True, slots=True)
class Asked:
    """What sections are given.

    :param policies: those that were in force in the month.
    """

    log: Log
    month: Month
    policies: Policies

    def rows(self, query: str, **more: object) -> Iterator[dict[str, Any]]:
        """What a query of ``sql/queries/audit`` counts in the month.

        :param query: its name. It may compare with ``since``, ``until``, ``days`` (where each begins) and ``more``.
        """
        month = self.month
        return self.log.figures(query, since=month.since, until=month.until, days=list(month.edges[:-1]), **more)


@dataclass(frozen=True, slots=True)
class Section(Generic[Figures]):
    """A section.

    :param name: of its figures in JSON.
    :param ask: counts. What it returns is printed as JSON: no keys of people, no names of actors, no texts of theirs.
    :param draw: what is shown. Nothing where there is nothing to say; one line where it matters that there is nothing.
    """

    name: str
    title: str
    ask: Callable[[Asked], Figures]
    draw: Callable[[Figures, Month], Iterable[Block]]
