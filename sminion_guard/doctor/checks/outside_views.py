"""Views and materialized views that show protected rows to roles outside of the policy."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding


def find(look: Look) -> Iterator[Finding]:
    """Each with each role that may read it; what roles of the policy may read, `trees_and_views` finds."""
    for view, quoted, kind, owner, reader, role in look.ask("outside_views"):
        yield Finding(
            "SG915", f"view {view}", f"`{reader}` may read `{view}`, which shows rows of protected tables",
            detail=("it keeps what its owner saw" if kind == "m" else f"it reads as `{owner}`, past row security")
            + f"; `{reader}` has no purpose, and no ticket is asked for",
            hint="revoke it, or make the view `security_invoker` and name the login in the policy",
            sql=f"REVOKE ALL ON {quoted} FROM {role}", facet=reader,
        )


CHECK = Check("outside_views", ("SG915",), find)
