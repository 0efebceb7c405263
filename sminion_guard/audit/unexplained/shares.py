"""How often something is so among peers: counted shares, and no model."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable

Peer = tuple[str | None, str]
"""Unit and purpose."""
BORROWED = 100
"""Of all units of the purpose a unit counts this many more: else one with a single access would find it usual. A unit
is a name that the application says, so an actor could make one up."""


class Shares:
    """How often each value is, by unit and purpose."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Hashable, Hashable]] = Counter()
        self._totals: Counter[Hashable] = Counter()

    def add(self, peer: Peer, value: Hashable, times: int = 1) -> None:
        """Count a value."""
        for group in (peer, peer[1]):
            self._counts[group, value] += times
            self._totals[group] += times

    def of(self, peer: Peer, value: Hashable) -> float:
        """The share of a value that was counted, above 0."""
        purpose = peer[1]
        general = self._counts[purpose, value] / self._totals[purpose]
        return (self._counts[peer, value] + BORROWED * general) / (self._totals[peer] + BORROWED)


class Tails:
    """How often a number is as high, or higher, by unit and purpose."""

    def __init__(self, numbers: Iterable[tuple[Peer, int]]) -> None:
        found: dict[Hashable, list[int]] = defaultdict(list)
        for peer, number in numbers:
            found[peer].append(number)
            found[peer[1]].append(number)
        self._sorted = {group: sorted(listed) for group, listed in found.items()}

    def of(self, peer: Peer, number: int) -> float:
        """The share of numbers from this one up, which was among them: above 0."""
        own, all_units = self._sorted[peer], self._sorted[peer[1]]
        general = _from(all_units, number) / len(all_units)
        return (_from(own, number) + BORROWED * general) / (len(own) + BORROWED)


def _from(numbers: list[int], number: int) -> int:
    return len(numbers) - bisect_left(numbers, number)
