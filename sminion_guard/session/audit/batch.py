"""Which rows of the log one commit writes: a result joins its statement where both are on their way."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sminion_guard.session.audit.queue import Place, Waiting
from sminion_guard.session.audit.rows import Shape, Statement


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
    entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The place of the last entry."""
        return self.first + len(self.entries) - 1

    def fill(self, rows: list[Waiting], numbers: dict[Shape, int]) -> None:
        """Take in ``rows``.

        :param numbers: of their shapes.
        """
        statements: dict[int, tuple[dict[str, Any], Place]] = {}
        for waiting in rows:
            row = waiting.row
            if isinstance(row, Statement):
                place = (self.writer, self.last + 1)
                entry: dict[str, Any] = {"ticket": row.ticket, "shape": numbers[row.shape]}
                statements[id(waiting.receipt)] = entry, place
                self.entries.append(entry)
                self.rows.append((waiting, place))
                continue
            entry, place = statements.get(id(waiting.of), ({}, (0, 0)))
            if entry and "outcome" not in entry:  # the first result of a statement shares its row
                entry.update(row.entry())
                self.rows.append((waiting, place))
                continue
            try:
                of = place[1] or self._on_record(waiting)
            except Orphan as error:
                self.orphans.append((waiting, error))
                continue
            self.rows.append((waiting, (self.writer, self.last + 1)))
            self.entries.append({"of": of, **row.entry()})

    def _on_record(self, waiting: Waiting) -> int:
        """The place of the statement that a result belongs to."""
        of = waiting.of
        if of is None or not of.done() or of.cancelled() or of.exception() is not None:
            raise Orphan("the statement of this result is not on record")
        writer, place = of.result()
        if writer != self.writer:
            raise Orphan("the statement of this result is on record of an earlier connection to the log")
        return place

    def text(self) -> bytes:
        """The entries, as sql/functions/log_statements.sql wants them."""
        return json.dumps(self.entries).encode()

