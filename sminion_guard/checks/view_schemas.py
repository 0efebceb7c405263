"""The schemas of views are free: `apply` makes them, and drops them when the policy no longer asks for them."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled


def view_schemas(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Schemas of views that somebody else made."""
    wanted = {purpose.views for purpose in compiled.policy.purposes.values() if purpose.views is not None}
    wanted |= {view.schema for view in compiled.policy.depersonalized_views.values()}
    if not wanted:
        return
    for schema, owner in database.ask("queries/preflight/view_schemas", schemas=sorted(wanted)):
        yield Problem(
            "SG463", f"schema `{schema}`, which is to hold views of the policy, exists",
            detail=f"it belongs to `{owner}`; what else is in it would be taken for a view of the policy",
            hint="name another schema in the policy, or drop this one",
        )
