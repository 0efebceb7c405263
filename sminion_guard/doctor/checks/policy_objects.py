"""The objects of the policy: roles, grants, row security, triggers, columns; altered, missing, or more than it says."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Remedy
from sminion_guard.migrate.change import Change, State

_CODES = {State.ALTERED: "SG903", State.MISSING: "SG904", State.OUTDATED: "SG905", State.STRAY: "SG905"}
_MEANING = {
    State.ALTERED: "somebody changed it after `apply` made it: it no longer keeps what the policy says",
    State.MISSING: "somebody removed it: what it kept is open, or fails",
    State.OUTDATED: "this version of the guard makes it otherwise",
    State.STRAY: "it belongs to no policy in force",
}
_EXCESS = {"holdings": "SG442", "guard_closed": "SG906", "closed_schema": "SG906", "closed_database": "SG906"}
"""Kinds whose fingerprint lists what is there beside the policy, to the code of each thing."""


def find(look: Look) -> Iterator[Finding]:
    """Each object that is not as the policy in force makes it."""
    if look.plan.interrupted:
        yield Finding(
            "SG905", f"policy {look.policy.name}", f"policy `{look.policy.name}` was put in force by half",
            detail="an `apply` was interrupted: some tables are still under the policy before",
            hint="run `sminion-guard apply`: it goes on where it stopped", remedy=Remedy.APPLY,
        )
    for change in look.plan.changes:
        if change.state not in _CODES:
            continue
        kind, _, name = change.key.partition(":")
        code = _EXCESS.get(kind)
        if change.excess and code:
            yield from (_excess(code, kind, name, item) for item in change.excess)
        else:
            yield _object(change)


def _excess(code: str, kind: str, name: str, item: str) -> Finding:
    return Finding(
        code, f"role {name}" if kind == "holdings" else f"{kind.removeprefix('closed_')} {name}",
        item if kind == "holdings" else f"open beside the policy: `{item}`",
        detail="with it, one statement can reach, or copy, what the policy keeps apart",
        hint="revoke it as the role that granted it; `sminion-guard apply` revokes what it can",
        remedy=Remedy.APPLY, facet=item,
    )


def _object(change: Change) -> Finding:
    return Finding(
        _CODES[change.state], change.key.replace(":", " ", 1), f"`{change.key}` is {change.state.value.lower()}",
        detail=_MEANING[change.state], hint="`sminion-guard apply` puts it in place again", sql=change.sql or None,
        remedy=Remedy.APPLY,
    )


CHECK = Check("policy_objects", ("SG442", "SG903", "SG904", "SG905", "SG906"), find)
