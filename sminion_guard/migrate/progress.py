"""What long work says while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step that is done.

    :param work: ``states``, ``subjects``, the name of a table, or ``waiting``.
    :param done: states, subjects, blocks or attempts done so far.
    :param total: of how many; None while that is not known.
    :param rows: rows or states changed by this step.
    :param holders: of ``waiting``: the sessions that hold what is waited for, where that is known.
    """

    work: str
    done: int
    total: int | None
    rows: int
    holders: str = ""


Progress = Callable[[Step], None]
"""A callback that gets each step when it is done."""


def silent(step: Step) -> None:
    """For callers who do not want to know."""
