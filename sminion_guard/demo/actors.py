"""Those who connect in the story: each a raw psycopg connection of one login, with no guard on the client's side."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from sminion_guard.demo.answer import Answer, Refusal

Parameters = Sequence[Any] | None


def execute(conn: psycopg.Connection, statement: str, parameters: Parameters = None) -> Answer:
    """Send one statement, fetch everything, and measure; a refusal is an answer too."""
    start = time.perf_counter()
    try:
        cursor = conn.execute(statement, parameters)
        rows = tuple(cursor.fetchall()) if cursor.description is not None else ()
    except psycopg.Error as error:
        return Answer(seconds=time.perf_counter() - start, refusal=Refusal.of(error))
    spent = time.perf_counter() - start
    columns = tuple(column.name for column in cursor.description or ())
    return Answer(columns, rows, len(rows) if columns else cursor.rowcount, spent)


@dataclass(slots=True)
class Actor:
    """A login of the story.

    :param login: the PostgreSQL role it connects as.
    :param who: what tickets name as the actor.
    :param dsn: where it connects.
    """

    login: str
    who: str
    dsn: str
    _conn: psycopg.Connection | None = None
    _tickets: dict[tuple[object, ...], str] = field(default_factory=dict)

    @property
    def conn(self) -> psycopg.Connection:
        """The connection, in autocommit: transactions are begun by name, as in psql."""
        if self._conn is None:
            self._conn = psycopg.connect(self.dsn, autocommit=True, application_name="demo")
        return self._conn

    def ticket(
        self, purpose: str, reason: str, *, subject: str | None = None, schemas: Sequence[str] | None = None,
        basis_ref: str | None = None,
    ) -> str:
        """The token of a committed ticket; the same one for the same reason.

        :param subject: the customer whom it names.
        :raises psycopg.Error: when the server gives none.
        """
        key = (purpose, reason, subject, tuple(schemas or ()), basis_ref)
        if key not in self._tickets:
            row = self.conn.execute(
                "SELECT sminion.open_ticket(%s, %s, %s, schemas => %s, subject => %s, kind => %s, basis_ref => %s)",
                [purpose, self.who, reason, list(schemas) if schemas else None, subject,
                 "customer" if subject else None, basis_ref],
            ).fetchone()
            assert row is not None  # a function that returns a scalar always gives a row
            self._tickets[key] = row[0]
        return self._tickets[key]

    def act(
        self, purpose: str, reason: str, statement: str, parameters: Parameters = None, *,
        subject: str | None = None, schemas: Sequence[str] | None = None, basis_ref: str | None = None,
    ) -> Answer:
        """Run ``statement`` in a transaction under a ticket; commit what succeeds."""
        try:
            token = self.ticket(purpose, reason, subject=subject, schemas=schemas, basis_ref=basis_ref)
        except psycopg.Error as error:
            return Answer(refusal=Refusal.of(error))
        return self.attempt([("SELECT sminion.enter(%s)", [token])], statement, parameters)

    def attempt(
        self, before: Sequence[tuple[str, Parameters]], statement: str, parameters: Parameters = None
    ) -> Answer:
        """Run the statements ``before`` and then ``statement`` in one transaction: the first refusal is the answer."""
        conn = self.conn
        conn.execute("BEGIN")
        for text, given in before:
            answer = execute(conn, text, given)
            if answer.refusal:
                break
        else:
            answer = execute(conn, statement, parameters)
        conn.execute("ROLLBACK" if answer.refusal else "COMMIT")
        return answer

    def say(self, statement: str, parameters: Parameters = None) -> Answer:
        """Run ``statement`` by itself, outside of any ticket."""
        return execute(self.conn, statement, parameters)

    def close(self) -> None:
        """Disconnect."""
        if self._conn is not None:
            self._conn.close()
            self._conn = None
