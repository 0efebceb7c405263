"""Measuring in turns, so that a noisy machine disturbs all variants alike."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Barrier, Thread

from bench.session.timing import timed, work
from bench.session.variants import Variant
from bench.session.workers import Workers
from bench.session.workloads import ALONE, TOGETHER

Done = Callable[[], None]
"""Called after each turn, for a progress bar."""


@dataclass(slots=True)
class Cell:
    """What was measured of one workload and variant.

    :param spent: microseconds of each unit of work.
    :param rounds: for each round what is compared: the median in microseconds, or units of work in a second.
    """

    spent: list[float] = field(default_factory=list)
    rounds: list[float] = field(default_factory=list)

    def percentile(self, which: int) -> float:
        """In microseconds."""
        return statistics.quantiles(self.spent, n=100)[which - 1]

    def ratio(self, other: Cell) -> float:
        """Median over the rounds of the ratio to another variant in the same round: what drifts, drifts out."""
        return statistics.median(mine / its for mine, its in zip(self.rounds, other.rounds, strict=False))


Table = dict[str, dict[str, Cell]]
"""By workload and variant."""


def alone(
    variants: Sequence[Variant], workloads: Sequence[str], rounds: int, repeat: int, into: Table, done: Done
) -> None:
    """One thread, ``repeat`` units of each workload and variant in each of ``rounds`` rounds, in random order."""
    for number in range(rounds + 1):
        for workload in workloads:
            run = ALONE[workload]
            for variant in random.sample(list(variants), len(variants)):
                spent = [timed(run, variant) for _ in range(repeat)]
                if number:  # the first round fills caches and prepares statements
                    cell = into.setdefault(workload, {}).setdefault(variant.name, Cell())
                    cell.spent += spent
                    cell.rounds.append(statistics.median(spent))
                done()


def threads(
    variants: Sequence[Variant], many: int, rounds: int, seconds: float, into: Table, done: Done
) -> None:
    """``many`` threads at once, each variant for ``seconds`` in each round."""
    for number in range(rounds + 1):
        for workload in TOGETHER:
            for variant in random.sample(list(variants), len(variants)):
                _add(into, workload, variant.name, _threads(variant, workload, many, seconds), seconds, number > 0)
                done()


def processes(workers: Workers, names: Sequence[str], rounds: int, seconds: float, into: Table, done: Done) -> None:
    """One thread in each process of ``workers``."""
    for number in range(rounds + 1):
        for workload in TOGETHER:
            for name in random.sample(list(names), len(names)):
                _add(into, workload, name, workers.work(name, workload, seconds), seconds, number > 0)
                done()


def _threads(variant: Variant, workload: str, many: int, seconds: float) -> list[float]:
    found: list[list[float]] = []
    ready = Barrier(many)

    def one() -> None:
        if workload.startswith("psycopg"):
            assert variant.driver  # connected before the clock runs
        ready.wait()
        found.append(work(variant, workload, seconds))
        variant.leave()

    threads = [Thread(target=one) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == many, "a thread failed"
    return [each for spent in found for each in spent]


def _add(into: Table, workload: str, name: str, spent: list[float], seconds: float, counts: bool) -> None:
    if counts:
        cell = into.setdefault(workload, {}).setdefault(name, Cell())
        cell.spent += spent
        cell.rounds.append(len(spent) / seconds)
