"""Runs the story from beginning to end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter

from sminion_guard.demo import story_application, story_context, story_log, story_people, story_wall
from sminion_guard.demo.keep import farewell
from sminion_guard.demo.stage import Stage, build
from sminion_guard.demo.teller import Teller
from sminion_guard.embedded import Server, find_binaries

STORY: tuple[Callable[[Stage], None], ...] = (
    story_wall.promises,
    story_wall.ordinary_day,
    story_wall.merge_wall,
    story_context.forged_context,
    story_context.not_needed,
    story_people.consent,
    story_people.objection,
    story_people.block,
    story_people.retention,
    story_application.application,
    story_log.access_log,
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


def run(*, people: int, pg: str | None = None, keep: bool = False, teller: Teller | None = None) -> Outcome:
    """Start a server, build the shop on it, tell the story, and end the server.

    :param people: how many customers to generate.
    :param pg: which PostgreSQL, as :func:`sminion_guard.embedded.find_binaries` takes it.
    :param keep: leave the server running and say how to connect.
    :param teller: who tells; by default one on stdout.
    :raises GuardError: when the server does not start, or installing fails.
    """
    teller = teller or Teller()
    binaries = find_binaries(pg)
    begun = perf_counter()
    teller.say(f"A shop with {people} customers, on a PostgreSQL {'.'.join(map(str, binaries.version))} of its own.")
    teller.console.print()
    # Nothing here need survive a crash of the machine, unless it is to be played with afterwards.
    server = Server(binaries, durable=keep, keep=keep)
    with ExitStack() as stack:
        stack.push(server)  # ends it whatever happens from here on
        with teller.work("a new server, in a private directory"):
            server.start()
        stage = stack.enter_context(build(server, people, teller))
        for chapter in STORY:
            chapter(stage)
        teller.console.print()
        _ending(teller, perf_counter() - begun)
        if keep:
            farewell(stage)
    return Outcome(teller.answers, tuple(teller.surprises))


def _ending(teller: Teller, seconds: float) -> None:
    if not teller.surprises:
        teller.say(f"{teller.answers} answers, all as expected, in {seconds:.0f} s.")
        return
    teller.say(f"{len(teller.surprises)} of {teller.answers} answers were not as expected, in {seconds:.0f} s:")
    for surprise in teller.surprises:
        teller.console.print(f"  {surprise}", markup=False)
