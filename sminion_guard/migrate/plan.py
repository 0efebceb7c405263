"""What `apply` would do: the policy as compiled beside the objects in place, key by key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import psycopg

from sminion_guard.compiler import Compiled, Statement, assign_bits, compile_policy
from sminion_guard.errors import InstallError
from sminion_guard.migrate.installed import Installed, InstalledObject, read_installed
from sminion_guard.migrate.preflight import Problem, preflight
from sminion_guard.migrate.transaction import installing
from sminion_guard.policy import Policy


class State(StrEnum):
    """How an object stands to the policy."""

    INSTALLED = "INSTALLED"
    """in place, as the policy wants it"""
    NEW = "NEW"
    """the policy wants it, and it was never installed"""
    OUTDATED = "OUTDATED"
    """in place as an earlier policy, or an earlier version of the guard, wanted it"""
    ALTERED = "ALTERED"
    """somebody changed it after it was installed"""
    MISSING = "MISSING"
    """somebody removed it after it was installed"""
    STRAY = "STRAY"
    """in place, and no longer wanted"""


SIGNS = {
    State.NEW: "+", State.OUTDATED: "~", State.ALTERED: "!", State.MISSING: "!", State.STRAY: "-", State.INSTALLED: " ",
}
"""How a line of a plan begins; ``!`` is a repair."""


@dataclass(frozen=True, slots=True)
class Change:
    """One object of the plan.

    :param statement: what is compiled for it; None for a stray.
    :param installed: what the registry knows of it; None for a new one.
    """

    key: str
    state: State
    statement: Statement | None
    installed: InstalledObject | None

    @property
    def sql(self) -> str:
        """What would be run for it; nothing when it is in place."""
        if self.state is State.INSTALLED:
            return ""
        if self.statement is not None:
            return self.statement.sql
        assert self.installed is not None
        return self.installed.reverse


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between a policy and a database, in the order in which it would be worked off.

    :param problems: what the preflight found; with one that refuses, nothing would be done.
    """

    compiled: Compiled
    installed: Installed
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def new_policy(self) -> bool:
        """Whether another policy comes into force: open tickets end with the old one."""
        return self.installed.policy is None or self.installed.policy.digest != self.compiled.digest

    @property
    def clean(self) -> bool:
        """Whether there is nothing to do."""
        return not self.new_policy and all(change.state is State.INSTALLED for change in self.changes)

    def of(self, *states: State) -> tuple[Change, ...]:
        """The changes in one of ``states``."""
        return tuple(change for change in self.changes if change.state in states)

    def counts(self) -> dict[str, int]:
        """State to number of objects, for those that occur."""
        return dict(sorted(Counter(change.state.value for change in self.changes).items()))

    def lines(self, *, sql: bool = False) -> Iterator[str]:
        """The plan for people to read.

        :param sql: with the SQL that would be run below each object.
        """
        before, policy = self.installed.policy, self.compiled.policy
        if self.clean:
            yield f"policy `{policy.name}` version {policy.version} is in place: nothing to do"
            return
        if before is None:
            yield f"policy `{policy.name}` version {policy.version} comes into force"
        elif self.new_policy:
            yield f"policy `{before.name}` version {before.version} becomes `{policy.name}` version {policy.version}"
            yield "open tickets end: they name the policy that they were opened under"
        for change in self.changes:
            if change.state is State.INSTALLED:
                continue
            yield f"{SIGNS[change.state]} {change.key}  ({change.state.value.lower()})"
            if sql:
                yield from (f"      {line}" for line in change.sql.splitlines())
        yield ", ".join(f"{count} {state.lower()}" for state, count in self.counts().items())


def plan(connection: psycopg.Connection[Any], policy: Policy) -> Plan:
    """Compare ``policy`` with the database; nothing is changed.

    :raises InstallError: SG409 when the guard is not installed, SG412 for another subject key, SG411 in a transaction.
    """
    with installing(connection, keep=False) as installer:
        found = compare(policy, read_installed(installer))
        return replace(found, problems=preflight(installer, found.compiled))


def compare(policy: Policy, installed: Installed) -> Plan:
    """The plan that leads from ``installed`` to ``policy``.

    :raises InstallError: SG412 when the policy has another subject key than the one in force.
    """
    before = installed.policy
    if before is not None and before.subject_key != policy.subject_key.value:
        raise InstallError(
            "SG412",
            f"the subject key cannot change from `{before.subject_key}` to `{policy.subject_key.value}`",
            detail="states, tickets and history keep subjects in the form of the key that was in force",
            hint="remove the policy first: `sminion-guard apply --remove`",
        )
    compiled = compile_policy(policy, assign_bits(policy, installed.purposes, rows_masked=before is not None))
    wanted = {statement.key for statement in compiled.statements}
    changes = [_change(statement, installed.objects.get(statement.key)) for statement in compiled.statements]
    gone = [entry for entry in installed.descending() if entry.key not in wanted]
    strays = [Change(entry.key, State.STRAY, None, entry) for entry in gone]
    return Plan(compiled, installed, (*changes, *strays))


def _change(statement: Statement, known: InstalledObject | None) -> Change:
    if known is None:
        state = State.NEW
    elif known.digest != statement.digest:
        state = State.OUTDATED
    else:
        state = State(known.state)
    return Change(statement.key, state, statement, known)
