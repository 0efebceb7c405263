"""What the database has of its sealed log. Nothing of it is trusted here: callers compare it with signatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import psycopg

from sminion_guard import resources
from sminion_guard.audit.merkle import HASH_SIZE
from sminion_guard.audit.tiles import WIDTH, Tile, TileHashes
from sminion_guard.errors import InstallError

CHUNK = 20 * WIDTH
"""Leaves that are read at once: their bytes, some hundred each, are all that is held in memory."""


class Leaf(NamedTuple):
    """One event.

    :param number: from 1 on; its index in the tree is one less.
    :param kind: as in the leaf.
    :param entry: canonical bytes, made from the rows.
    """

    number: int
    kind: str
    entry: bytes


class Kept(NamedTuple):
    """A note that the database keeps.

    :param size: of the checkpoint, as whoever recorded it said.
    :param login: that recorded it.
    """

    size: int
    note: bytes
    login: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is no leaf yet, and what was no entry.

    :param events: that have a number.
    :param journal_rows: batches and writes that have none.
    :param journal_since: when the oldest was written.
    :param journal_waits_for: transactions that keep them there.
    :param failed: what stopped a step of maintenance.
    :param faults: entries that were not what they claimed to be.
    :param gaps: places of writers that are missing, each row a range of them.
    """

    events: int
    journal_rows: int
    journal_since: datetime | None
    journal_waits_for: str | None
    failed: str | None
    faults: int
    gaps: int


class SealedLog:
    """Reads the tree and its leaves, as an auditor may."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """
        :param connection: as a member of the auditors' role, or as a superuser.
        """
        self._connection = connection

    def size(self) -> int:
        """How many events are leaves.

        :raises InstallError: SG409 where the guard is not installed, or older.
        """
        try:
            return int(self._one("tree_size")[0])
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            raise InstallError("SG409", "the guard is not installed in this database, or in an older version",
                               hint="run `sminion-guard install` first") from error

    def hashes(self, size: int) -> TileHashes:
        """The hashes of the tree at ``size``, for roots and proofs."""
        return TileHashes(self._tile, size)

    def leaf_hashes(self, start: int, end: int) -> list[bytes]:
        """As the tree has them, for the indexes from ``start`` up to ``end``; fewer where it has fewer."""
        (data,) = self._one("tile_hashes", first=start // WIDTH, last=(end - 1) // WIDTH)
        data = data or b""
        first = start % WIDTH * HASH_SIZE
        wanted = data[first:first + (end - start) * HASH_SIZE]
        return [wanted[at:at + HASH_SIZE] for at in range(0, len(wanted), HASH_SIZE)]

    def leaves(self, low: int, high: int) -> list[Leaf]:
        """Those with the numbers from ``low`` to ``high``, made from the rows as they are now."""
        return [Leaf(*row) for row in self._run("leaves", low=low, high=high)]

    def checkpoints(self) -> Iterator[Kept]:
        """The notes that the database keeps, by their size."""
        for size, note, login, at in self._run("checkpoints"):
            yield Kept(size, note.encode(), login, at)

    def record(self, size: int, root: bytes, note: bytes) -> None:
        """Keep a checkpoint in the database, for those who verify."""
        self._run("record_checkpoint", size=size, root=root, note=note.decode())

    def report_restore(self, reason: str) -> bool:
        """Let no ticket be opened until an officer accepts that the database was restored; False where it was said."""
        return bool(self._one("report_restore", reason=reason)[0])

    def dropped_until(self) -> int:
        """The highest number of an event whose month was dropped; 0 where none was."""
        return int(self._one("dropped_until")[0])

    def stray_rows(self) -> dict[str, int]:
        """Kind to the number of rows that are no leaf; `listed` counts all rows that name a person."""
        return dict(self._run("stray_rows"))

    def days_of_tickets(self) -> tuple[date | None, date | None]:
        """The first and the last day whose tickets the log has, with all that was done under them."""
        first, last = self._one("days_of_tickets")
        return first, last

    def silent_tickets(self, day: date) -> list[tuple[str, int]]:
        """Login to the number of its tickets of a day under which nothing is on record."""
        return [(login, tickets) for login, tickets in self._run("silent_tickets", day=day)]

    def waiting(self) -> Waiting:
        """What maintenance has still to do."""
        return Waiting(*self._one("waiting"))

    def makes_leaves_as_we_do(self) -> bool:
        """Whether the function that makes leaves is the one of this version of the package."""
        source, owner, settings = self._one("leaves_source")
        expected = resources.sql_text("functions/proof/leaves").split("$sminion$")[1]
        wanted = {"search_path=pg_catalog, pg_temp", "jit=off"}
        return bool(source == expected and owner == "sminion_owner" and set(settings or ()) == wanted)

    def _tile(self, tile: Tile) -> bytes | None:
        row = self._run("tile", level=tile.level, index=tile.number)
        data = row[0][0][:tile.width * HASH_SIZE] if row else b""
        return data if len(data) == tile.width * HASH_SIZE else None

    def _run(self, name: str, **values: object) -> list[tuple[Any, ...]]:
        cursor = self._connection.cursor(row_factory=psycopg.rows.tuple_row, binary=True)
        return cursor.execute(resources.sql_text(f"queries/audit/{name}").encode(), values or None).fetchall()

    def _one(self, name: str, **values: object) -> tuple[Any, ...]:
        (row,) = self._run(name, **values)
        return row
