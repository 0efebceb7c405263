"""What is checked before the first statement is served: the login is bound, the policy is the one in force."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import Any

from sminion_guard.compiler.registry import document
from sminion_guard.errors import PolicyError, TicketRefused
from sminion_guard.policy import Policy

MENDED = {15: 20, 16: 16, 17: 12, 18: 7}
"""First minor version of each major one in which ON CONFLICT DO UPDATE no longer reads hidden rows."""


class UpsertLeakWarning(RuntimeWarning):
    """The server's minor version lets ON CONFLICT DO UPDATE read rows that row security hides."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of itself (``sminion.session_facts``).

    :param epoch: the policy in force; changes with every ``apply``.
    :param ticket_lifetime: seconds.
    :param name: of the policy in force.
    :param version: of the policy in force.
    :param document: the policy in force, as JSON.
    :param loose: in which ways the login is not bound.
    :param alternating: whether the login may hold incompatible purposes, so that its transactions are marked.
    """

    epoch: int
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
            found["epoch"], float(found["ticket_lifetime_seconds"]), found["name"], found["version"],
            found["document"], tuple(found["loose"]), found["alternating"],
        )


def check(facts: Facts, policy: Policy | None, login: str) -> None:
    """Refuse to serve a login that is not bound, or under another policy than the one in force.

    :param policy: that of the application; None when it has none, and only the server judges.
    :raises TicketRefused: SG219.
    :raises PolicyError: SG234.
    """
    if facts.loose:
        raise TicketRefused(
            "SG219", f"login `{login}` is not bound by the guard", detail="; ".join(facts.loose),
            hint="run `sminion-guard apply`, which repairs memberships, or connect as a login of the policy",
        )
    if policy is not None and document(policy) != facts.document:
        raise PolicyError(
            "SG234", f"the policy of this application is not the one in force (`{facts.name}` {facts.version})",
            detail=f"the application has `{policy.name}` {policy.version}"
            + (", with other contents" if policy.version == facts.version else ""),
            hint="apply the policy, or deploy the application with the policy in force",
        )


def upsert_leaks(server_version: int) -> bool:
    """Whether ON CONFLICT DO UPDATE reads hidden rows there.

    :param server_version: as ``server_version_num``, such as 150018.
    """
    major, minor = divmod(server_version, 10000)
    return minor < MENDED.get(major, 0)


def warn_of_server(server_version: int) -> None:
    """Say so when the server is one of those."""
    if upsert_leaks(server_version):
        major, minor = divmod(server_version, 10000)
        warnings.warn(
            f"PostgreSQL {major}.{minor} lets INSERT ... ON CONFLICT DO UPDATE read rows that row security hides; "
            f"update to {major}.{MENDED[major]}",
            UpsertLeakWarning,
            stacklevel=2,
        )
