"""Putting a policy in force: one transaction for everything but the masks of rows that are there already."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import psycopg

from sminion_guard.compiler import Statement
from sminion_guard.errors import InstallError
from sminion_guard.migrate.change import State
from sminion_guard.migrate.guard_schema import mend_guard
from sminion_guard.migrate.installed import InstalledObject, read_installed
from sminion_guard.migrate.locks import lock_tables
from sminion_guard.migrate.masks import fill_masks, settle_problems
from sminion_guard.migrate.plan import Plan, compare
from sminion_guard.migrate.preflight import Problem, UnfitDatabase, preflight
from sminion_guard.migrate.preflight.refusing import probe
from sminion_guard.migrate.progress import Progress, silent
from sminion_guard.migrate.report import Report
from sminion_guard.migrate.transaction import (
    LOCK_ATTEMPTS,
    LOCK_TIMEOUT,
    Installer,
    Waiting,
    installing,
    repeated,
)
from sminion_guard.policy import Policy


def apply(
    connection: psycopg.Connection[Any],
    policy: Policy,
    *,
    progress: Progress | None = None,
    fill: bool = True,
    lock_timeout: int = LOCK_TIMEOUT,
    attempts: int = LOCK_ATTEMPTS,
) -> Report:
    """Apply ``policy``: create new objects, repair altered ones, and remove those that the policy no longer has.

    The same policy applied again changes nothing. All of it is one transaction, so at no time is there half a policy;
    the masks follow in many small ones, and a row whose mask is not filled in yet is visible to nobody.

    :param connection: not in a transaction; of a superuser, or of a role with CREATEROLE that owns the tables.
    :param progress: told after each step of filling in masks, and while locks are waited for.
    :param fill: fill in the masks; else do it later with :func:`fill_masks`.
    :param lock_timeout: milliseconds that one attempt to lock the tables takes.
    :param attempts: how often it is tried before the installation gives way to the application.
    :raises PolicyError: SG417 with all findings when the database is not fit for the policy.
    :raises InstallError: SG409 not installed, SG410 a lock was not to be had, SG412 another subject key, SG413 a
        privilege is missing.
    """
    waiting = Waiting(lock_timeout, attempts, progress or silent)

    def attempt() -> Report:
        report = Report(policy.name, policy.version)
        with report.listening(connection), installing(connection, waiting=waiting) as installer:
            apply_within(installer, policy, report)
        return report

    report = repeated(attempt)
    if fill:
        report.rows_filled = fill_masks(connection, progress)
        found = settle_problems(connection)
        report.problems = (*(problem for problem in report.problems if problem.code != "SG512"), *found)
    return report


def apply_within(installer: Installer, policy: Policy, report: Report) -> None:
    """Everything but the masks, in the transaction of ``installer``."""
    # First: what follows is asked of the guard's own functions.
    mended = mend_guard(installer)
    todo = replace(compare(policy, read_installed(installer)), guard=mended)
    problems = _bearable(preflight(installer, todo.compiled))
    report.problems = problems
    report.counts = todo.counts()
    if todo.clean:
        return
    lock_tables(installer, (change.key for change in todo.changes if change.state is not State.INSTALLED))
    _clear_columns(installer, todo)
    done = [change.statement for change in todo.changes if change.statement and change.state is not State.INSTALLED]
    report.repaired += [change.key for change in todo.guard]
    report.repaired += [change.key for change in todo.changes if change.state in (State.ALTERED, State.MISSING)]
    done = _run(installer, todo, done)
    for change in todo.changes:
        if change.state is State.STRAY and change.installed is not None:
            undo(installer, change.installed)
    _record(installer, todo, {statement.key for statement in done}, report)
    report.problems += _bearable(probe(installer, problems))
    installer.ask("lend_maintenance", as_owner=False)


def _bearable(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """The findings, if none of them refuses.

    :raises UnfitDatabase: with those that do.
    """
    problems = tuple(found)
    refusals = [problem for problem in problems if problem.refuses]
    if refusals:
        raise UnfitDatabase(refusals)
    return problems


def undo(installer: Installer, entry: InstalledObject) -> None:
    """Reverse an object and forget it. One that is missing has nothing to reverse: its table may be gone."""
    if entry.state != "MISSING":
        installer.run(entry.reverse, as_owner=entry.as_owner, doing=f"the removal of `{entry.key}`")
    installer.ask("forget_object", key=entry.key)


def _clear_columns(installer: Installer, todo: Plan) -> None:
    # A table whose subject is found in another way than before gets other columns. Its policies stand on the old ones,
    # so they go first; both are made anew below, because they are missing then.
    for change in todo.of(State.OUTDATED):
        if change.installed is None or change.installed.kind != "guard_columns":
            continue
        table = change.key.partition(":")[2]
        for entry in todo.installed.descending():
            if entry.key.startswith(f"policy:{table}:") and entry.state != "MISSING":
                installer.run(entry.reverse, doing=f"the removal of `{entry.key}`")
        installer.run(change.installed.reverse, doing=f"the removal of `{change.key}`")


def _run(installer: Installer, todo: Plan, first: list[Statement]) -> list[Statement]:
    """Run what is to be done, and then what that took along, such as the privileges on a column made anew."""
    wanted = {statement.key for statement in first}
    for statement in first:
        installer.run(statement.sql, as_owner=statement.as_owner, doing=f"`{statement.key}`")
    now = read_installed(installer).objects
    lost = [
        statement for statement in todo.compiled.statements
        if statement.key not in wanted and now[statement.key].state != State.INSTALLED
    ]
    for statement in lost:
        installer.run(statement.sql, as_owner=statement.as_owner, doing=f"`{statement.key}`")
    return [*first, *lost]


def _record(installer: Installer, todo: Plan, done: set[str], report: Report) -> None:
    if todo.new_policy:
        ((report.epoch,),) = installer.ask("record_policy", registry=json.dumps(todo.compiled.registry))
    else:
        installer.ask("keep_closed")
    objects = []
    for position, statement in enumerate(todo.compiled.statements):
        known = todo.installed.objects.get(statement.key)
        if statement.key in done or known is None or known.position != position:
            objects.append({
                "key": statement.key, "position": position, "digest": statement.digest,
                "reverse": statement.reverse, "fingerprint_query": statement.fingerprint_query,
            })
    installer.ask("record_objects", objects=json.dumps(objects))
    for key, left in installer.ask("still_open"):
        kind, _, name = key.partition(":")
        raise _still_open(kind, name, left)


def _still_open(kind: str, name: str, left: str) -> InstallError:
    if kind == "holdings":
        return InstallError(
            "SG442",
            f"compartment `{name}` holds more than its policy gives it",
            detail=f"it also holds {left}",
            hint="let whoever granted it revoke it, and give what it owns to another role, then apply again",
        )
    return InstallError(
        "SG419",
        "schema `sminion` cannot be closed" if kind == "guard_closed" else f"schema `{name}` cannot be closed",
        detail=f"left open: {left}",
        hint="let whoever granted it revoke it (see the grantor in \\dp), then apply again",
    )
