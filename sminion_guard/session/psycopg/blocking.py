"""Runs blocking calls in a thread while a generator of psycopg waits.

psycopg's generators know only their own socket to wait for. One that needs something else yields a :class:`Blocking`
in between: it is driven up to there, the call is made without blocking the loop, and the generator goes on with its
result.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Blocking:
    """A call that blocks; its result, or its error, is what the generator goes on with.

    :param work: makes it, in a thread.
    :param awaitable: makes it in the loop, where it can be awaited.
    """

    work: Callable[[], Any] | None = None
    awaitable: Callable[[], Awaitable[Any]] | None = None

    async def run(self) -> Any:
        """Make the call."""
        if self.awaitable is not None:
            return await self.awaitable()
        assert self.work is not None
        return await asyncio.to_thread(self.work)


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """The end of a generator, with its value."""

    value: T


def up_to_blocking(
    generator: Generator[Any, Any, T], resume: Callable[[], Any]
) -> Generator[Any, Any, Blocking | Done[T]]:
    """``generator``, up to its next blocking call or its end.

    :param resume: makes its next step.
    """
    try:
        asked = resume()
        while not isinstance(asked, Blocking):
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
    generator: Generator[Any, Any, T], drive: Callable[[Generator[Any, Any, Blocking | Done[T]]], Awaitable[Any]]
) -> T:
    """The value of ``generator``.

    :param drive: drives a generator that makes no blocking calls.
    """
    resume: Callable[[], Any] = partial(next, generator)
    while True:
        reached = await drive(up_to_blocking(generator, resume))
        if isinstance(reached, Done):
            value: T = reached.value
            return value
        try:
            resume = partial(generator.send, await reached.run())
        except BaseException as error:  # a cancelled task too: the generator cleans up
            resume = partial(generator.throw, error)
