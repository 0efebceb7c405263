"""What waits for maintenance, and what keeps it from being done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level, Remedy

PATIENCE = 15
"""Minutes that something may wait: maintenance is to run every minute."""


def find(look: Look) -> Iterator[Finding]:
    """Entries of the log, changed states and masks that wait; months of the log that are not made."""
    ((rows, journal_age, waits_for, people, age, stuck, months, failed, _, states, tables),) = look.ask(
        "maintenance", as_owner=True)
    if failed:
        yield Finding("SG923", "maintenance", "maintenance fails", detail=failed,
                      hint="see `sminion.maintenance_status`; what it names waits until it succeeds")
    if stuck:
        yield Finding("SG923", "settling", f"{stuck} people cannot be settled",
                      detail="they stay hidden from purposes that they still permit, and each statement pays for it",
                      hint="see `sminion.settle_problems`")
    if rows and (journal_age or 0) >= PATIENCE:
        yield _waits("journal", f"{rows} batches of the log wait in the journal, for {journal_age} minutes",
                     f"it waits for {waits_for}" if waits_for else "what waits is on record, and not yet in order")
    if people and (age or 0) >= PATIENCE:
        yield _waits("states", f"{people} people wait for settling, for {age} minutes",
                     "meanwhile they are withheld one by one, and each statement pays for it")
    if states or tables:
        yield replace(_waits("masks", f"masks are not filled in: {states} states and {tables} tables wait",
                             "rows without the masks of the policy in force are hidden, from whom they are for too"),
                      remedy=Remedy.APPLY)
    if months is not None and months < 1:
        yield _waits("months", "the log has no table for the next month",
                     "on its first day nothing could be recorded, and so nothing released")


def _waits(what: str, message: str, detail: str) -> Finding:
    return Finding("SG922", what, message, detail=detail, level=Level.WARNING, remedy=Remedy.MAINTAIN,
                   hint="let `sminion-guard maintain` run every minute; guarded sessions do it by themselves")


CHECK = Check("maintenance", ("SG922", "SG923"), find)
