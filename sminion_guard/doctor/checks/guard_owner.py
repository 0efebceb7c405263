"""The owner of the guard owns it, and can do nothing else: whatever it may do, the guard's functions may."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Remedy


def find(look: Look) -> Iterator[Finding]:
    """Attributes of ``sminion_owner``."""
    for (power,) in look.ask("guard_owner"):
        yield Finding(
            "SG401", "role sminion_owner", f"role `sminion_owner` has {power}",
            detail="the functions of the guard act as it, so they would do more than they were made for",
            hint=f"`ALTER ROLE sminion_owner NO{power}`", sql=f"ALTER ROLE sminion_owner NO{power}",
            facet=power, remedy=Remedy.SQL,
        )


CHECK = Check("guard_owner", ("SG401",), find)
