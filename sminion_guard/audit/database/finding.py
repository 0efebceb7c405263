"""What verifying finds, one by one, but never more than a person reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

MOST = 100


class Kind(StrEnum):
    """What is wrong with a log."""

    CHANGED = "changed"
    """The row of an event says something else than when it was sealed."""
    GONE = "gone"
    """An event has no row, and is none of those that were dropped."""
    EXTRA = "extra"
    """A row that is no leaf: with the number of another one, without a number, or about one more person."""
    TREE = "tree"
    """The tree has other hashes than its checkpoint, or none."""
    CHECKPOINT = "checkpoint"
    """A checkpoint has a false signature, or is of another log."""
    SHORTER = "shorter"
    """A checkpoint has more events than the log: it was truncated, or an old copy was restored."""
    FUNCTION = "function"
    """Leaves are made by another function than the one of this version."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    :param number: of the event, where it is one.
    """

    kind: Kind
    message: str
    number: int | None = None


@dataclass(slots=True)
class Findings:
    """The first of each kind, and how many there are."""

    listed: list[Finding] = field(default_factory=list)
    counts: Counter[Kind] = field(default_factory=Counter)

    def add(self, kind: Kind, message: str, number: int | None = None) -> None:
        """Notes a finding."""
        self.counts[kind] += 1
        if self.counts[kind] <= MOST:
            self.listed.append(Finding(kind, message, number))
