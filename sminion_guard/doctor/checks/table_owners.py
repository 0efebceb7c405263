"""Owners of protected tables that can log in: an owner can switch row security off."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.quoting import ident
from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level


def find(look: Look) -> Iterator[Finding]:
    """Owners outside of the policy; superusers and logins of the policy are found as such."""
    for owner, count, first in look.ask("table_owners"):
        more = f" and {count - 1} more" if count > 1 else ""
        yield Finding(
            "SG914", f"login {owner}", f"login `{owner}` owns {first}{more}",
            detail="whoever connects as it can switch row security off, and take grants for itself",
            hint="let a role own them that cannot log in, and migrations `SET ROLE` to it",
            sql=f"ALTER ROLE {ident(owner)} NOLOGIN", level=Level.WARNING,
        )


CHECK = Check("table_owners", ("SG914",), find)
