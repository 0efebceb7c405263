"""What the log of writes says, read as the superuser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.servers import Database

_NEW = """
SELECT w.operation, w.relation, w.columns, w.rows, w.bulk, w.login::text, w.role::text, w.ticket,
       ARRAY(SELECT s.subject FROM sminion.subject_access s WHERE s.at = w.at AND s.write = w.id
             ORDER BY length(s.subject), s.subject)
FROM sminion.write_log w WHERE w.at > %s ORDER BY w.at
"""


@dataclass(frozen=True, slots=True)
class Write:
    """One row of the log, with its subjects."""

    operation: str
    relation: str
    columns: tuple[str, ...]
    rows: int | None
    bulk: int | None
    login: str
    role: str
    ticket: int | None
    subjects: tuple[str, ...]

    @property
    def brief(self) -> tuple[str, str, str, int | None, str]:
        """Operation, relation, columns, rows and subjects, to compare at a glance."""
        return self.operation, self.relation, " ".join(self.columns), self.rows, " ".join(self.subjects)


@contextmanager
def recorded(database: Database) -> Iterator[list[Write]]:
    """Fills the list at its end with what was recorded meanwhile."""
    ((before,),) = database.execute("SELECT clock_timestamp()")
    found: list[Write] = []
    yield found
    rows: list[tuple[Any, ...]] = database.execute(_NEW, before)
    found += [
        Write(operation, relation, tuple(columns), count, bulk, login, role, ticket, tuple(subjects))
        for operation, relation, columns, count, bulk, login, role, ticket, subjects in rows
    ]


def wrote(database: Database, *statements: str) -> list[tuple[str, str, str, int | None, str]]:
    """What is recorded of ``statements`` of the superuser."""
    with recorded(database) as found, database.connect() as connection:
        for statement in statements:
            connection.execute(statement.encode())
    return [write.brief for write in found]
