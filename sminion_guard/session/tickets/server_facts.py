"""What is checked before the first statement is served: the login is bound, and which policy is in force."""

from __future__ import annotations

import json
import logging
import warnings
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sminion_guard.errors import PolicyError, TicketRefused
from sminion_guard.policy import Policy
from sminion_guard.policy.differences.held import differences
from sminion_guard.policy.document import document
from sminion_guard.server_versions import UPSERT_MENDED, upsert_leaks

Mismatch = Literal["follow", "refuse"]
"""What becomes of an engine whose policy is not the one in force: it takes over the one in force, or refuses."""
MISMATCHES: tuple[str, ...] = get_args(Mismatch)
MOST_TOLD = 20
"""Differences that one warning names."""

_log = logging.getLogger("sminion_guard")
_log.addHandler(logging.NullHandler())  # who configures no logging hears the warning once


class PolicyMismatchWarning(RuntimeWarning):
    """Another policy is in force than the one that the application was written for, and judges it."""


class UpsertLeakWarning(RuntimeWarning):
    """The server's minor version lets ON CONFLICT DO UPDATE read rows that row security hides."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of itself (``sminion.session_facts``).

    :param fingerprint: which policy is in force; another one after every ``apply`` of another policy.
    :param ticket_lifetime: seconds.
    :param name: of the policy in force.
    :param version: of the policy in force.
    :param document: the policy in force, as JSON.
    :param loose: in which ways the login is not bound.
    :param alternating: whether the login may hold incompatible purposes, so that its transactions are marked.
    """

    fingerprint: str
    ticket_lifetime: float
    name: str
    version: str
    document: dict[str, Any]
    loose: tuple[str, ...]
    alternating: bool

    @classmethod
    def parse(cls, text: bytes | None) -> Facts:
        """:raises TicketRefused: SG208 when no policy is in force."""
        if text is None:
            raise TicketRefused(
                "SG208", "no policy is in force in this database", hint="install one: `sminion-guard apply`"
            )
        found = json.loads(text)
        return cls(
            found["fingerprint"], float(found["ticket_lifetime_seconds"]), found["name"], found["version"],
            found["document"], tuple(found["loose"]), found["alternating"],
        )


def check(facts: Facts, policy: Policy | None, login: str, mismatch: Mismatch = "follow") -> bool:
    """Refuse to serve a login that is not bound.

    :param policy: that the application was written for; None when it does not say.
    :param mismatch: ``refuse`` serves nobody under another policy than that.
    :returns: whether another policy is in force.
    :raises TicketRefused: SG219.
    :raises PolicyError: SG234.
    """
    if facts.loose:
        raise TicketRefused(
            "SG219", f"login `{login}` is not bound by the guard", detail="; ".join(facts.loose),
            hint="run `sminion-guard apply`, which repairs memberships, or connect as a login of the policy",
        )
    differs = policy is not None and document(policy) != facts.document
    if policy is not None and differs and mismatch == "refuse":
        raise PolicyError(
            "SG234", f"the policy of this application is not the one in force (`{facts.name}` {facts.version})",
            detail=f"the application has `{policy.name}` {policy.version}"
            + (", with other contents" if policy.version == facts.version else ""),
            hint="apply the policy, or deploy the application with the policy in force; without "
            '`guard_policy_mismatch="refuse"` the one in force is followed',
        )
    return differs


def check_named(in_force: Policy, policy: Policy | None, login: str) -> None:
    """Refuse a login that the policy in force no longer names.

    :param policy: that the application was written for.
    :raises TicketRefused: SG246.
    """
    if policy is not None and login in policy.logins and login not in in_force.logins:
        raise not_named(
            login,
            f"policy `{in_force.name}` version {in_force.version} is in force; the application was written for "
            f"`{policy.name}` version {policy.version}, which names it",
        )


def not_named(login: str, detail: str) -> TicketRefused:
    """The refusal of a login that the policy in force does not name."""
    return TicketRefused(
        "SG246", f"the policy in force does not name login `{login}`", detail=detail,
        hint="add the login to the policy and apply it, or connect as a login that it names",
    )


def warn_of_mismatch(policy: Policy, in_force: Policy, login: str) -> None:
    """Say that another policy is in force, and what of it concerns ``login``."""
    found = differences(policy, in_force, login)
    more = [f"and {len(found) - MOST_TOLD} more"] if len(found) > MOST_TOLD else []
    told = "; ".join([*found[:MOST_TOLD], *more]) or "nothing that concerns it"
    text = (
        f"the application was written for policy `{policy.name}` version {policy.version}; it is judged by the policy "
        f"in force, `{in_force.name}` version {in_force.version}. What is another for login `{login}`: {told}"
    )
    _log.warning("%s", text)
    warnings.warn(text, PolicyMismatchWarning, stacklevel=2)


def warn_of_server(server_version: int) -> None:
    """Say so when the server is one of those."""
    if upsert_leaks(server_version):
        major, minor = divmod(server_version, 10000)
        warnings.warn(
            f"PostgreSQL {major}.{minor} lets INSERT ... ON CONFLICT DO UPDATE read rows that row security hides; "
            f"update to {major}.{UPSERT_MENDED[major]}",
            UpsertLeakWarning,
            stacklevel=2,
        )
