"""Whether a program grows: by its live blocks, which are counted exactly, and by what the system says it holds."""

from __future__ import annotations

import gc
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sample:
    """A moment of a program.

    :param statements: executed so far.
    :param blocks: of memory that Python's objects live in.
    :param kilobytes: of the process in RAM, those of C libraries included.
    """

    statements: int
    blocks: int
    kilobytes: int

    @classmethod
    def now(cls, statements: int) -> Sample:
        gc.collect()
        return cls(statements, sys.getallocatedblocks(), _resident())


def _resident() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("the system does not say how much memory a process has")


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between all pairs of points (Theil and Sen): single jumps do not count, a trend does."""
    return statistics.median((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2))


def blocks_per_statement(samples: Sequence[Sample]) -> float:
    """How many blocks each statement leaves behind; one leaked object makes it 1 or more."""
    return slope([(sample.statements, sample.blocks) for sample in samples])


def bytes_per_statement(samples: Sequence[Sample]) -> float:
    """How much each statement leaves behind, in C libraries too."""
    return slope([(sample.statements, 1024 * sample.kilobytes) for sample in samples])
