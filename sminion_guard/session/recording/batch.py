"""Which rows of the log one commit writes: a result joins its statement where both are on their way."""

from __future__ import annotations

from dataclasses import dataclass, field

from sminion_guard.session.recording.queue import Waiting
from sminion_guard.session.recording.receipt import Place, Receipt
from sminion_guard.session.recording.rows import Shape, Statement


class Orphan(Exception):
    """A result whose statement is not on record, or on record of an earlier writer: it cannot be recorded."""


@dataclass(slots=True)
class Batch:
    """Rows on their way, and where each is going to stand.

    :param writer: the number of the writer.
    :param first: the place of the first entry.
    """

    writer: int
    first: int
    rows: list[tuple[Waiting, Place]] = field(default_factory=list)
    orphans: list[tuple[Waiting, Orphan]] = field(default_factory=list)
    _entries: list[str] = field(default_factory=list)
    """Members of JSON objects."""

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def last(self) -> int:
        """The place of the last entry."""
        return self.first + len(self._entries) - 1

    def fill(self, rows: list[Waiting], numbers: dict[Shape, int]) -> None:
        """Take in ``rows``.

        :param numbers: of their shapes.
        """
        places: dict[Receipt, Place] = {}
        alone: dict[Receipt, int] = {}  # entries of statements of which nothing has come yet
        for waiting in rows:
            row = waiting.row
            if isinstance(row, Statement):
                place = places[waiting.receipt] = self.writer, self.last + 1
                alone[waiting.receipt] = len(self._entries)
                self._entries.append(f'"ticket":{row.ticket},"shape":{numbers[row.shape]}')
                self.rows.append((waiting, place))
                continue
            of = waiting.of
            assert of is not None
            entry = alone.pop(of, None)
            if entry is not None:  # the first result of a statement shares its row
                self._entries[entry] += f",{row.members()}"
                self.rows.append((waiting, places[of]))
                continue
            try:
                _, statement = places.get(of) or self._on_record(of)
            except Orphan as error:
                self.orphans.append((waiting, error))
                continue
            self.rows.append((waiting, (self.writer, self.last + 1)))
            self._entries.append(f'"of":{statement},{row.members()}')

    def _on_record(self, of: Receipt) -> Place:
        """The place of a statement that was written before."""
        if not of.done() or of.exception() is not None:
            raise Orphan("the statement of this result is not on record")
        place = of.result()
        if place[0] != self.writer:
            raise Orphan("the statement of this result is on record of an earlier connection to the log")
        return place

    def text(self) -> bytes:
        """The entries, as sql/functions/log/journal_entries.sql reads them."""
        return f"[{{{'},{'.join(self._entries)}}}]".encode("utf-8", "replace")  # a lone surrogate is no text
