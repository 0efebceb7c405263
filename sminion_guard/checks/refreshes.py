"""Materialized views over protected tables: their owner has no ticket, and so cannot refresh them any more."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled


def refreshes(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Each materialized view that keeps what it has now for ever."""
    for view, role, tables in database.ask(
        "queries/preflight/refreshes", as_owner=False, **names(compiled.policy)
    ):
        yield Problem(
            "SG348",
            f"materialized view `{view}` can no longer be refreshed: it reads "
            + ", ".join(f"`{name}`" for name in tables),
            detail=f"REFRESH reads as `{role}`, who has no ticket, and ends with `SG201`; what the view holds stays as"
            " it is, people who are withheld from now on included",
            hint=f"`DROP MATERIALIZED VIEW {view}`, and make it a view WITH (security_invoker), or a table of the"
            " policy that a login fills for a purpose",
            refuses=False,
        )
