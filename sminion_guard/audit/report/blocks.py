"""What sections are drawn with: for a page, for a terminal. They say what is shown, not how."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure that stands above all sections.

    :param alarming: whether somebody should look at it.
    """

    label: str
    value: int
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence.

    :param alarming: whether somebody should look at it.
    """

    text: str
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One row of a chart: a value for each day of the month."""

    label: str
    values: tuple[int, ...]

    @property
    def total(self) -> int:
        """Of all days."""
        return sum(self.values)

    @property
    def most(self) -> int:
        """Of the busiest day."""
        return max(self.values)

    @property
    def busiest(self) -> int:
        """The number of the first of the busiest days, from 1 on."""
        return self.values.index(self.most) + 1


@dataclass(frozen=True, slots=True)
class Chart:
    """Values of the days, one series below the other on one scale, with a table of them.

    :param what: what is counted, such as ``accesses``.
    :param one: what a series is, such as ``purpose``.
    """

    title: str
    what: str
    one: str
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Numbers stand on the right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


Block = Headline | Line | Chart | Table
