"""Rows that the guard cannot bring up to date: what the person decided does not reach them."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.settling import settling
from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, of_problems
from sminion_guard.migrate.change import State


def find(look: Look) -> Iterator[Finding]:
    """What `plan` says, but for tables whose own objects are altered or missing: these are found as such."""
    objects = look.plan.installed.objects.values()
    broken = [entry.key for entry in objects if entry.state in (State.ALTERED, State.MISSING)]
    for finding in of_problems("table", settling(look.database, look.compiled), "SG512"):
        table = finding.object.partition(" ")[2]
        if not any(f":{table}:" in f"{key}:" for key in broken):
            yield finding


CHECK = Check("settling", ("SG512",), find)
