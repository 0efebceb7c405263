"""Materialized views over protected tables: their owner sees no row there, and so refreshes them to nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler import Compiled
from sminion_guard.migrate.preflight.problem import Problem
from sminion_guard.migrate.preflight.tables import names
from sminion_guard.migrate.transaction import Installer


def refreshes(installer: Installer, compiled: Compiled) -> Iterator[Problem]:
    """Each materialized view that the next REFRESH empties."""
    for view, role, tables in installer.ask(
        "queries/preflight/refreshes", as_owner=False, **names(compiled.policy)
    ):
        yield Problem(
            "SG348",
            f"REFRESH MATERIALIZED VIEW {view} finds no rows of " + ", ".join(f"`{name}`" for name in tables),
            detail=f"it reads them as `{role}`, who sees no row of a protected table: the view is emptied without an"
            " error, and until then it keeps people who are withheld",
            hint=f"`DROP MATERIALIZED VIEW {view}`, and make it a view WITH (security_invoker), or a table of the"
            " policy that a login fills for a purpose",
            refuses=False,
        )
