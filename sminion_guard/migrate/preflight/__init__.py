"""Looking at a database before a policy is applied to it: whether it can keep what the policy promises."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler import Compiled
from sminion_guard.migrate.preflight.around import around
from sminion_guard.migrate.preflight.logins import logins
from sminion_guard.migrate.preflight.problem import Problem, UnfitDatabase
from sminion_guard.migrate.preflight.server import server
from sminion_guard.migrate.preflight.tables import tables
from sminion_guard.migrate.transaction import Installer

__all__ = ["Problem", "UnfitDatabase", "preflight"]

CHECKS = (server, logins, tables, around)
"""In the order in which their findings are told."""


def preflight(installer: Installer, compiled: Compiled) -> tuple[Problem, ...]:
    """Every finding of every check, those that refuse first; nothing is changed."""
    def found() -> Iterator[Problem]:
        for check in CHECKS:
            yield from check(installer, compiled)

    return tuple(sorted(found(), key=lambda problem: not problem.refuses))
