"""Schema `sminion` itself: an altered function there opens every table, and no other check would notice."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Remedy
from sminion_guard.migrate.change import Change, State
from sminion_guard.migrate.guard_schema import guard_changes

_MEANING = {
    State.ALTERED: "somebody changed it after it was installed: what it kept may be open",
    State.MISSING: "what it kept is open, or fails",
    State.STRAY: "it is not the guard's: who calls or reads in schema `sminion` may get it instead",
}


def find(look: Look) -> Iterator[Finding]:
    """Each function, trigger, table or view of schema `sminion` that is not as it was made."""
    for change in guard_changes(look.installer):
        yield _finding(change)


def _finding(change: Change) -> Finding:
    name = change.key.removeprefix("guard:")
    mends = change.statement is not None
    return Finding(
        "SG443", name, f"`{name}` of schema `sminion` is {change.state.value.lower()}",
        detail=_MEANING.get(change.state),
        hint="`sminion-guard apply` makes it anew" if mends
        else "undo the change; drop what is foreign: nothing here can mend it",
        sql=change.sql or None,
        remedy=Remedy.APPLY if mends else None,
    )


CHECK = Check("guard_objects", ("SG443",), find)
