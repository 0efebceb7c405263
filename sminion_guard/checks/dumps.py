"""The role for dumps: no login of the policy may be a member, and nothing may hide rows from it."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.compiler.quoting import ident, qualified
from sminion_guard.policy.names import backup_role


def backup_members(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Logins of the policy that could read all rows with no ticket."""
    policy = compiled.policy
    if not policy.backup:
        return
    role = backup_role(policy.name)
    owners = sorted(login.name for login in policy.logins.values() if login.may_own is not None)
    asked = {"backup": role, "logins": sorted(policy.logins), "owners": owners}
    for (login,) in database.ask("queries/preflight/backup_members", as_owner=False, **asked):
        yield Problem(
            "SG423",
            f"login `{login}` can act as `{role}`, the role for dumps",
            detail="that role reads all rows of all tables; a login of the policy reads under tickets only",
            hint=f"let another login dump: `REVOKE {ident(role)} FROM {ident(login)}`, or from the role between them",
        )


def backup_hidden(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Adopted policies that hide rows: a dump would lack them, and not say so."""
    policy = compiled.policy
    tables = {qualified(table.schema, table.name): table.qualified for table in policy.tables() if table.adopt_policies}
    if not policy.backup or not tables:
        return
    role = backup_role(policy.name)
    asked = {"backup": role, "tables": sorted(tables)}
    for table, hides in database.ask("queries/preflight/backup_hidden", as_owner=False, **asked):
        yield Problem(
            "SG482",
            f"`{tables[table]}` has the policy `{hides}`, which hides rows from `{role}`",
            detail="a dump would lack these rows, and not say so",
            hint="let it bind the application's roles only (ALTER POLICY ... TO), or remove `backup` from the policy",
        )
