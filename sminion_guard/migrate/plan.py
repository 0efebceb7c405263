"""What `apply` would do: the policy as compiled beside the objects in place, key by key."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from sminion_guard.checks import Problem, preflight
from sminion_guard.compiler import Compiled, Statement, assign_bits, compile_policy
from sminion_guard.compiler.registry import subject_keys
from sminion_guard.errors import InstallError, PolicyError
from sminion_guard.migrate.change import SIGNS, Change, State
from sminion_guard.migrate.guard_schema import guard_changes
from sminion_guard.migrate.installed import Installed, InstalledObject, read_installed
from sminion_guard.migrate.transaction import Installer, installing
from sminion_guard.policy import Policy
from sminion_guard.policy.difference import Difference, difference
from sminion_guard.policy.document import from_document

MOST_CHANGES = 5
"""Changes that are named for each login and compartment whose tickets end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between a policy and a database, in the order in which `apply` would change it.

    :param problems: what the preflight found; with one that refuses, nothing would be done.
    :param guard: objects of schema ``sminion`` that are not as the installed version made them; mended first.
    :param ended: login, compartment and change, for each change that ends the open tickets of a login.
    :param difference: from the policy in force; None where none is, or where this version cannot read it.
    """

    compiled: Compiled
    installed: Installed
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...] = ()
    guard: tuple[Change, ...] = ()
    ended: tuple[tuple[str, str, str], ...] = ()
    difference: Difference | None = None

    @property
    def new_policy(self) -> bool:
        """Whether another policy comes into force."""
        return self.installed.policy is None or self.installed.policy.digest != self.compiled.digest

    @property
    def clean(self) -> bool:
        """Whether there is nothing to do."""
        wrong = [change for change in (*self.guard, *self.changes) if change.state is not State.INSTALLED]
        return not (self.new_policy or self.interrupted or wrong)

    @property
    def interrupted(self) -> bool:
        """Whether the policy in force was put in force by half."""
        return self.installed.policy is not None and self.installed.policy.interrupted_at is not None

    def repairs(self) -> list[str]:
        """Keys of what somebody altered or removed."""
        return [*(change.key for change in self.guard),
                *(change.key for change in self.changes if change.state in (State.ALTERED, State.MISSING))]

    def of(self, *states: State) -> tuple[Change, ...]:
        """The changes in one of ``states``."""
        return tuple(change for change in (*self.guard, *self.changes) if change.state in states)

    def counts(self) -> dict[str, int]:
        """State to number of objects, for those that occur."""
        return dict(sorted(Counter(change.state.value for change in (*self.guard, *self.changes)).items()))

    def lines(self, *, sql: bool = False) -> Iterator[str]:
        """The plan for people to read.

        :param sql: with the SQL that would be run below each object.
        """
        before, policy = self.installed.policy, self.compiled.policy
        if self.clean:
            yield f"policy `{policy.name}` version {policy.version} is in place: nothing to do"
            return
        if before is not None and before.interrupted_at is not None:
            yield (f"the change to policy `{before.name}` version {before.version} was interrupted at"
                   f" {before.interrupted_at:%Y-%m-%d %H:%M:%S %Z}: run `sminion-guard apply`")
        if before is None:
            yield f"policy `{policy.name}` version {policy.version} comes into force"
        elif self.new_policy:
            yield f"policy `{before.name}` version {before.version} becomes `{policy.name}` version {policy.version}"
            yield from self._words()
            yield from self._tickets()
        for change in (*self.guard, *self.changes):
            if change.state is State.INSTALLED:
                continue
            yield f"{SIGNS[change.state]} {change.key}  ({change.state.value.lower()})"
            yield from (f"      {item}" for item in change.excess)
            if sql:
                yield from (f"      {line}" for line in change.sql.splitlines())
        yield ", ".join(f"{count} {state.lower()}" for state, count in self.counts().items())


    def _words(self) -> Iterator[str]:
        if self.difference is None:
            yield "who would see or may do more or less cannot be told: this version cannot read the policy in force"
            return
        yield from in_words(self.difference)

    def _tickets(self) -> Iterator[str]:
        ended: dict[tuple[str, str], list[str]] = {}
        for login, role, change in self.ended:
            ended.setdefault((login, role), []).append(change)
        if not ended:
            yield "open tickets stay good: nothing changes that they stand on"
        for (login, role), found in ended.items():
            more = f"; and {len(found) - MOST_CHANGES} more" if len(found) > MOST_CHANGES else ""
            yield f"open tickets of `{login}` for `{role}` end: {'; '.join(found[:MOST_CHANGES])}{more}"


def plan(connection: psycopg.Connection[Any], policy: Policy) -> Plan:
    """Compare ``policy`` with the database. Changes nothing.

    :raises InstallError: SG409 when the guard is not installed, SG412 for another subject key, SG411 in a transaction.
    """
    with installing(connection, keep=False) as installer:
        guard = guard_changes(installer)
        found = compare(policy, read_installed(installer))
        ended: tuple[tuple[str, str, str], ...] = ()
        words: Difference | None = None
        if found.new_policy and found.installed.policy is not None:
            words = _difference(installer, policy)
            changes = installer.ask("policy_changes", registry=json.dumps(found.compiled.registry))
            ended = tuple((login, role, change) for login, role, change in changes)
        return replace(found, problems=preflight(installer, found.compiled), guard=guard, ended=ended,
                       difference=words)


def in_words(found: Difference) -> Iterator[str]:
    """What changes for people: first who sees or may do more."""
    more = found.widening
    rest = [sentence for sentence in found.sentences if not sentence.widens]
    for title, sentences in (("somebody sees or may do more:", more), ("and otherwise:" if more else "", rest)):
        if sentences:
            yield from [title] if title else []
            yield from (f"  {sentence.text}" for sentence in sentences)
    yield found.summary() if found.sentences else "nobody sees or may do more or less than before"


def require_consent(connection: psycopg.Connection[Any], policy: Policy) -> None:
    """Refuse a policy under which somebody sees or may do more than under the one in force, unless it says why.

    A reason counts once: the one of the policy in force was given for that one.

    :raises InstallError: SG452; SG409 when the guard is not installed.
    """
    with installing(connection, keep=False) as installer:
        rows = installer.ask("policy_in_force")
    if not rows:
        return
    before = _readable(rows[0][0])
    if before is None:
        raise InstallError(
            "SG452", "whether somebody would see or may do more than before cannot be told",
            detail="the policy in force was applied by another version, and this one cannot read it",
            hint="read the objects that `sminion-guard plan` lists, then pass `--widen`",
        )
    if policy.widens and policy.widens != before.widens:
        return
    more = difference(before, policy).widening
    if more:
        raise InstallError(
            "SG452", "under this policy somebody sees or may do more than before",
            detail="\n".join(sentence.text for sentence in more),
            hint="if that is meant, pass `--widen`, or say `widens = \"why\"` under `[policy]`",
        )


def _difference(installer: Installer, policy: Policy) -> Difference | None:
    ((document,),) = installer.ask("policy_in_force")
    before = _readable(document)
    return None if before is None else difference(before, policy)


def _readable(document: Any) -> Policy | None:
    """The policy of a document; None for one of another version of this package, whose objects alone say what changes.
    """
    try:
        return from_document(document)
    except PolicyError:
        return None


def compare(policy: Policy, installed: Installed) -> Plan:
    """The plan that leads from ``installed`` to ``policy``.

    :raises InstallError: SG412 when the policy has another subject key than the one in force.
    """
    before = installed.policy
    wanted_keys = subject_keys(policy)
    # A kind may be added; what states, tickets and history name must keep its meaning.
    if before is not None and not before.subject_keys.items() <= wanted_keys.items():
        raise InstallError(
            "SG412",
            f"the subject key cannot change from {_keys(before.subject_keys)} to {_keys(wanted_keys)}",
            detail="states, tickets and history keep subjects in the form of the key that was in force",
            hint="remove the policy first: `sminion-guard apply --remove`",
        )
    compiled = compile_policy(policy, assign_bits(policy, installed.purposes, rows_masked=before is not None))
    wanted = {statement.key for statement in compiled.statements}
    changes = [_change(statement, installed.objects.get(statement.key)) for statement in compiled.statements]
    gone = [entry for entry in installed.descending() if entry.key not in wanted]
    strays = [Change(entry.key, State.STRAY, None, entry) for entry in gone]
    return Plan(compiled, installed, (*changes, *strays))


def _keys(keys: Mapping[str, str]) -> str:
    """Types of keys, each with its kind where it has a name."""
    return ", ".join(f"`{f'{kind} {key}'.strip()}`" for kind, key in sorted(keys.items()))


def _change(statement: Statement, known: InstalledObject | None) -> Change:
    if known is None:
        state = State.NEW
    elif known.digest != statement.digest:
        state = State.OUTDATED
    else:
        state = State(known.state)
    return Change(statement.key, state, statement, known)
