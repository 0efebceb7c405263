"""Ways by which protected rows leave or come in, or a role does, that no grant of the policy knows."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled


def ways_out(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Publications of protected tables, subscriptions into them, and roles that can make themselves members."""
    protected = names(compiled.policy)
    for publication, tables in database.ask("queries/preflight/publications", as_owner=False, **protected):
        yield Problem(
            "SG445",
            f"publication `{publication}` carries " + ", ".join(f"`{table}`" for table in tables),
            detail="a subscriber gets all rows, those of blocked people included, and no ticket is asked for them",
            hint=f"take them out: `ALTER PUBLICATION {publication} ...`, or let the subscriber be under a policy too",
            refuses=False,
        )
    for name, role, as_owner, tables in database.ask("queries/preflight/subscriptions", as_owner=False, **protected):
        yield Problem(
            "SG331",
            f"subscription `{name}` writes to " + ", ".join(f"`{table}`" for table in tables)
            + f" as `{role}`, whom row security binds",
            detail="its worker would fail at the first row, again and again, while the publisher keeps what it sends",
            hint=f"`ALTER SUBSCRIPTION {name} OWNER TO` a superuser or a role with BYPASSRLS" if as_owner
            else f"`ALTER SUBSCRIPTION {name} SET (run_as_owner = true)`; let a superuser or BYPASSRLS own it",
        )
    roles = [entry.role for entry in compiled.compartments]
    logins = sorted(compiled.policy.logins)
    for (role,) in database.ask("queries/preflight/role_makers", as_owner=False, roles=roles, logins=logins):
        yield Problem(
            "SG446",
            f"role `{role}` may grant the compartments of the policy, to itself too",
            detail="before PostgreSQL 16, CREATEROLE is enough to grant any role that is no superuser; "
            "from 16 on, it takes the ADMIN option",
            hint=f"`ALTER ROLE {role} NOCREATEROLE`, or revoke the ADMIN option, where it does not install policies",
            refuses=False,
        )
