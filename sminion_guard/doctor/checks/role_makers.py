"""Roles that can make themselves, or others, members of a compartment."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, of_problems
from sminion_guard.migrate.preflight.ways_out import ways_out


def find(look: Look) -> Iterator[Finding]:
    """Roles with CREATEROLE before 16, or with the ADMIN option since."""
    return of_problems("role", ways_out(look.installer, look.compiled), "SG446")


CHECK = Check("role_makers", ("SG446",), find)
