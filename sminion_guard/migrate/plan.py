"""What `apply` would do: the policy as compiled beside the objects in place, key by key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sminion_guard.checks import Problem
from sminion_guard.compiler import Compiled, Statement, assign_bits, compile_policy
from sminion_guard.compiler.registry import subject_keys
from sminion_guard.errors import InstallError
from sminion_guard.migrate.change import SIGNS, Change, State
from sminion_guard.migrate.installed import Installed, InstalledObject
from sminion_guard.migrate.table_locks import TableLock, told
from sminion_guard.policy import Policy
from sminion_guard.policy.differences.policies import Difference

MOST_CHANGES = 5
"""Changes that are named for each login and compartment whose tickets end."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """Consents to a purpose that this policy widens: from `apply` on it sees nobody until they consent again.

    :param people: how many had consented.
    :param why: what is more than before.
    """

    purpose: str
    people: int
    why: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        people = f"{self.people} {'person' if self.people == 1 else 'people'}"
        yield f"consents to `{self.purpose}` end, and it sees nobody who has not consented again ({people} had):"
        yield from (f"  {reason}" for reason in self.why)


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between a policy and a database, in the order in which `apply` would change it.

    :param problems: what the preflight found; with one that refuses, nothing would be done.
    :param guard: objects of schema ``sminion`` that are not as the installed version made them; mended first.
    :param ended: login, compartment and change, for each change that ends the open tickets of a login.
    :param difference: from the policy in force; None where none is, or where this version cannot read it.
    :param locks: what the steps lock, in their order.
    :param renewals: consents that are asked for again.
    :param extension: the version of the extension, where the guard was installed as one.
    """

    compiled: Compiled
    installed: Installed
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...] = ()
    guard: tuple[Change, ...] = ()
    ended: tuple[tuple[str, str, str], ...] = ()
    difference: Difference | None = None
    locks: tuple[TableLock, ...] = ()
    extension: str | None = None
    renewals: tuple[Renewal, ...] = ()

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
        if self.extension is not None:
            yield f"the guard is installed as extension `sminion_guard` {self.extension}"
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
            yield from (line for entry in self.renewals for line in entry.lines())
            yield from self._tickets()
        for change in (*self.guard, *self.changes):
            if change.state is State.INSTALLED:
                continue
            yield f"{SIGNS[change.state]} {change.key}  ({change.state.value.lower()})"
            yield from (f"      {item}" for item in change.excess)
            if sql:
                yield from (f"      {line}" for line in change.sql.splitlines())
        yield ", ".join(f"{count} {state.lower()}" for state, count in self.counts().items())
        yield from told(self.locks)


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


def in_words(found: Difference) -> Iterator[str]:
    """What changes for people: first who sees or may do more."""
    more = found.widening
    rest = [sentence for sentence in found.sentences if not sentence.widens]
    for title, sentences in (("somebody sees or may do more:", more), ("and otherwise:" if more else "", rest)):
        if sentences:
            yield from [title] if title else []
            yield from (f"  {sentence.text}" for sentence in sentences)
    yield found.summary() if found.sentences else "nobody sees or may do more or less than before"


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
    renewed = installed.renewals(policy).keys()
    bits = assign_bits(policy, installed.purposes, rows_masked=before is not None, renewed=renewed)
    compiled = compile_policy(policy, bits, renewed)
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
