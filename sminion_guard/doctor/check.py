"""A check, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sminion_guard.compiler import Compiled
from sminion_guard.doctor.finding import Finding
from sminion_guard.migrate import Plan
from sminion_guard.migrate.preflight.tables import names
from sminion_guard.migrate.transaction import Installer
from sminion_guard.policy import Policy
from sminion_guard.policy.names import office_roles


@dataclass(frozen=True, slots=True)
class Look:
    """A database under examination, in a transaction that only reads.

    :param plan: the policy in force beside the objects in place.
    :param full: look at all rows where else a sample does.
    """

    installer: Installer
    plan: Plan
    full: bool = False

    @property
    def compiled(self) -> Compiled:
        return self.plan.compiled

    @property
    def policy(self) -> Policy:
        return self.plan.compiled.policy

    def ask(self, name: str, *, as_owner: bool = False, **values: object) -> list[tuple[Any, ...]]:
        """The rows of a query of sql/queries/doctor.

        Each gets the tables, schemas and logins of the policy, the roles of its compartments, and those of its offices.
        """
        return self.installer.ask(
            f"queries/doctor/{name}", as_owner=as_owner, schemas=sorted(self.policy.schemas),
            logins=sorted(self.policy.logins), roles=[entry.role for entry in self.compiled.compartments],
            offices=sorted(office_roles(self.policy.name)), **names(self.policy), **values,
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at, with one query over the catalog or a few.

    :param name: as its file is called.
    :param codes: those of its findings.
    :param find: looks, and changes nothing.
    """

    name: str
    codes: tuple[str, ...]
    find: Callable[[Look], Iterable[Finding]]
