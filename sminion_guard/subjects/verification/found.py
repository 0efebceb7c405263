"""What a verification found, could not read, and cannot see: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A place that has the key.

    :param how: ``reference``: rows that foreign keys lead to. ``value``: the key in a column of its type. ``text``: the
        key as a word in a text, document, array or row. ``orphan``: rows that refer to a row that is gone.
        ``statistics``, ``comment``, ``code``, ``sequence``, ``large object``, ``statement``: in the catalog.
    :param name: of the relation, or of the object.
    :param column: columns, or which part of the object.
    :param rows: how many.
    :param protected: the policy protects the relation.
    :param guard: a table of the guard: the log, until the person is erased from it, and the state that keeps it away.
    """

    how: str
    name: str
    column: str
    rows: int
    protected: bool = False
    guard: bool = False


@dataclass(frozen=True, slots=True)
class Unread:
    """What should have been read and was not."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class OutOfSight:
    """What no query of this database reads."""

    what: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class DeadRows:
    """Deleted rows of a protected table that still stand in its file.

    :param table: of the policy: the table itself, or the one that it is a partition of.
    :param rows: None where they were not counted.
    :param checked: counted by pgstattuple; else it is what the statistics estimate.
    """

    schema_name: str
    table_name: str
    table: str
    rows: int | None
    checked: bool


@dataclass(frozen=True, slots=True)
class Verification:
    """One look at the whole database.

    :param relations: how many were read as a whole.
    """

    began_at: datetime
    ended_at: datetime
    database: str
    relations: int
    found: tuple[Found, ...]
    unread: tuple[Unread, ...]
    out_of_sight: tuple[OutOfSight, ...]
    dead_rows: tuple[DeadRows, ...]

    @property
    def left(self) -> tuple[Found, ...]:
        """Places outside of the guard's own tables."""
        return tuple(place for place in self.found if not place.guard)

    @property
    def clean(self) -> bool:
        """Everything was read, and nothing has the key but the guard."""
        return not self.left and not self.unread
