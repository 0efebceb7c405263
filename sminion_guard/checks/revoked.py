"""What `apply` takes away: privileges that logins and everybody hold directly, without any purpose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sminion_guard.checks.asking import Database
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy import Policy

NAMED = 3
"""Objects that are named; more of a kind are counted."""

_Grant = tuple[str, str | None, str, str, str]
"""Grantee, protected schema (None for what is no part of one), kind and name of the object, privilege."""


def revoked(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """For each login, and for everybody, the direct privileges that go when the policy comes into force."""
    policy = compiled.policy
    held: dict[str, list[_Grant]] = {}
    # An owner keeps what it has: see compiler.roles.closures.
    logins = sorted(login.name for login in policy.logins.values() if login.may_own is None)
    for grant in database.ask(
        "queries/preflight/open_grants", as_owner=False, logins=logins, schemas=sorted(policy.schemas)
    ):
        held.setdefault(grant[0], []).append(grant)
    for grantee, grants in held.items():
        who = "everybody" if grantee == "PUBLIC" else f"login `{grantee}`"
        count = len(grants)
        yield Problem(
            "SG339",
            f"`apply` revokes {count} direct privilege{'' if count == 1 else 's'} of {who}",
            detail="; ".join(grouped(grants)),
            hint=_instead(policy, grantee) + "; `apply --remove` gives back what it revoked",
            refuses=False,
            items=tuple(f"{privilege} on {kind} {name}" for _, _, kind, name, privilege in grants),
        )


def grouped(grants: Iterable[_Grant]) -> Iterator[str]:
    """The grants of one role in words: what holds for many objects of a schema stands there once, with their number."""
    objects: dict[tuple[str, str | None, str], dict[str, list[str]]] = {}
    for _, schema, kind, name, privilege in grants:
        # Columns are counted for each table.
        place = (kind, schema, name if kind == "column" else "")
        verb, _, column = privilege.partition(" ")
        objects.setdefault(place, {}).setdefault(column.strip("()") if column else name, []).append(verb)
    for (kind, schema, table), held in objects.items():
        alike: dict[str, list[str]] = {}
        for name, verbs in held.items():
            alike.setdefault(", ".join(sorted(verbs)), []).append(name)
        for verbs_, names in alike.items():
            yield f"{verbs_} on {_objects(kind, schema, table, names)}"


def _objects(kind: str, schema: str | None, table: str, names: list[str]) -> str:
    if kind.startswith("new "):
        return f"each {kind} {', '.join(names)} in schema `{schema}`"
    if kind in ("schema", "database") or len(names) <= NAMED:
        of = f" of `{table}`" if table else ""
        return f"{kind}{'' if len(names) == 1 else 's'} " + ", ".join(f"`{name}`" for name in names) + of
    return f"{len(names)} {kind}s of " + (f"`{table}`" if table else f"schema `{schema or 'pg_catalog'}`")


def _instead(policy: Policy, grantee: str) -> str:
    login = policy.logins.get(grantee)
    if login is None:
        return "who is to read or write there needs a purpose: name its login in the policy"
    given = ", ".join(
        f"`{name}` ({', '.join(sorted(policy.purposes[name].may))})" for name in sorted(login.purposes)
    )
    return f"it keeps what its purposes give it: {given or 'nothing'}"
