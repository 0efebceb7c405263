"""Accounts that read all rows of all tables for dumps, as the policy permits: who they are is to be known."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.dumps import backup_hidden, backup_members
from sminion_guard.compiler.quoting import ident
from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level, of_problems
from sminion_guard.policy.names import backup_role


def find(look: Look) -> Iterator[Finding]:
    """Members of the role for dumps; the one that dumps is known by `--baseline`."""
    if not look.policy.backup:
        return
    yield from of_problems("login", backup_members(look.database, look.compiled), "SG423")
    yield from of_problems("table", backup_hidden(look.database, look.compiled), "SG482")
    role = backup_role(look.policy.name)
    for (login,) in look.ask("backup_members", backup=role):
        yield Finding(
            "SG930", f"login {login}", f"login `{login}` can read all rows of all tables as `{role}`",
            detail="no ticket is asked for, and no log tells of it; the policy says why there is this role: "
            f"{look.policy.backup}",
            hint="let the backup program alone connect as it, and name it in the baseline",
            sql=f"REVOKE {ident(role)} FROM {ident(login)}", level=Level.WARNING,
        )


CHECK = Check("backup_members", ("SG423", "SG482", "SG930"), find)
