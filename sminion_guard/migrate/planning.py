"""Making a plan: the policy compared with the database, and what has to be said of it before `apply`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import psycopg

from sminion_guard.checks import preflight
from sminion_guard.errors import InstallError, PolicyError
from sminion_guard.migrate.as_extension import require_version
from sminion_guard.migrate.change import State
from sminion_guard.migrate.guard_schema import guard_changes
from sminion_guard.migrate.installed import read_installed
from sminion_guard.migrate.plan import Plan, Renewal, compare
from sminion_guard.migrate.steps import Steps, TableStep, divide
from sminion_guard.migrate.table_locks import TableLock
from sminion_guard.migrate.transaction import Installer, installing
from sminion_guard.policy import Policy
from sminion_guard.policy.differences.policies import Difference, difference
from sminion_guard.policy.document import from_document


def plan(connection: psycopg.Connection[Any], policy: Policy) -> Plan:
    """Compare ``policy`` with the database. Changes nothing.

    :raises InstallError: SG409 when the guard is not installed, SG412 for another subject key, SG411 in a transaction,
        SG481 for an extension of another version.
    """
    with installing(connection, keep=False) as installer:
        extension = require_version(installer)
        guard = guard_changes(installer)
        found = compare(policy, read_installed(installer))
        ended: tuple[tuple[str, str, str], ...] = ()
        words: Difference | None = None
        if found.new_policy and found.installed.policy is not None:
            words = _difference(installer, policy)
            changes = installer.ask("policy_changes", registry=json.dumps(found.compiled.registry))
            ended = tuple((login, role, change) for login, role, change in changes)
        renewals = _renewals(installer, found)
        steps = divide(found, installer.ask("restated", registry=json.dumps(found.compiled.registry)),
                       installer.ask("parents"))
        return replace(found, problems=preflight(installer, found.compiled), guard=guard, ended=ended,
                       difference=words, locks=_locks(installer, steps), extension=extension,
                       renewals=renewals)


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


def _renewals(installer: Installer, found: Plan) -> tuple[Renewal, ...]:
    why = found.installed.renewals(found.compiled.policy)
    given = installer.ask("consents_given", names=list(why)) if why and found.new_policy else []
    return tuple(Renewal(name, people, why[name]) for name, people in given)


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


def _locks(installer: Installer, steps: Steps) -> tuple[TableLock, ...]:
    """The locks of the steps that take any, in their order."""
    locking = [(step, _indexed(step)) for step in steps.tables if step.locks]
    names = sorted(name for _, indexed in locking for name in indexed)
    sizes = {name: int(size) for name, size in installer.ask("table_sizes", as_owner=False, names=names)}
    return tuple(
        TableLock(tuple(step.tables), sum(sizes.get(name, 0) for name in indexed) if indexed else None)
        for step, indexed in locking
    )


def _indexed(step: TableStep) -> list[str]:
    """The tables on which the step builds an index."""
    return [change.key.partition(":")[2] for change in step.changes
            if change.key.startswith("guard_index:") and change.state is not State.INSTALLED]
