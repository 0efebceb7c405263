"""Purges rows that are past their retention, and says what expires when."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from sminion_guard.errors import GuardError
from sminion_guard.subjects.asking import Officer

_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Expiring:
    """The retention of one table, and what of it still stands.

    :param way: destroy or depersonalize.
    :param since: when the rule came into force.
    :param expired: rows that have expired and stand; None where they were not counted.
    :param kept: of them, those of people who are blocked or whose data are held.
    :param used: of them, those that rows of other tables lead to.
    :param oldest: when the first of them expired.
    :param next: when the next row expires.
    :param indexed: they are found without reading the whole table.
    :param purged: rows that were purged since the rule is in force.
    :param overdue: rows that nothing keeps have stood for more than a day.
    :param failing: something is in the way that does not pass by itself.
    :param hindrance: why the table cannot be purged as it is.
    :param cause: what was in the way the last time.
    """

    schema_name: str
    table_name: str
    after_column: str
    keep: str
    way: str
    since: datetime
    expired: int | None
    kept: int | None
    used: int | None
    oldest: datetime | None
    next: datetime | None
    indexed: bool
    purged: int
    run_at: datetime | None
    done_at: datetime | None
    overdue: bool
    failing: bool
    hindrance: str | None
    cause: str | None

    @property
    def qualified(self) -> str:
        """The table as the policy names it."""
        return f"{self.schema_name}.{self.table_name}"


@dataclass(frozen=True, slots=True)
class Purged:
    """What was done to one table.

    :param rows: that were purged.
    :param batches: transactions that it took.
    :param cause: why it was not finished.
    """

    table: str
    rows: int
    batches: int
    cause: str | None


@dataclass(frozen=True, slots=True)
class ExpiredPartition:
    """A partition in which all rows have expired, by its bounds.

    :param bytes: that it takes on disk, with its indexes.
    :param hindrance: why its rows are purged one by one all the same.
    """

    table_name: str
    partition: str
    bytes: int
    hindrance: str | None


@dataclass(frozen=True, slots=True)
class DroppedPartition:
    """What became of an expired partition.

    :param rows: that went with it.
    :param cause: why it was not dropped.
    """

    partition: str
    rows: int
    cause: str | None


class Retentions:
    """Purges expired rows in short transactions beside applications, as maintenance does by itself.

    All raise :class:`~sminion_guard.errors.GuardError` with the code of the server, SG528 for others than officers.

    :param connection: of a member of the role of privacy officers or of maintenance, in autocommit.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._officer = Officer(connection)

    def status(self, *, slow: bool = False) -> tuple[Expiring, ...]:
        """What expires, table by table.

        :param slow: count in large tables without an index on the column, too.
        """
        return tuple(Expiring(**row) for row in self._officer.ask("retention_status", slow=slow))

    def partitions(self, *, table: str | None = None) -> tuple[ExpiredPartition, ...]:
        """Whole partitions that have expired.

        :param table: only of this one, as the policy names it.
        """
        found = (ExpiredPartition(**row) for row in self._officer.ask("expired_partitions"))
        return tuple(one for one in found if table in (None, one.table_name))

    def drop_partitions(self, *, table: str | None = None, patience: float = 10.0) -> tuple[DroppedPartition, ...]:
        """Drop what :meth:`partitions` lists, each in a transaction of its own; the other rows are for :meth:`run`.

        The connection is of the owner of the partitions, who is a member of the role for maintenance, or a superuser.

        :param patience: seconds for which a partition is tried again that others use.
        :raises GuardError: SG577 for who does not own one.
        """
        self._alone()
        return tuple(self._drop(one, time.monotonic() + patience, patience) for one in self.partitions(table=table))

    def _drop(self, one: ExpiredPartition, end: float, patience: float) -> DroppedPartition:
        while one.hindrance is None:
            (found,) = self._officer.ask("drop_expired_partition", partition=one.partition)
            if found["state"] == "done" or not found["cause"].startswith("locked") or time.monotonic() > end:
                return DroppedPartition(one.partition, found["rows"], found["cause"])
            time.sleep(min(_PAUSE, patience))
        return DroppedPartition(one.partition, 0, one.hindrance)

    def _alone(self) -> None:
        if not self._connection.autocommit or self._connection.info.transaction_status is not TransactionStatus.IDLE:
            raise GuardError("SG573", "expired rows are purged in short transactions of their own",
                             hint="pass a connection in autocommit, outside of a transaction")

    def run(
        self, *, table: str | None = None, slow: bool = False, milliseconds: int = 200, patience: float = 10.0,
        told: Callable[[str, int], None] | None = None,
    ) -> tuple[Purged, ...]:
        """Purge what has expired, children before their parents.

        :param table: only this one, as the policy names it.
        :param slow: also large tables that are read as a whole for each batch.
        :param milliseconds: how long a batch may take.
        :param patience: seconds for which locked rows of a table are tried again.
        :param told: hears of each batch: the table and its rows.
        """
        self._alone()
        names = [row["table"] for row in self._officer.ask("retention_tables")] if table is None else [table]
        return tuple(self._purge(name, slow, milliseconds, patience, told) for name in names)

    def _purge(
        self, table: str, slow: bool, milliseconds: int, patience: float, told: Callable[[str, int], None] | None
    ) -> Purged:
        rows, batches, end = 0, 0, time.monotonic() + patience
        while True:
            (found,) = self._officer.ask("purge_batch", table=table, milliseconds=milliseconds, slow=slow)
            if found["rows"]:
                rows, batches = rows + found["rows"], batches + 1
                if told is not None:
                    told(table, found["rows"])
            if found["state"] == "done":
                return Purged(table, rows, batches, None)
            if found["state"] == "stuck":
                if "locked" not in found["cause"] or time.monotonic() > end:
                    return Purged(table, rows, batches, found["cause"])
                time.sleep(min(_PAUSE, patience))
