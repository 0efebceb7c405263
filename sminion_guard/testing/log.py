"""What a test left in the log of statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sminion_guard.migrate import queries
from sminion_guard.testing.database import GuardDatabase


@dataclass(frozen=True, slots=True)
class Logged:
    """A statement in the log.

    :param at: when, by the server's clock.
    :param verdict: ``allowed`` or ``refused``, by analyzer or server.
    :param codes: why it was refused.
    :param operations: collect, use, clarify, delete.
    :param relations: ``schema.table`` of all it touched.
    :param columns: ``schema.table.column`` of all it touched.
    :param statement: its text without constants.
    :param rows: how many it returned or changed; None when nothing came of it.
    :param subjects: the keys of the people whose data its result held.
    :param values: what its ticket carries, such as a tenant.
    """

    at: datetime
    login: str
    purpose: str
    actor: str
    reason: str
    verdict: str
    codes: tuple[str, ...]
    operations: tuple[str, ...]
    relations: tuple[str, ...]
    columns: tuple[str, ...]
    statement: str | None
    rows: int | None
    subjects: frozenset[str]
    values: Mapping[str, Any]

    @property
    def refused(self) -> bool:
        return self.verdict == "refused"


class AccessLog:
    """The log of one test. Each property reads the log again, as an auditor would.

    :param since: the server's clock when the test began; None when the database is this test's alone.
    """

    def __init__(self, database: GuardDatabase, since: datetime | None) -> None:
        self._database, self._since = database, since

    @property
    def statements(self) -> tuple[Logged, ...]:
        """All statements, in the order in which they went on record."""
        self._database.flush()
        with self._database.connect() as connection:
            rows = queries.run(connection, "queries/testing/statements", since=self._since).fetchall()
        return tuple(_logged(row) for row in rows)

    @property
    def refusals(self) -> tuple[Logged, ...]:
        """Those that were refused."""
        return tuple(entry for entry in self.statements if entry.refused)

    @property
    def touched(self) -> frozenset[str]:
        """Tables (``schema.table``) and columns (``schema.table.column``) of the statements that were allowed."""
        allowed = [entry for entry in self.statements if not entry.refused]
        return frozenset(name for entry in allowed for name in (*entry.relations, *entry.columns))

    @property
    def purposes(self) -> frozenset[str]:
        """For which purposes anything was asked."""
        return frozenset(entry.purpose for entry in self.statements)

    @property
    def subjects(self) -> frozenset[str]:
        """The keys of all people whose data were handed to the test's code."""
        return frozenset(subject for entry in self.statements for subject in entry.subjects)


def _logged(row: tuple[Any, ...]) -> Logged:
    at, login, purpose, actor, reason, verdict, *lists, statement, rows, subjects, values = row
    codes, operations, relations, columns = map(tuple, lists)
    return Logged(at, login, purpose, actor, reason, verdict, codes, operations, relations, columns, statement, rows,
                  frozenset(subjects), values)
