"""Retentions that are shorter than the time between two looks for what has expired."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level


def find(look: Look) -> Iterator[Finding]:
    """Rows are hidden in time, and stay in the database for longer than the policy says."""
    for table, keep, seconds in look.ask("retention_schedule", as_owner=True):
        yield Finding(
            "SG579", f"table {table}",
            f"rows of `{table}` are kept for {keep}, and {_long(seconds)} passed between two looks for expired ones",
            detail="they are hidden in time, but are in the database for longer than the policy says",
            level=Level.WARNING,
            hint="let `sminion-guard maintain` run every minute; where it does, see `sminion-guard retention status`"
            " for what keeps it from looking: it spends at most a thousandth of its time on that",
        )


def _long(seconds: int) -> str:
    if seconds < 2 * 3600:
        return f"{seconds // 60} minutes"
    return f"{seconds // 3600} hours" if seconds < 2 * 86400 else f"{seconds // 86400} days"


CHECK = Check("retention_schedule", ("SG579",), find)
