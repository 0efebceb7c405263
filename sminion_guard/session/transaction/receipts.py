"""Rows of the log that must be on disk before results are released."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

from sminion_guard.session.recording.receipt import Receipt

MOST_OWED = 200
"""Rows of one transaction that nobody has waited for, at most, in mode ``strict_transaction``."""


class Receipts:
    """Of one connection: they outlive a transaction that ends with an error.

    :param gathers: wait for the first row of a transaction only, and for all others together at its end.
    :ivar due: rows that must be on disk before anything is released.
    :ivar owed: rows that must be on disk before the transaction ends.
    :ivar unreleased: cursors that hold results that were not released.
    """

    def __init__(self, *, gathers: bool) -> None:
        self._gathers = gathers
        self._waited = False
        self.due: list[Receipt] = []
        self.owed: list[Receipt] = []
        self.unreleased: WeakSet[Any] = WeakSet()

    def begin(self) -> None:
        """A transaction begins: its first row is waited for."""
        self._waited = False

    @property
    def urgent(self) -> bool:
        """Whether the next row is waited for at once."""
        return not (self._gathers and self._waited)

    def to_await(self, *, ends: bool, pipelined: bool) -> Iterator[Receipt]:
        """The rows to wait for now. Nothing is released before all of them were waited for.

        :param ends: whether the transaction is about to end.
        :param pipelined: whether COMMIT may have been sent already.
        :raises AuditUnavailable: where one could not be written.
        """
        if not self.urgent and not ends and not pipelined and len(self.owed) < MOST_OWED:
            self.owed += self.due
            self.due.clear()
            while self.owed and self.owed[0].done():
                self.owed.pop(0).result()  # raises where one could not be written
        else:
            self.due[:0] = self.owed
            self.owed.clear()
            self._waited = self._waited or bool(self.due)
            while self.due:
                yield self.due[0]
                self.due.pop(0)
        self.unreleased.clear()

    def withhold(self) -> list[Any]:
        """Forget all; the cursors whose results must not be released."""
        held = list(self.unreleased)
        self.unreleased.clear()
        self.due.clear()
        self.owed.clear()
        return held
