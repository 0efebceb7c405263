"""Writing the ledger: what the log has beyond the last event of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from sminion_guard.errors import GuardError
from sminion_guard.subjects.asking import Officer
from sminion_guard.subjects.ledger.entry import Entry, commitment
from sminion_guard.subjects.ledger.file import Ledger

CHUNK = 50_000
"""Events of the log that are looked through at once: what a batch holds in memory."""
Told = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    :param added: decisions.
    :param unnamed: of them, those about people who were erased from the log before: they cannot be repeated.
    :param size: the last event of the log that the file has.
    """

    added: int
    unnamed: int
    size: int


def export(connection: psycopg.Connection[Any], ledger: Ledger, *, progress: Told | None = None) -> Exported:
    """Add to the file whatever it does not have yet; it begins it where there is none.

    :param connection: of a privacy officer or an auditor.
    :raises GuardError: SG592 where the log is not the one that the file was written from, SG590 and SG591 of the file.
    """
    ledger.create()
    officer = Officer(connection)
    added = unnamed = 0
    while True:
        with ledger.held() as (file, head, last):
            (now,) = officer.ask("ledger_size", at=last.size)
            if last.size and (now["size"] < last.size or now["root"].hex() != last.root):
                raise GuardError(
                    "SG592", f"the log is not the one that `{ledger.path}` was written from",
                    detail=f"the file has {last.size} events, the log {now['size']}"
                    + ("" if now["size"] < last.size else ", and another root there"),
                    hint="where the database was restored, replay the file, and begin a new one afterwards")
            upto = min(now["size"], last.size + CHUNK)
            if upto == last.size:
                return Exported(added, unnamed, last.size)
            (there,) = officer.ask("ledger_size", at=upto)
            entries = list(_entries(officer, head.salt, last.size, upto))
            unnamed += sum(entry.person is None and entry.about is None and not entry.of_nobody for entry in entries)
            added += ledger.add(file, last, entries, upto, there["root"].hex())
        if progress is not None:
            progress(upto, now["size"])


def _entries(officer: Officer, salt: bytes, after: int, upto: int) -> Iterator[Entry]:
    for row in officer.ask("ledger_events", after=after, upto=upto):
        key, other = row["subject"], row["other"]
        yield Entry(
            row["number"], row["kind"], row["at"].isoformat(), None if key is None else commitment(salt, key),
            None if other is None else commitment(salt, other), row["about"], row["decision"])
