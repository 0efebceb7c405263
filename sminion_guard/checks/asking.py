"""What the checks ask a database with: those who install bring it."""

from __future__ import annotations

from typing import Any, Protocol


class Database(Protocol):
    """A database in an open transaction, asked now as the role that asks, now as ``sminion_owner``."""

    def ask(self, name: str, *, as_owner: bool = True, **values: object) -> list[tuple[Any, ...]]:
        """The rows of a named query.

        :param name: its path in sql/ without ``.sql``.
        :param values: its parameters.
        """

    def count(self, statement: str, *, as_owner: bool, milliseconds: int) -> int | None:
        """The number that a compiled SELECT gives; None when it takes longer, waits for a lock, or may not be asked."""

    def look(
        self, statement: str, values: dict[str, object] | None = None, *, as_owner: bool, milliseconds: int
    ) -> tuple[Any, ...] | None:
        """The first row that a statement gives, whatever it did being taken back; None as for :meth:`count`."""


class AskedOnce:
    """Passes questions on, and remembers the answers of named queries: several checks compare the same.

    :param database: in a transaction in which nothing changes.
    """

    def __init__(self, database: Database) -> None:
        self._answers: dict[str, list[tuple[Any, ...]]] = {}
        self._database = database
        self.count, self.look = database.count, database.look

    def ask(self, name: str, *, as_owner: bool = True, **values: object) -> list[tuple[Any, ...]]:
        """As :meth:`Database.ask`."""
        question = repr((name, as_owner, sorted(values.items())))
        if question not in self._answers:
            self._answers[question] = self._database.ask(name, as_owner=as_owner, **values)
        return self._answers[question]
