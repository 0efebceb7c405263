"""Processes that are forked: what their parent holds open is not theirs.

Servers of web applications load an application once and fork it. A child then has its parent's connections, whose
answers are the parent's; its locks, which a thread may hold that the child does not have; and its tickets.
"""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet

from sminion_guard.errors import ContextEscape


class Forkable(Protocol):
    """What a forked process must begin anew."""

    def begin_anew(self) -> None:
        """Called in the child, before anything else runs there: forget what is the parent's, and make new locks."""


_kept: WeakSet[Forkable] = WeakSet()


def begins_anew(kept: Forkable) -> None:
    """From here on, until it is collected, ``kept`` begins anew in each forked process."""
    _kept.add(kept)


def _begin_all_anew() -> None:
    for kept in list(_kept):
        kept.begin_anew()


def stay_in_process(process: int) -> None:
    """Refuse a connection of another process, whose answers would be read here.

    :param process: the one that made it.
    :raises ContextEscape: SG245.
    """
    if process != os.getpid():
        raise ContextEscape(
            "SG245", "this connection belongs to another process",
            detail=f"it was made by process {process}, and this is {os.getpid()}, forked from it",
            hint="connect anew in each process; a pool of psycopg is made after the fork",
        )


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all_anew)
