"""The DDL guard: not there at all, or suspended. Event triggers altered or gone are objects of the guard."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level


def find(look: Look) -> Iterator[Finding]:
    """Without it, what weakens a table works until somebody looks."""
    ((triggers, login, until, reason),) = look.ask("ddl_guard", as_owner=True)
    if not triggers:
        yield Finding(
            "SG478", "ddl guard", "the DDL guard is not installed",
            detail="what weakens a protected table is not refused: until the next examination names it, nobody knows",
            hint="let a superuser run `sminion-guard install`; where there is none, examine after each change of the "
            "schema and each night, and name this in the baseline",
            level=Level.WARNING,
        )
    if until:
        yield Finding(
            "SG929", "ddl guard", f"`{login}` suspended the DDL guard until {until}: {reason}",
            detail="meanwhile whoever owns a protected table can weaken it",
            hint="when the work is done, call `sminion.resume_ddl_guard`",
            sql="SELECT sminion.resume_ddl_guard('done')", level=Level.WARNING,
        )


CHECK = Check("ddl_guard", ("SG478", "SG929"), find)
