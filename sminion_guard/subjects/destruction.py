"""What destroying the data of a person would do, did, and left: plain values, as the database says them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be done to one table.

    :param way: destroy or depersonalize.
    :param shared: of rows about several people: last, first or unlink.
    :param rows: of the person; None where they were not counted, because no index leads to them.
    :param about_others: those of them that are about other people too.
    :param indexed: an index leads to the rows, or the table is small.
    :param hold: the number of the hold that keeps them.
    :param stays: why rows stay.
    :param hindrance: why the table cannot be destroyed as it is.
    """

    place: int
    schema_name: str
    table_name: str
    way: str
    shared: str
    rows: int | None
    about_others: int | None
    indexed: bool
    hold: int | None
    stays: str | None
    hindrance: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch has done.

    :param state: working, stuck or done.
    """

    state: str
    schema_name: str | None
    table_name: str | None
    rows: int | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class DestroyedTable:
    """What was done to one table.

    :param planned: rows that were counted at the beginning.
    :param state: waiting, held or done.
    :param cause: why rows are left.
    :param hold: the number of the hold that keeps them, with its reason, basis and end.
    :param longest: of its batches.
    """

    schema_name: str
    table_name: str
    way: str
    planned: int | None
    destroyed: int
    depersonalized: int
    unlinked: int
    state: str
    cause: str | None
    hold: int | None
    hold_reason: str | None
    hold_basis: str | None
    hold_until: datetime | None
    batches: int
    longest: timedelta | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Destruction:
    """How far a destruction is.

    :param completed_at: since when nothing is left but what is held.
    """

    number: int
    request: int
    begun_at: datetime
    completed_at: datetime | None
    tables: tuple[DestroyedTable, ...]

    @property
    def left(self) -> tuple[DestroyedTable, ...]:
        """Tables whose rows could not be destroyed yet."""
        return tuple(table for table in self.tables if table.state == "waiting")

    @property
    def held(self) -> tuple[DestroyedTable, ...]:
        """Tables whose rows a hold keeps."""
        return tuple(table for table in self.tables if table.state == "held")
