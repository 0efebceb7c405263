"""What stands around protected tables and leads past row security: keys, trees of tables, rules and views."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, of_problems
from sminion_guard.migrate.preflight.around import around

CODES = ("SG426", "SG430", "SG431", "SG432", "SG433")


def find(look: Look) -> Iterator[Finding]:
    """Cascading keys, children and parents that are not protected, rules, and views that read as their owner."""
    return of_problems("relation", around(look.installer, look.compiled), *CODES)


CHECK = Check("trees_and_views", CODES, find)
