"""Entries of the log that are not what they claim to be, and gaps: in a healthy log there are none."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding


def find(look: Look) -> Iterator[Finding]:
    """By login and kind of fault."""
    for login, code, count, last, message in look.ask("log_faults", as_owner=True):
        yield Finding(
            "SG924", f"log of {login}", f"{count} fault{'' if count == 1 else 's'} in the log of `{login}`: {message}",
            detail=f"the last at {last}; something was written under a wrong name, or is missing: what that login did"
            " cannot be proved for that time",
            hint=f"read `sminion.log_faults`, and find out what `{login}` ran then; faults stay on record, so name them"
            " in the baseline once they are explained",
            facet=code,
        )


CHECK = Check("log_faults", ("SG924",), find)
