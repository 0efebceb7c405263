"""One entry of the catalogue of codes."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard import errors


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of the catalogue.

    :param code: five characters, a valid SQLSTATE.
    :param title: what happened, in a few words.
    :param why: why it is refused: the promise or the attack behind it.
    :param fix: what a user does about it.
    :param error: the Python class it is raised as.
    """

    code: str
    title: str
    why: str
    fix: str
    error: type[errors.GuardError]
