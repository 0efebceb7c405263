"""A page of the log. The next one begins behind a place, not after a number of rows, since the log grows meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sminion_guard.audit.reading.entry import Entry


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in the order of the log. Statements have a writer and a place, writes a number."""

    at: datetime
    writer: int
    place: int
    write: int

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC).isoformat()},{self.writer},{self.place},{self.write}"

    @classmethod
    def of(cls, entry: Entry) -> Place:
        """The place of an entry."""
        return cls(entry.at, entry.writer, entry.place, entry.write)

    @classmethod
    def parse(cls, text: str) -> Place:
        """The reverse of ``str``.

        :raises ValueError: when ``text`` is no place.
        """
        at, writer, place, write = text.split(",")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("a place has a time zone")
        return cls(moment, int(writer), int(place), int(write))

    @staticmethod
    def parameters(place: Place | None) -> dict[str, Any]:
        """What the queries compare with; NULL at the newest end of the log."""
        return {f"after_{name}": getattr(place, name, None) for name in ("at", "writer", "place", "write")}


@dataclass(frozen=True, slots=True)
class Page:
    """What was read.

    :param act: number of the record of this reading in ``sminion.act``.
    :param subject: key of the person that was asked about, as logs keep it.
    :param entries: newest first.
    :param following: where the next page begins; None on the last one.
    :param dropped_before: months before this day were dropped, so nothing of them is listed; None where none was.
    :param other_keys: that belong to the same person; accesses to their data stand on pages of their own.
    """

    act: int
    subject: str | None
    entries: tuple[Entry, ...]
    following: Place | None
    dropped_before: date | None = None
    other_keys: tuple[str, ...] = ()
