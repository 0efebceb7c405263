"""Foreign servers that logins may use: a foreign table is a way out of the database."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.quoting import ident
from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level


def find(look: Look) -> Iterator[Finding]:
    """What everybody or a login may use; what a compartment may use, `policy_objects` finds."""
    for kind, name, user in look.ask("foreign_servers"):
        who = "everybody" if user == "PUBLIC" else f"`{user}`"
        yield Finding(
            "SG919", f"{kind.lower()} {name}", f"{who} may use the {kind.lower()} `{name}`",
            detail="with it a login makes itself a mapping, and a foreign table where it may create one: rows go to a "
            "server without this policy",
            hint="revoke it; data go elsewhere by a recipient of the policy",
            sql=f"REVOKE USAGE ON {kind} {ident(name)} FROM {user}", level=Level.WARNING, facet=user,
        )


CHECK = Check("foreign_servers", ("SG919",), find)
