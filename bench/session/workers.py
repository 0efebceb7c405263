"""Several processes that work at the same time, as the workers of a web server do."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from types import TracebackType
from typing import Any, Self

from bench.session.timing import work
from bench.session.variants import Variant
from bench.session.world import World


class Workers:
    """``many`` processes, each with its own engines for each of ``names``; killed at the end of the block."""

    def __init__(self, world: World, names: Sequence[str], many: int) -> None:
        context = get_context("spawn")
        self._ready = context.Barrier(many)  # kept until the processes have opened it
        self._pipes: list[Connection[Any, Any]] = []
        self._processes = []
        for _ in range(many):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, self._ready, world, tuple(names)), daemon=True)
            process.start()
            self._pipes.append(ours)
            self._processes.append(process)

    def work(self, name: str, workload: str, seconds: float) -> list[float]:
        """Let all processes work at once; returns microseconds of each unit of work."""
        for pipe in self._pipes:
            pipe.send((name, workload, seconds))
        return [spent for pipe in self._pipes for spent in pipe.recv()]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.kill()
            process.join()


def _serve(pipe: Connection[Any, Any], ready: Barrier, world: World, names: tuple[str, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    variants = {name: Variant(world, name, size=1) for name in names}
    while True:
        name, workload, seconds = pipe.recv()
        ready.wait()
        pipe.send(work(variants[name], workload, seconds))
