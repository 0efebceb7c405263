"""The logins of the policy: none may stand above it, by attribute, membership or ownership."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, of_problems
from sminion_guard.migrate.preflight.logins import logins

CODES = ("SG420", "SG421", "SG422", "SG423", "SG441")


def find(look: Look) -> Iterator[Finding]:
    """What `plan` says of logins, as they are now."""
    return of_problems("login", logins(look.installer, look.compiled), *CODES)


CHECK = Check("logins", CODES, find)
