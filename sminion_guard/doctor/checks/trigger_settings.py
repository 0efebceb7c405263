"""Settings that silence triggers or load code, for all or for whoever may set them."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level


def find(look: Look) -> Iterator[Finding]:
    """`session_replication_role`, and libraries that a session loads."""
    for place, name, who, value in look.ask("trigger_settings"):
        loads = name.endswith("_libraries")
        if place == "privilege":
            message, sql = f"`{who}` may set `{name}`", f"REVOKE SET ON PARAMETER {name} FROM {who}"
        elif place == "stored":
            message, sql = f"`{name}` is `{value}` for {who.lower()}", f"ALTER {who} RESET {name}"
        else:
            message, sql = f"the server runs with `{name}` = `{value}`", f"ALTER SYSTEM RESET {name}"
        yield Finding(
            "SG917", f"setting {name}", message,
            detail="a library runs as whoever connects, before any ticket" if loads
            else "with the role `replica` the triggers that set masks and log writes do not fire",
            hint="take it back", sql=sql, facet=who or "",
            level=Level.WARNING if loads else Level.ERROR,
        )


CHECK = Check("trigger_settings", ("SG917",), find)
