"""Calls the functions of officers, and says in our words what the server refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.errors import Diagnostic
from psycopg.rows import dict_row

from sminion_guard import resources
from sminion_guard.codes import raised_by_server
from sminion_guard.errors import GuardError

Row = dict[str, Any]
Hear = Callable[[str], None]


class Officer:
    """Acts as a privacy officer through one connection.

    :param connection: of a member of the privacy officers' role.
    :param hear: told what the server warns of.
    """

    def __init__(self, connection: psycopg.Connection[Any], hear: Hear | None = None) -> None:
        self._connection = connection
        self._hear = hear

    def ask(self, query: str, /, **values: object) -> list[Row]:
        """The rows that a query of ``sql/queries/subjects`` gives, in the caller's transaction, or in one of its own.

        :raises GuardError: with the code of the server; SG528 for who is no privacy officer.
        """
        if self._hear is not None:
            self._connection.add_notice_handler(self._told)
        try:
            with self._connection.cursor(row_factory=dict_row) as cursor:
                return cursor.execute(resources.sql_text(f"queries/subjects/{query}").encode(), values).fetchall()
        except psycopg.Error as error:
            raise translated(error) from error
        finally:
            if self._hear is not None:
                self._connection.remove_notice_handler(self._told)

    def stream(self, query: str, /, **values: object) -> Iterator[Row]:
        """The rows of a query, some thousand at a time, in a transaction: for answers that do not fit into memory.

        :raises GuardError: as :meth:`ask`.
        """
        try:
            with self._connection.transaction(), \
                    self._connection.cursor(f"guard_{query}", row_factory=dict_row) as cursor:
                cursor.itersize = 2000
                yield from cursor.execute(resources.sql_text(f"queries/subjects/{query}").encode(), values)
        except psycopg.Error as error:
            raise translated(error) from error

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is asked within is undone where it fails, and nothing else."""
        with self._connection.transaction():
            yield

    def value(self, query: str, /, **values: object) -> Any:
        """The only value of the only row."""
        ((value,),) = (row.values() for row in self.ask(query, **values))
        return value

    def _told(self, said: Diagnostic) -> None:
        if self._hear is not None and (said.sqlstate or "").startswith("SG"):
            text = f"{said.sqlstate}: {said.message_primary}"
            self._hear(f"{text}\nhint: {said.message_hint}" if said.message_hint else text)


def translated(error: psycopg.Error) -> GuardError | psycopg.Error:
    """What the server refused, in our words; any other error as it is."""
    said = error.diag.message_primary or str(error)
    ours = raised_by_server(error.sqlstate, said, detail=error.diag.message_detail, hint=error.diag.message_hint)
    if ours is not None:
        return ours
    if isinstance(error, (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName)):
        return GuardError(
            "SG528", "this login may not do this", detail=said,
            hint="connect as a privacy officer, a member of `<policy>_privacy_officer`; to list requests, their"
            " history, consents and disclosures, `<policy>_auditor` is enough")
    return error
