"""The logins of the policy: they must be there, and must not stand above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy.findings import suggestion
from sminion_guard.policy.names import OFFICES, backup_role


def logins(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Whether each login exists, can log in, and is bound by row security and grants."""
    policy = compiled.policy
    known = {name: (can_login, powers) for name, can_login, powers in
             database.ask("queries/preflight/roles", as_owner=False)}
    candidates = [name for name, (can_login, _) in known.items() if can_login]
    for name in sorted(policy.logins):
        if name not in known:
            near = suggestion(name, candidates)
            yield Problem(
                "SG420",
                f"login `{name}` does not exist",
                detail=near if near.startswith("did you mean") else None,
                hint=f"create it: `CREATE ROLE {name} LOGIN`, with a password or another way in",
            )
            continue
        can_login, powers = known[name]
        if not can_login:
            yield Problem("SG420", f"role `{name}` cannot log in", hint=f"`ALTER ROLE {name} LOGIN`, or name another")
        if powers:
            yield _owners(
                policy.logins[name].may_own,
                Problem(
                    "SG421",
                    f"login `{name}` has {', '.join(powers)}",
                    detail="it could undo, or go round, what the policy promises",
                    hint=f"`ALTER ROLE {name} {' '.join(f'NO{power}' for power in powers)}`, or let another login act",
                ),
            )
    asked = {"logins": sorted(policy.logins), "schemas": sorted(policy.schemas)}
    for login, owner, owned in database.ask("queries/preflight/login_owns", as_owner=False, **asked):
        through = "" if owner == login else f" through role `{owner}`"
        yield _owners(
            policy.logins[login].may_own,
            Problem(
                "SG422" if owner == login else "SG423",
                f"login `{login}` owns {owned}{through}",
                detail="an owner can switch row security off, and take grants for itself",
                hint=f"give {owned} to a role that `{login}` is no member of; for the login that runs migrations say "
                "`may_own = \"why\"`",
            ),
        )
    for login, role in database.ask("queries/preflight/login_memberships", as_owner=False, logins=asked["logins"]):
        yield _owners(
            policy.logins[login].may_own,
            Problem(
                "SG423",
                f"login `{login}` is a member of `{role}`",
                detail="what that role may do, the login may do by SET ROLE",
                hint=f"`REVOKE {role} FROM {login}`",
            ),
        )
    ours = [entry.role for entry in compiled.compartments] + [f"{policy.name}_{office}" for office in OFFICES]
    ours += [backup_role(policy.name)] if policy.backup else []  # refused: see `dumps`
    for login, role, direct in database.ask(
        "queries/preflight/login_other_roles", as_owner=False, logins=asked["logins"], roles=ours
    ):
        yield Problem(
            "SG441",
            f"login `{login}` is a member of `{role}`" + ("" if direct else ", through another role"),
            detail="its tables, schemas and temporary tables are places where data of incompatible purposes can meet",
            hint=f"`REVOKE {role} FROM {login}`" if direct else "revoke a membership on the way: see `pg_auth_members`",
            refuses=False,
        )


def _owners(accepted: str | None, problem: Problem) -> Problem:
    """A warning in place of a refusal where the policy says why the login may stand above it (``may_own``)."""
    if accepted is None:
        return problem
    return replace(
        problem,
        detail=f"{problem.detail}; the policy accepts it: {accepted}",
        hint="let no application connect as this login",
        refuses=False,
        accepted=True,
    )
