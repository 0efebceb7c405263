"""Logins: the purposes of one login may meet in one session, so all that they reach must be mergeable."""

from __future__ import annotations

from itertools import combinations

from sminion_guard.policy.compartments import mergeable, reaches, representatives
from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Login, Policy
from sminion_guard.policy.permission import transferring
from sminion_guard.policy.positions import Path


def logins(policy: Policy, report: Report) -> None:
    """Report logins that hold incompatible purposes without saying why, or hold one twice."""
    for login in policy.logins.values():
        if not login.purposes and not login.transfers_to:
            report.add("SG380", ("login", login.name),
                       f"login `{login.name}` holds no purpose, and sends data to nobody",
                       'add `purposes = ["..."]`, or `transfers_to = ["..."]` for one that only exports')
        for at, name in enumerate(login.transfers_to):
            path: Path = ("login", login.name, "transfers_to", at)
            if name in login.transfers_to[:at]:
                report.add("SG383", path, f"login `{login.name}` names recipient `{name}` twice", "name it once")
            elif not transferring(policy, policy.recipients[name]):
                report.add("SG382", path, f"recipient `{name}` gets data for no purpose that may transfer",
                           "leave it out, or add `transfer` to `may` of a purpose that the recipient lists")
        if len(set(login.purposes)) < len(login.purposes):
            report.add("SG315", ("login", login.name, "purposes"), f"login `{login.name}` holds a purpose twice",
                       "name it once")
        if login.may_hold_incompatible is None and (pair := incompatible_pair(policy, login)):
            report.add("SG316", ("login", login.name),
                       f"login `{login.name}` reaches {_kinds(policy, pair)}`{pair[0]}` and `{pair[1]}`, which may "
                       "not be merged",
                       "split the login, declare the purposes compatible (`merge_only` will do), or say "
                       "`may_hold_incompatible = \"why\"`")


def incompatible_pair(policy: Policy, login: Login) -> tuple[str, str] | None:
    """The first pair of collections in reach of ``login`` that may not be merged, or None when there is none."""
    sent = {purpose for name in login.transfers_to for purpose in transferring(policy, policy.recipients[name])}
    reached = frozenset[str]().union(*(reaches(policy, purpose) for purpose in {*login.purposes, *sent}))
    names = sorted(representatives(policy, reached))
    return next((pair for pair in combinations(names, 2) if not mergeable(policy, *pair)), None)


def _kinds(policy: Policy, pair: tuple[str, str]) -> str:
    return "schemas " if policy.schemas.keys() >= set(pair) else ""
