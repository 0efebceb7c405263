"""Events without rows: explained by months that were dropped, exactly, or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Missing:
    """Collects numbers as ranges, and what the leaves of dropped months say."""

    ranges: list[list[int]] = field(default_factory=list)
    months: list[dict[str, Any]] = field(default_factory=list)

    def add(self, number: int) -> None:
        """A number without a row; they come in order."""
        if self.ranges and self.ranges[-1][1] == number - 1:
            self.ranges[-1][1] = number
        else:
            self.ranges.append([number, number])

    def dropped(self, entry: bytes) -> None:
        """The leaf of a dropped month, as it was sealed."""
        self.months.append(json.loads(entry))

    @property
    def count(self) -> int:
        """How many are missing."""
        return sum(last - first + 1 for first, last in self.ranges)

    @property
    def explained(self) -> int:
        """How many events the dropped months had."""
        return sum(month["events"] for month in self.months)

    def unexplained(self) -> Iterator[int]:
        """Numbers that no dropped month can have had."""
        spans = [(month["first"], month["last"]) for month in self.months if month["first"] is not None]
        for first, last in self.ranges:
            for number in range(first, last + 1):
                if not any(low <= number <= high for low, high in spans):
                    yield number
