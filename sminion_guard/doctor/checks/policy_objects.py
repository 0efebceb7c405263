"""The objects of the policy: roles, grants, row security, triggers, columns; altered, missing, or more than it says."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Remedy
from sminion_guard.migrate.change import State
from sminion_guard.migrate.installed import InstalledObject

_CODES = {State.ALTERED: "SG903", State.MISSING: "SG904"}
_MEANING = {
    State.ALTERED: "somebody changed it after `apply` made it: it no longer keeps what the policy says",
    State.MISSING: "somebody removed it: what it kept is open, or fails",
}
_EXCESS = {"holdings": "SG442", "guard_closed": "SG906", "closed_schema": "SG906", "closed_database": "SG906"}
"""Kinds whose fingerprint lists what is there beside the policy, to the code of each thing."""


def find(look: Look) -> Iterator[Finding]:
    """Each object that is not as it was put in place; asked of its fingerprint, and not of a policy compiled anew."""
    if look.plan.interrupted:
        yield Finding(
            "SG905", f"policy {look.policy.name}", f"policy `{look.policy.name}` was put in force by half",
            detail="an `apply` was interrupted: some tables are still under the policy before",
            hint="run `sminion-guard apply`: it goes on where it stopped", remedy=Remedy.APPLY,
        )
    statements = {statement.key: statement.sql for statement in look.compiled.statements}
    for entry in look.plan.installed.objects.values():
        code = _EXCESS.get(entry.kind)
        if entry.state not in _CODES:
            continue
        if entry.excess and code:
            yield from (_excess(code, entry, item) for item in entry.excess)
        else:
            yield _object(entry, statements.get(entry.key))


def _excess(code: str, entry: InstalledObject, item: str) -> Finding:
    kind, _, name = entry.key.partition(":")
    return Finding(
        code, f"role {name}" if kind == "holdings" else f"{kind.removeprefix('closed_')} {name}",
        item if kind == "holdings" else f"open beside the policy: `{item}`",
        detail="with it, one statement can reach, or copy, what the policy keeps apart",
        hint="revoke it as the role that granted it; `sminion-guard apply` revokes what it can",
        remedy=Remedy.APPLY, facet=item,
    )


def _object(entry: InstalledObject, sql: str | None) -> Finding:
    state = State(entry.state)
    return Finding(
        _CODES[state], entry.key.replace(":", " ", 1), f"`{entry.key}` is {state.value.lower()}",
        detail=_MEANING[state], hint="`sminion-guard apply` puts it in place again", sql=sql, remedy=Remedy.APPLY,
    )


CHECK = Check("policy_objects", ("SG442", "SG903", "SG904", "SG905", "SG906"), find)
