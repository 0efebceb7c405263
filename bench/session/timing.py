"""How long units of work take."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.session.variants import Variant
from bench.session.workloads import ALONE


def work(variant: Variant, workload: str, seconds: float) -> list[float]:
    """Microseconds of each unit of work that began within ``seconds``."""
    run, end, spent = ALONE[workload], time.perf_counter() + seconds, []
    while time.perf_counter() < end:
        spent.append(timed(run, variant))
    return spent


def timed(run: Callable[[Variant], None], variant: Variant) -> float:
    """Microseconds of one unit of work."""
    start = time.perf_counter()
    run(variant)
    return (time.perf_counter() - start) * 1e6
