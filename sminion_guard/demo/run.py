"""Runs the story from beginning to end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter

from sminion_guard.demo import (
    story_application,
    story_context,
    story_destruction,
    story_disclosure,
    story_log,
    story_merges,
    story_people,
    story_report,
)
from sminion_guard.demo.keep import farewell
from sminion_guard.demo.printer import Printer
from sminion_guard.demo.shop import Shop, build
from sminion_guard.embedded import Server, find_binaries

STORY: tuple[Callable[[Shop], None], ...] = (
    story_merges.promises,
    story_merges.ordinary_day,
    story_merges.merges,
    story_context.forged_context,
    story_context.not_needed,
    story_people.consent,
    story_people.objection,
    story_people.block,
    story_report.report,
    story_people.retention,
    story_application.application,
    story_log.access_log,
    story_disclosure.disclosure,
    story_destruction.destruction,
)
"""The chapters, in order."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the story went.

    :param answers: answers that were judged.
    :param surprises: those that were not the expected ones, with what was expected and what came.
    """

    answers: int
    surprises: tuple[str, ...]


def run(*, people: int, pg: str | None = None, keep: bool = False, printer: Printer | None = None) -> Outcome:
    """Start a server, build the shop on it, tell the story, and end the server.

    :param people: how many customers to generate.
    :param pg: which PostgreSQL, as :func:`sminion_guard.embedded.find_binaries` takes it.
    :param keep: leave the server running and say how to connect.
    :param printer: prints; by default to stdout.
    :raises GuardError: when the server does not start, or installing fails.
    """
    printer = printer or Printer()
    binaries = find_binaries(pg)
    begun = perf_counter()
    printer.say(f"A shop with {people} customers, on a PostgreSQL {'.'.join(map(str, binaries.version))} of its own.")
    printer.console.print()
    # Nothing here need survive a crash of the machine, unless it is to be played with afterwards.
    server = Server(binaries, durable=keep, keep=keep)
    with ExitStack() as stack:
        stack.push(server)  # ends it whatever happens from here on
        with printer.work("a new server, in a private directory"):
            server.start()
        shop = stack.enter_context(build(server, people, printer))
        for chapter in STORY:
            chapter(shop)
        printer.console.print()
        _ending(printer, perf_counter() - begun)
        if keep:
            farewell(shop)
    return Outcome(printer.answers, tuple(printer.surprises))


def _ending(printer: Printer, seconds: float) -> None:
    if not printer.surprises:
        printer.say(f"{printer.answers} answers, all as expected, in {seconds:.0f} s.")
        return
    printer.say(f"{len(printer.surprises)} of {printer.answers} answers were not as expected, in {seconds:.0f} s:")
    for surprise in printer.surprises:
        printer.console.print(f"  {surprise}", markup=False)
