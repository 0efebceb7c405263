"""Looking at a database before a policy is applied to it: whether it can keep what the policy promises."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.ambiguous_paths import ambiguous_paths
from sminion_guard.checks.around import around
from sminion_guard.checks.asking import AskedOnce, Database
from sminion_guard.checks.definers import definers
from sminion_guard.checks.depersonalized import depersonalized, depersonalized_views
from sminion_guard.checks.dumps import backup_hidden, backup_members
from sminion_guard.checks.generated_subjects import generated_subjects
from sminion_guard.checks.indexes import indexes
from sminion_guard.checks.logins import logins
from sminion_guard.checks.missing_columns import missing_columns
from sminion_guard.checks.missing_tables import missing_tables
from sminion_guard.checks.neutral import neutral
from sminion_guard.checks.no_tables import no_tables
from sminion_guard.checks.nobody import nobody
from sminion_guard.checks.numbers import numbers
from sminion_guard.checks.policies import policies
from sminion_guard.checks.problem import Problem, UnfitDatabase
from sminion_guard.checks.refreshes import refreshes
from sminion_guard.checks.refusing import refusing
from sminion_guard.checks.retention import retention
from sminion_guard.checks.retention_indexes import retention_indexes
from sminion_guard.checks.revoked import revoked
from sminion_guard.checks.rows import rows
from sminion_guard.checks.server import server
from sminion_guard.checks.settling import settling
from sminion_guard.checks.subject_indexes import subject_indexes
from sminion_guard.checks.subject_types import subject_types
from sminion_guard.checks.triggers import triggers
from sminion_guard.checks.unlisted import unlisted
from sminion_guard.checks.values import values
from sminion_guard.checks.view_schemas import view_schemas
from sminion_guard.checks.ways_out import ways_out
from sminion_guard.compiler import Compiled

__all__ = ["Problem", "UnfitDatabase", "preflight"]

CHECKS = (
    server, logins, backup_members, missing_tables, no_tables, missing_columns, retention, depersonalized,
    subject_types, generated_subjects, ambiguous_paths, subject_indexes, retention_indexes,
    values, policies, backup_hidden, rows, around,
    definers,
    ways_out, settling, neutral, nobody, refusing, triggers, numbers, indexes, refreshes, unlisted, revoked,
    view_schemas, depersonalized_views,
)
"""In the order in which their findings are told."""


def preflight(database: Database, compiled: Compiled) -> tuple[Problem, ...]:
    """Every finding of every check, those that refuse first; nothing is changed."""
    asked = AskedOnce(database)

    def found() -> Iterator[Problem]:
        for check in CHECKS:
            yield from check(asked, compiled)

    return tuple(sorted(found(), key=lambda problem: not problem.refuses))
