"""One object of a plan, and how it stands to the policy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sminion_guard.compiler import Statement
from sminion_guard.migrate.installed import InstalledObject


class State(StrEnum):
    """The state of an object: as the policy says, outdated, altered, missing or stray."""

    INSTALLED = "INSTALLED"
    """in place, as the policy wants it"""
    NEW = "NEW"
    """the policy wants it, and it was never installed"""
    OUTDATED = "OUTDATED"
    """in place as an earlier policy, or an earlier version of the guard, wanted it"""
    ALTERED = "ALTERED"
    """somebody changed it after it was installed"""
    MISSING = "MISSING"
    """somebody removed it after it was installed"""
    STRAY = "STRAY"
    """in place, and no longer wanted"""


SIGNS = {
    State.NEW: "+", State.OUTDATED: "~", State.ALTERED: "!", State.MISSING: "!", State.STRAY: "-", State.INSTALLED: " ",
}
"""How a line of a plan begins; ``!`` is a repair."""


@dataclass(frozen=True, slots=True)
class Change:
    """One object of the plan.

    :param statement: what is compiled for it; None for a stray, and for what nothing can mend.
    :param installed: what the registry knows of it; None for a new one, and for objects of schema ``sminion``.
    """

    key: str
    state: State
    statement: Statement | None
    installed: InstalledObject | None

    @property
    def sql(self) -> str:
        """What would be run for it; nothing when it is in place."""
        if self.state is State.INSTALLED:
            return ""
        if self.statement is not None:
            return self.statement.sql
        return self.installed.reverse if self.installed is not None else ""

    @property
    def excess(self) -> tuple[str, ...]:
        """What is too much in it, thing by thing."""
        return self.installed.excess if self.installed is not None else ()
