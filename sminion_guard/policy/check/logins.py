"""Logins: the purposes of one login may meet in one session, so all that they reach must be mergeable."""

from __future__ import annotations

from itertools import combinations

from sminion_guard.policy.compartments import mergeable, reaches, representatives
from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Login, Policy


def logins(policy: Policy, report: Report) -> None:
    """Report logins that hold incompatible purposes without saying why, or hold one twice."""
    for login in policy.logins.values():
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
    reached = frozenset[str]().union(*(reaches(policy, purpose) for purpose in login.purposes))
    names = sorted(representatives(policy, reached))
    return next((pair for pair in combinations(names, 2) if not mergeable(policy, *pair)), None)


def _kinds(policy: Policy, pair: tuple[str, str]) -> str:
    return "schemas " if policy.schemas.keys() >= set(pair) else ""
