"""Accounts outside of the policy that row security does not bind, or that can copy the whole cluster."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.quoting import ident
from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level

_MEANING = {
    "SUPERUSER": "it reads, changes and dumps everything, for no purpose, and no log tells of it",
    "BYPASSRLS": "no mask hides a row from it where it has a grant, and it can dump what it may read",
    "REPLICATION": "it can copy the whole cluster with `pg_basebackup`, or follow its changes",
}


def find(look: Look) -> Iterator[Finding]:
    """Superusers, BYPASSRLS and REPLICATION; whoever administers the database is known by `--baseline`."""
    for login, through, power in look.ask("powerful_logins"):
        yield Finding(
            "SG912", f"login {login}",
            f"login `{login}` has {power}" if through is None else f"login `{login}` can get {power} from `{through}`",
            detail=f"{_MEANING[power]}; the policy does not know it",
            hint="let no application and no report connect as it; keep one such account for administration, and name"
            " it in the baseline",
            sql=f"ALTER ROLE {ident(login)} NO{power}" if through is None
            else f"REVOKE {ident(through)} FROM {ident(login)}",
            level=Level.WARNING, facet=":".join(part for part in (power, through) if part),
        )


CHECK = Check("powerful_logins", ("SG912",), find)
