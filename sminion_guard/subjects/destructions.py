"""Destroys the data of people, and keeps what must be kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from sminion_guard.errors import GuardError
from sminion_guard.subjects.asking import Hear, Officer
from sminion_guard.subjects.destruction import Batch, DestroyedTable, Destruction, Planned

_PAUSE = 1.0


class Destructions:
    """Destroys all data of the person of a request, in short transactions beside applications.

    All raise :class:`~sminion_guard.errors.GuardError` with the code of the server, SG528 for others than officers.

    :param connection: of a member of the privacy officers' role, in autocommit: each batch is a transaction of its own.
    :param hear: told what the server warns of.
    """

    def __init__(self, connection: psycopg.Connection[Any], *, hear: Hear | None = None) -> None:
        self._connection = connection
        self._officer = Officer(connection, hear)

    def plan(self, request: int, *, slow: bool = False) -> tuple[Planned, ...]:
        """What would be done for a request ``destroy``, table by table. Nothing is changed.

        :param slow: count rows that no index leads to, too.
        """
        return tuple(Planned(**row) for row in self._officer.ask("plan_destruction", request=request, slow=slow))

    def destroy(
        self, request: int, reason: str, *, slow: bool = False, actor: str | None = None, milliseconds: int = 200,
        patience: float = 10.0, told: Callable[[Batch], None] | None = None,
    ) -> Destruction:
        """Destroy the data, or go on where it was interrupted; how far it is afterwards.

        :param slow: also tables that are read as a whole to find the rows.
        :param milliseconds: how long a batch may take.
        :param patience: seconds for which locked rows are tried again. What is left is tried by maintenance.
        :param told: hears of each batch.
        """
        self._alone()
        number = int(self._officer.value(
            "begin_destruction", request=request, reason=reason, slow=slow, actor=actor))
        end, moved = time.monotonic() + patience, True
        while True:
            (row,) = self._officer.ask("destroy_batch", destruction=number, milliseconds=milliseconds)
            batch = Batch(**row)
            moved = moved or bool(batch.rows)
            if told is not None:
                told(batch)
            if batch.state == "done":
                return self.get(request)
            if batch.state == "stuck":
                found = self.get(request)
                causes = [batch.cause, *(table.cause for table in found.left)]
                locked = any(cause is not None and "locked" in cause for cause in causes)
                if not moved and (not locked or time.monotonic() > end):
                    return found
                if not moved:
                    time.sleep(min(_PAUSE, patience))
                moved = False

    def get(self, request: int) -> Destruction:
        """How far the destruction for a request is.

        :raises GuardError: SG563 when none was begun.
        """
        rows = self._officer.ask("destruction_status", request=request)
        if not rows:
            raise GuardError("SG563", f"no destruction was begun for request {request}",
                             hint="run `sminion-guard subject destroy`")
        heads = [(row.pop("destruction"), row.pop("request"), row.pop("begun_at"), row.pop("completed_at"))
                 for row in rows]
        return Destruction(*heads[0], tuple(DestroyedTable(**row) for row in rows))

    def hold(
        self, subject: object, reason: str, basis: str, *, table: str | None = None, category: str | None = None,
        until: datetime | None = None, actor: str | None = None, kind: str | None = None,
    ) -> int:
        """Keep data of a person although they would be destroyed; the number of the hold.

        :param basis: the law, contract or claim that it rests on.
        :param table: as ``schema.table``; or
        :param category: all tables that have a column of it.
        :param until: when the hold ends by itself.
        """
        return int(self._officer.value(
            "hold_data", subject=str(subject), reason=reason, basis=basis, table=table, category=category, until=until,
            actor=actor, kind=kind))

    def release(self, number: int, reason: str, *, actor: str | None = None) -> None:
        """End a hold: maintenance destroys what it kept."""
        self._officer.ask("release_hold", id=number, reason=reason, actor=actor)

    def _alone(self) -> None:
        if not self._connection.autocommit or self._connection.info.transaction_status is not TransactionStatus.IDLE:
            raise GuardError(
                "SG563", "data are destroyed in transactions after the one that writes down what will be",
                hint="pass a connection in autocommit, outside of a transaction")
