"""Looking at a database before a policy is applied to it: whether it can keep what the policy promises."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler import Compiled
from sminion_guard.migrate.preflight.around import around
from sminion_guard.migrate.preflight.definers import definers
from sminion_guard.migrate.preflight.indexes import indexes
from sminion_guard.migrate.preflight.logins import logins
from sminion_guard.migrate.preflight.neutral import neutral
from sminion_guard.migrate.preflight.nobody import nobody
from sminion_guard.migrate.preflight.numbers import numbers
from sminion_guard.migrate.preflight.policies import policies
from sminion_guard.migrate.preflight.problem import Problem, UnfitDatabase
from sminion_guard.migrate.preflight.refreshes import refreshes
from sminion_guard.migrate.preflight.refusing import refusing
from sminion_guard.migrate.preflight.revoked import revoked
from sminion_guard.migrate.preflight.rows import rows
from sminion_guard.migrate.preflight.server import server
from sminion_guard.migrate.preflight.settling import settling
from sminion_guard.migrate.preflight.tables import tables
from sminion_guard.migrate.preflight.triggers import triggers
from sminion_guard.migrate.preflight.unlisted import unlisted
from sminion_guard.migrate.preflight.values import values
from sminion_guard.migrate.preflight.ways_out import ways_out
from sminion_guard.migrate.transaction import Installer

__all__ = ["Problem", "UnfitDatabase", "preflight"]

CHECKS = (
    server, logins, tables, values, policies, rows, around, definers, ways_out, settling, neutral, nobody, refusing,
    triggers, numbers, indexes, refreshes, unlisted, revoked,
)
"""In the order in which their findings are told."""


def preflight(installer: Installer, compiled: Compiled) -> tuple[Problem, ...]:
    """Every finding of every check, those that refuse first; nothing is changed."""
    def found() -> Iterator[Problem]:
        for check in CHECKS:
            yield from check(installer, compiled)

    return tuple(sorted(found(), key=lambda problem: not problem.refuses))
