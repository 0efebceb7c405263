"""What blocks, done in the midst of a generator of psycopg without blocking the loop that drives it.

psycopg's generators know only their own socket to wait for. One that needs something else yields an errand in between:
it is driven up to there, the errand is run in a thread, and the generator goes on with what came of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that blocks.

    :param work: does it; its result, or its error, is what the generator goes on with.
    """

    work: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The end of a generator, with its value."""

    value: T


def up_to_errand(
    generator: Generator[Any, Any, T], resume: Callable[[], Any]
) -> Generator[Any, Any, Errand | Done[T]]:
    """``generator``, up to its next errand or its end.

    :param resume: makes its next step.
    """
    try:
        asked = resume()
        while not isinstance(asked, Errand):
            try:
                ready = yield asked
            except GeneratorExit:
                # While it is being closed already it may let go of us on its way.
                if not getattr(generator, "gi_running", False):
                    generator.close()
                raise
            except BaseException as error:
                asked = generator.throw(error)
            else:
                asked = generator.send(ready)
        return asked
    except StopIteration as end:
        return Done(end.value)


async def driven(
    generator: Generator[Any, Any, T], drive: Callable[[Generator[Any, Any, Errand | Done[T]]], Awaitable[Any]]
) -> T:
    """The value of ``generator``.

    :param drive: drives a generator that has no errands.
    """
    resume: Callable[[], Any] = partial(next, generator)
    while True:
        reached = await drive(up_to_errand(generator, resume))
        if isinstance(reached, Done):
            value: T = reached.value
            return value
        try:
            resume = partial(generator.send, await asyncio.to_thread(reached.work))
        except BaseException as error:  # a cancelled task too: the generator cleans up
            resume = partial(generator.throw, error)
