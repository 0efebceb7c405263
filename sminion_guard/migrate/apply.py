"""Putting a policy in force, table by table, and then filling in the masks of rows that are there already."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import psycopg

from sminion_guard.checks import preflight
from sminion_guard.migrate.as_extension import require_version
from sminion_guard.migrate.doing import bearable
from sminion_guard.migrate.guard_schema import mend_guard
from sminion_guard.migrate.installed import read_installed
from sminion_guard.migrate.masks import fill_masks, settle_problems
from sminion_guard.migrate.plan import compare
from sminion_guard.migrate.progress import Progress, silent
from sminion_guard.migrate.report import Report
from sminion_guard.migrate.steps import divide
from sminion_guard.migrate.stepwise import Stepwise
from sminion_guard.migrate.transaction import LOCK_ATTEMPTS, LOCK_TIMEOUT, Waiting, alone, installing, repeated
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

    The same policy applied again changes nothing. It is first rehearsed as a whole and taken back. Then it comes into
    force in one transaction, which takes away what it does not give, and each table is changed in one of its own: so
    nobody ever sees what neither the old policy nor the new one shows, and what was interrupted is finished by applying
    again. The masks follow; a row whose mask is not filled in yet is visible to nobody.

    :param connection: not in a transaction; of a superuser, or of a role with CREATEROLE that owns the tables.
    :param progress: told after each table, after each step of filling in masks, and while locks are waited for.
    :param fill: fill in the masks; else do it later with :func:`fill_masks`.
    :param lock_timeout: milliseconds that one attempt to lock a table takes.
    :param attempts: how often it is tried before the installation gives way to the application.
    :raises PolicyError: SG417 with all findings when the database is not fit for the policy.
    :raises InstallError: SG409 not installed, SG410 a lock was not to be had, SG412 another subject key, SG413 a
        privilege is missing, SG450 interrupted: apply again, SG481 for an extension of another version.
    """
    waiting = Waiting(lock_timeout, attempts, progress or silent)
    with alone(connection, waiting):
        report = _changed(connection, policy, waiting)
    if fill:
        report.rows_filled = fill_masks(connection, progress)
        found = settle_problems(connection)
        report.problems = (*(problem for problem in report.problems if problem.code != "SG512"), *found)
    return report


def _changed(connection: psycopg.Connection[Any], policy: Policy, waiting: Waiting) -> Report:
    report, work = repeated(lambda: _planned(connection, policy, waiting))
    if not work.todo.clean:
        report.problems += work.rehearse(report.problems)
        work.first(report)
        work.tables(report)
        work.last(report)
    return report


def _planned(connection: psycopg.Connection[Any], policy: Policy, waiting: Waiting) -> tuple[Report, Stepwise]:
    report = Report(policy.name, policy.version)
    with report.listening(connection), installing(connection, waiting=waiting) as installer:
        require_version(installer)
        # First: what follows is asked of the guard's own functions.
        mended = mend_guard(installer)
        todo = replace(compare(policy, read_installed(installer)), guard=mended)
        report.problems = bearable(preflight(installer, todo.compiled))
        registry = json.dumps(todo.compiled.registry)
        steps = divide(todo, installer.ask("restated", registry=registry), installer.ask("parents"))
    report.counts = todo.counts()
    report.repaired += todo.repairs()
    return report, Stepwise(connection, waiting, todo, steps)
