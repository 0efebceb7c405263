"""What is in place in a database: the policy in force, its purposes with their bits, and every compiled object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sminion_guard.compiler import InstalledPurpose
from sminion_guard.errors import PolicyError
from sminion_guard.migrate.transaction import Installer
from sminion_guard.policy import Basis, Policy
from sminion_guard.policy.differences.renewal import renewals
from sminion_guard.policy.document import from_document

EXCESS_KINDS = frozenset({"closed_database", "closed_schema", "guard_closed", "holdings"})
"""Kinds whose fingerprint lists what is there beside the policy."""


@dataclass(frozen=True, slots=True)
class InstalledPolicy:
    """The policy in force.

    :param interrupted_at: when the last object was changed, where not all are in place; None once they are.
    """

    epoch: int
    name: str
    version: str
    digest: str
    subject_keys: Mapping[str, str]
    interrupted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InstalledObject:
    """A compiled statement in place.

    :param position: its place in the order of installation.
    :param as_owner: made and undone as ``sminion_owner``.
    :param state: INSTALLED, ALTERED or MISSING, by its fingerprint.
    :param found: the fingerprint of one that is altered.
    """

    key: str
    position: int
    digest: str
    reverse: str
    as_owner: bool
    state: str
    found: str | None = None

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]

    @property
    def excess(self) -> tuple[str, ...]:
        """What is too much, of kinds whose fingerprint says it."""
        if self.kind not in EXCESS_KINDS or self.found is None:
            return ()
        subject = f"compartment `{self.key.partition(':')[2]}` also holds " if self.kind == "holdings" else ""
        return tuple(f"{subject}{item}" for item in self.found.split("; "))


@dataclass(frozen=True, slots=True)
class Installed:
    """All that a database knows of its policy; ``policy`` is None before the first apply and after a removal.

    :param documents: of the last policy that was in force, also after a removal; empty where there was none.
    """

    policy: InstalledPolicy | None
    purposes: tuple[InstalledPurpose, ...]
    objects: Mapping[str, InstalledObject]
    documents: tuple[Mapping[str, Any], ...] = ()

    def renewals(self, policy: Policy) -> Mapping[str, tuple[str, ...]]:
        """Purposes of ``policy`` whose consents are asked for again, with the reasons."""
        for document in self.documents:
            try:
                before = from_document(document)
            except PolicyError:
                return renewals(None, policy)
            return renewals(before, policy)
        return {}

    def descending(self) -> tuple[InstalledObject, ...]:
        """The objects in the order in which they are undone: the last first, and roles when nothing names them."""
        return tuple(sorted(self.objects.values(), key=lambda entry: (entry.kind == "role", -entry.position)))


def read_installed(installer: Installer) -> Installed:
    """Read the registry and look at every object."""
    policies = [InstalledPolicy(*row) for row in installer.ask("installed_policy")]
    purposes = tuple(
        InstalledPurpose(bit, name, Basis(basis), sees_blocked, retired)
        for bit, name, basis, sees_blocked, retired in installer.ask("installed_purposes")
    )
    objects = {row[0]: InstalledObject(*row) for row in installer.ask("installed_objects")}
    documents = tuple(document for (document,) in installer.ask("last_policy"))
    return Installed(policies[0] if policies else None, purposes, objects, documents)


def policy_in_force(installer: Installer) -> Policy | None:
    """The policy in force; None before the first apply and after a removal.

    :raises PolicyError: SG234 when this version cannot read it.
    """
    rows = installer.ask("policy_in_force")
    return from_document(rows[0][0]) if rows else None
