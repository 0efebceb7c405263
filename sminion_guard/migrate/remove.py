"""Taking a policy out of force: everything it made is undone, and what it closed is opened again."""

from __future__ import annotations

from typing import Any

import psycopg

from sminion_guard.errors import InstallError
from sminion_guard.migrate.doing import undo
from sminion_guard.migrate.installed import read_installed
from sminion_guard.migrate.locks import lock_tables
from sminion_guard.migrate.progress import Progress, silent
from sminion_guard.migrate.queries import send
from sminion_guard.migrate.report import Report
from sminion_guard.migrate.transaction import (
    LOCK_ATTEMPTS,
    LOCK_TIMEOUT,
    Installer,
    Waiting,
    installing,
    repeated,
)


def remove(
    connection: psycopg.Connection[Any],
    *,
    progress: Progress | None = None,
    lock_timeout: int = LOCK_TIMEOUT,
    attempts: int = LOCK_ATTEMPTS,
) -> Report:
    """Undo the policy in force. Tickets, history and subjects' states stay, until the guard itself is uninstalled.

    :param connection: not in a transaction.
    :param progress: told while locks are waited for.
    :param lock_timeout: milliseconds that one attempt to lock the tables takes.
    :param attempts: how often it is tried before the installation gives way to the application.
    :raises InstallError: SG414 when no policy is in place, SG409 when the guard is not installed, SG410 for a lock.
    """
    waiting = Waiting(lock_timeout, attempts, progress or silent)

    def attempt() -> Report:
        report = Report("", "")
        with report.listening(connection), installing(connection, waiting=waiting) as installer:
            remove_within(installer, report)
        return report

    return repeated(attempt)


def remove_within(installer: Installer, report: Report) -> None:
    """Remove the policy in the transaction of ``installer``."""
    installed = read_installed(installer)
    if installed.policy is None:
        raise InstallError(
            "SG414",
            "no policy is in place in this database",
            hint="there is nothing to remove: see `sminion-guard plan`",
        )
    report.policy, report.version = installed.policy.name, installed.policy.version
    report.counts = {"STRAY": len(installed.objects)}
    lock_tables(installer, (key.partition(":")[2] for key in installed.objects if key.startswith("row_security:")))
    for entry in installed.descending():
        undo(installer, entry)
    for (statement,) in installer.ask("closed_grants"):
        _give_back(installer, statement, report)
    installer.ask("reopen_untagged", as_owner=False)
    installer.ask("forget_policy")


def _give_back(installer: Installer, statement: str, report: Report) -> None:
    installer.ask("act_as_installer", as_owner=False)
    try:
        with installer.connection.transaction():  # a savepoint
            send(installer.connection, statement)
    except (psycopg.errors.UndefinedObject, psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction,
            psycopg.errors.UndefinedColumn, psycopg.errors.InvalidSchemaName):
        report.notices.append(f"not given back, because it is gone: {statement}")
    except psycopg.errors.InsufficientPrivilege as error:
        report.skipped.append(f"not given back: {statement} ({error.diag.message_primary})")
