"""Maintaining a database from outside: the log is folded, months are made, changed states are settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from sminion_guard.errors import InstallError
from sminion_guard.migrate import queries


@dataclass(frozen=True, slots=True)
class Maintained:
    """What one call has done and left.

    :param folded: events that got their number in the log: entries of the journal, tickets, changes of states and
        others; None for a role that may not see it.
    :param journal_rows: batches that are still in the journal.
    :param journal_bytes: their size.
    :param journal_since: when the oldest was written.
    :param journal_waits_for: the transactions that keep younger rows in the journal.
    :param unsettled: people whose rows do not have their masks yet; they are hidden where that denies.
    :param unsettled_since: when the first of them changed.
    :param stuck: how many of them cannot be settled; `sminion.settle_problems` says why.
    :param months_ahead: months of the log that are made already.
    :param failed: what stopped a step.
    :param more: whether another call would find something to do at once.
    """

    folded: int | None = None
    journal_rows: int = 0
    journal_bytes: int = 0
    journal_since: datetime | None = None
    journal_waits_for: str | None = None
    unsettled: int = 0
    unsettled_since: datetime | None = None
    stuck: int = 0
    months_ahead: int | None = None
    failed: str | None = None
    more: bool = False


def maintain(
    connection: psycopg.Connection[Any], *, once: bool = False, progress: Callable[[Maintained], object] | None = None
) -> Maintained:
    """Call ``sminion.maintain`` until nothing is left that can be done now.

    Each call commits what it did, so this can be interrupted at any time.

    :param connection: as a login of the policy, its maintenance role or a superuser; outside of a transaction.
    :param once: one call only, which does a bounded part of the work.
    :param progress: told after each call.
    :raises InstallError: SG409 where the guard is not installed; SG615 inside a transaction.
    :raises psycopg.Error: when the server cannot be reached, or refuses.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise InstallError("SG615", "a database is maintained outside of transactions only",
                           hint="commit first, or pass another connection")
    before, connection.autocommit = connection.autocommit, True
    try:
        seen = _status(connection)
        total = None if seen is None else 0
        while True:
            row = queries.run(connection, "maintain").fetchone()
            status = _status(connection)
            if total is not None and status is not None and seen is not None:
                total += status["events"] - seen["events"]
            seen = status
            found = Maintained(
                folded=total, more=bool(row and row[0]),
                **{name: value for name, value in (status or {}).items() if name != "events"})
            if progress is not None:
                progress(found)
            if once or not found.more:
                return found
    except (
        psycopg.errors.UndefinedFunction, psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName
    ) as error:
        raise InstallError("SG409", "the guard is not installed in this database, or in an older version",
                           hint="run `sminion-guard install` first") from error
    finally:
        if not connection.closed:
            connection.autocommit = before


def _status(connection: psycopg.Connection[Any]) -> dict[str, Any] | None:
    """What waits; None for a role that may not see it, such as a login of the policy."""
    try:
        cursor = queries.run(connection, "maintenance_status")
    except psycopg.errors.InsufficientPrivilege:
        return None
    row = cursor.fetchone()
    assert row is not None
    assert cursor.description is not None
    return dict(zip((column.name for column in cursor.description), row, strict=True))
