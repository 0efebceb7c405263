"""Events without rows: explained by months and tickets that were dropped, exactly, or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Missing:
    """Collects numbers as ranges, and what the leaves about dropped ones say."""

    ranges: list[list[int]] = field(default_factory=list)
    months: list[dict[str, Any]] = field(default_factory=list)

    def add(self, number: int) -> None:
        """A number without a row; they come in order."""
        if self.ranges and self.ranges[-1][1] == number - 1:
            self.ranges[-1][1] = number
        else:
            self.ranges.append([number, number])

    def dropped(self, kind: str, entry: bytes) -> None:
        """A leaf, as it was sealed: does it say that events were dropped?"""
        if kind == "dropped_month":
            self.months.append(json.loads(entry))
        elif kind == "act" and b"drop_tickets" in entry:
            said = json.loads(entry)
            if said["act"] == "drop_tickets":
                self.months.append(said["detail"])

    @property
    def count(self) -> int:
        """How many are missing."""
        return sum(last - first + 1 for first, last in self.ranges)

    @property
    def explained(self) -> int:
        """How many events were dropped."""
        return sum(month["events"] for month in self.months)

    def unexplained(self) -> Iterator[int]:
        """Numbers that nothing can have had that was dropped."""
        spans = sorted((month["first"], month["last"]) for month in self.months if month["first"] is not None)
        for first, last in self.ranges:
            for low, high in spans:
                yield from range(first, min(low, last + 1))
                first = max(first, high + 1)
            yield from range(first, last + 1)
