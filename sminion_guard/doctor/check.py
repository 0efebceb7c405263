"""A check, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

from sminion_guard.checks import Problem
from sminion_guard.checks.asking import AskedOnce, Database
from sminion_guard.checks.known_tables import names
from sminion_guard.compiler import Compiled
from sminion_guard.doctor.finding import Finding, of_problems
from sminion_guard.migrate import Plan
from sminion_guard.migrate.transaction import Installer
from sminion_guard.policy import Policy
from sminion_guard.policy.names import office_roles

LONGEST = 10_000
"""Milliseconds that one query of a check may take."""
LONGEST_FULL = 3_600_000
"""The same where all rows are looked at."""


@dataclass(frozen=True, slots=True)
class Look:
    """A database under examination, in a transaction that only reads.

    :param database: the same for checks of `plan`, which ask several questions together.
    :param plan: the policy in force beside the objects in place.
    :param full: look at all rows where else a sample does.
    """

    installer: Installer
    database: Database
    plan: Plan
    full: bool = False

    @classmethod
    def at(cls, installer: Installer, plan: Plan, *, full: bool = False) -> Self:
        return cls(installer, AskedOnce(installer), plan, full)

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


def of_plan(
    name: str, kind: str, check: Callable[[Database, Compiled], Iterable[Problem]], *codes: str
) -> Check:
    """A check that `plan` makes too.

    :param kind: of what it finds, such as ``login``.
    :param codes: those of its findings; what else it finds is for another check.
    """
    def find(look: Look) -> Iterable[Finding]:
        return of_problems(kind, check(look.database, look.compiled), *codes)

    return Check(name, codes, find)
