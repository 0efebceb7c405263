"""Repeating the decisions of a ledger in a restored database, in the order of their moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from sminion_guard.errors import GuardError
from sminion_guard.subjects.asking import Hear, Officer
from sminion_guard.subjects.destructions import Destructions
from sminion_guard.subjects.ledger.entry import Entry
from sminion_guard.subjects.ledger.file import Ledger, Mark

Told = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Failure:
    """An entry that could not be repeated, and why."""

    number: int
    what: str
    cause: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was done.

    :param size: the last event that the ledger has.
    :param applied: decisions that were missing, and are repeated.
    :param present: those that were there, or were repeated by an earlier run.
    :param strangers: those about people whom the database does not know: it has no row of them that could be processed.
    :param destroyed: people whose data were destroyed again.
    """

    size: int
    applied: int
    present: int
    strangers: int
    destroyed: int
    failures: tuple[Failure, ...]


def replay(
    connection: psycopg.Connection[Any], ledger: Ledger, reason: str, *, progress: Told | None = None,
    hear: Hear | None = None,
) -> Replayed:
    """Repeat what is missing. It may be interrupted, and called again: what is repeated stays.

    :param connection: of a privacy officer, in autocommit: each decision is a transaction of its own.
    :param hear: told what the server warns of.
    :raises GuardError: SG590 where the file is damaged: nothing was changed.
    """
    head = ledger.head()
    entries: list[Entry] = []
    size = 0
    for found in ledger.entries():
        if isinstance(found, Mark):
            size = found.size
        else:
            entries.append(found)
    officer = Officer(connection, hear)
    run = _Run(officer, Destructions(connection), head.ledger, _people(officer, head.salt, entries))
    # The numbers have the order of kinds within a call of maintenance.
    entries.sort(key=lambda entry: (datetime.fromisoformat(entry.at), entry.number))
    named = {entry.number: entry.person for entry in entries}
    for done, entry in enumerate(entries, 1):
        run.repeat(entry if entry.about is None else replace(entry, person=named.get(entry.about)))
        if progress is not None:
            progress(done, len(entries))
    officer.ask("end_replay", ledger=head.ledger, size=size, failed=len(run.failures), reason=reason)
    return Replayed(size, run.applied, run.present, run.strangers, run.destroyed, tuple(run.failures))


def _people(officer: Officer, salt: bytes, entries: Sequence[Entry]) -> dict[str, str]:
    """Commitment to the key of those whom the database knows."""
    sought = {each for entry in entries for each in (entry.person, entry.other) if each is not None}
    found = officer.ask("ledger_people", salt=salt, people=[bytes.fromhex(each) for each in sorted(sought)])
    return {row["person"].hex(): row["subject"] for row in found}


class _Run:
    """One replay, and what it has done so far."""

    def __init__(self, officer: Officer, destructions: Destructions, ledger: str, people: Mapping[str, str]) -> None:
        self._officer = officer
        self._destructions = destructions
        self._ledger = ledger
        self._people = people
        self.applied = self.present = self.strangers = self.destroyed = 0
        self.failures: list[Failure] = []

    def repeat(self, entry: Entry) -> None:
        subject, other = (None if each is None else self._people.get(each) for each in (entry.person, entry.other))
        if not entry.of_nobody and (subject is None or (entry.other is not None and other is None)):
            self.strangers += 1
            return
        try:
            (row,) = self._officer.ask(
                "replay_decision", ledger=self._ledger, number=entry.number, kind=entry.kind, at=entry.at,
                subject=subject, other=other, decision=Jsonb(entry.decision))
            if row["outcome"] == "applied":
                self.applied += 1
            else:
                self.present += 1
            if entry.decision.get("event") == "destruction_begun":
                self._destroy(row["became"], entry)
        except GuardError as error:
            self._failed(entry, f"{error.code}: {error.message}")

    def _destroy(self, request: int, entry: Entry) -> None:
        """To the end, also where an earlier run was interrupted: the request is closed by a later entry."""
        if self._destructions.get(request).completed_at is None:
            found = self._destructions.destroy(request, "repeated after a restore", slow=True, patience=2)
            left = ", ".join(f"{table.schema_name}.{table.table_name}: {table.cause}" for table in found.left)
            self.destroyed += not left
            if left:
                self._failed(entry, f"rows are left: {left}")

    def _failed(self, entry: Entry, cause: str) -> None:
        what = entry.decision.get("event") or entry.decision.get("act") or entry.kind
        self.failures.append(Failure(entry.number, str(what), cause))
