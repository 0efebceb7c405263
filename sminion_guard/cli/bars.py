"""Progress on a terminal, for all commands that take a while; elsewhere only what a command waits for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from sminion_guard.migrate import Progress as Telling
    from sminion_guard.migrate import Step


def waiting_line(step: Step) -> str:
    """Says what `apply` waits for."""
    of = "" if step.total is None else f" (attempt {step.done} of {step.total})"
    return f"waiting for locks{of}" + (f": held by {step.holders}" if step.holders else "")


@contextmanager
def bars() -> Iterator[Telling]:
    """Shows a bar for each kind of work on a terminal, and a line whenever a command waits for somebody else."""
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    told = ""

    def wait(step: Step) -> None:
        nonlocal told
        if step.holders != told or step.done == 1:
            console.print(waiting_line(step))
            told = step.holders

    if not sys.stderr.isatty():
        yield lambda step: wait(step) if step.work == "waiting" else None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
               TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        known: dict[str, TaskID] = {}

        def show(step: Step) -> None:
            if step.work == "waiting":
                wait(step)
                return
            if step.work not in known:
                known[step.work] = shown.add_task(step.work, total=step.total)
            shown.update(known[step.work], completed=step.done, total=step.total)

        yield show


@contextmanager
def counting(work: str) -> Iterator[Callable[[int, int], object]]:
    """Shows one bar on a terminal: told how much of how much is done."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}/{task.total:,}"),
               TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(work, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
