"""Reads the log as an auditor or privacy officer may, after it has recorded that it will."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg
from psycopg.rows import dict_row

from sminion_guard import resources
from sminion_guard.audit.reading.categories import Policies
from sminion_guard.audit.reading.entry import Entry
from sminion_guard.audit.reading.page import Page, Place
from sminion_guard.audit.reading.question import Kind, Question
from sminion_guard.errors import AuditUnavailable

T = TypeVar("T")
_LISTS = ("operations", "relations", "columns", "outcomes", "codes")
_QUERIES = {Kind.SUBJECT: "read_subject", Kind.REFUSALS: "read_refusals"}


class Log:
    """The log, for one question that is on record. Made by :func:`read` only."""

    def __init__(self, connection: psycopg.Connection[Any], question: Question, act: int, key: str | None) -> None:
        """
        :param act: number of the record, which is committed.
        :param key: of the subject, as logs keep it.
        """
        self._connection = connection
        self._question = question
        self.act = act
        self.key = key

    def page(self, limit: int, after: Place | None = None) -> Page:
        """The newest events, or those behind a place; more than ``limit`` where several stand at the last place."""
        asked = self._question
        values = {"limit": limit, "key": self.key, "since": asked.since, "until": asked.until, "actor": asked.actor,
                  "purpose": asked.purpose, **Place.parameters(after)}
        name = _QUERIES.get(asked.what, "read_log")
        if asked.what is Kind.LOG:
            (edge,) = self._run("edge_of_log", **values)
            values["since"] = edge["at"] or asked.since
        found = [_entry(row) for row in self._run(name, **values)]
        following = Place.of(found[-1]) if len(found) >= limit else None
        if asked.what is Kind.SUBJECT:
            # Each result of a cursor that was in one batch says the same of the same statement.
            found = list({Place.of(entry): entry for entry in found}.values())
        (dropped,) = self._run("dropped_before")
        others = () if self.key is None else self._run("other_keys", key=self.key)[0]["keys"] or ()
        return Page(self.act, self.key, tuple(self._whole(found)), following, dropped["day"], tuple(others))

    def named(self, first: datetime, last: datetime) -> Iterator[tuple[str, str, str, bool, datetime]]:
        """Login, database, relation, whether it was a write, and the second: each once, in the order of time."""
        for row in self._run("named_relations", first=first, last=last):
            yield row["login"], row["database"], row["relation"], row["is_write"], row["at"]

    def schemas(self, first: datetime, last: datetime) -> set[str] | None:
        """Those that policies protected in a period; None in a database without a policy, which only keeps a log."""
        versions = self._run("policies_between", first=first, last=last)
        return {schema for row in versions for schema in row["document"]["schemas"]} if versions else None

    def policies(self, first: datetime, last: datetime) -> Policies:
        """Those that were in force in a period."""
        return Policies([(row["applied_at"], row["document"]) for row in self._run(
            "policies_between", first=first, last=last)])

    def figures(self, name: str, **values: object) -> Iterator[dict[str, Any]]:
        """What a query of a report counts, row by row: however many there are, they are never all in memory.

        :param name: of a file in ``sql/queries/audit``. Read to the end before you ask anything else.
        """
        cursor = self._connection.cursor(row_factory=dict_row)
        return cursor.stream(resources.sql_text(f"queries/audit/{name}").encode(), values or None)

    @contextmanager
    def attempting(self) -> Iterator[None]:
        """Within it, a question may be refused, and others be asked after that."""
        with self._connection.transaction():  # a savepoint
            yield

    def accesses(self, made: Callable[..., T]) -> Iterator[T]:
        """Each access of the period with what explains it, in no order: a year's are too many to keep."""
        with self._connection.cursor("accesses") as cursor:
            cursor.itersize = 10_000
            cursor.execute(resources.sql_text("queries/audit/explained_accesses").encode(), {"act": self.act})
            for row in cursor:
                yield made(*row)

    def explanations(self, made: Callable[..., T]) -> Iterator[T]:
        """What explains accesses, by the policy in force."""
        return (made(**row) for row in self._run("explanations"))

    def outside(self) -> dict[str, int]:
        """How many accesses of the period cannot be explained by anything, by the cause."""
        (row,) = self._run("outside_of_explanations", since=self._question.since, until=self._question.until)
        return row

    def _whole(self, entries: list[Entry]) -> Iterator[Entry]:
        """With what tickets, policies and results say, each asked for once for all entries."""
        if not entries:
            return
        tickets = {row["id"]: row for row in self._run(
            "tickets_of", tickets=[entry.ticket for entry in entries if entry.home is None])}
        moments = [entry.at for entry in entries]
        policies = self.policies(min(moments), max(moments))
        rows = self._rows(entries) if self._question.what is Kind.SUBJECT else {}
        for entry in entries:
            ticket = tickets.get(entry.ticket, {}) if entry.home is None else {}
            yield replace(
                entry, title=policies.title(entry.purpose, entry.at), basis=ticket.get("basis"),
                basis_ref=ticket.get("basis_ref"), address=ticket.get("host"), application=ticket.get("application"),
                categories=policies.categories(entry.relations, entry.columns, entry.at),
                rows=rows.get((entry.writer, entry.place, entry.write), entry.rows))

    def _rows(self, entries: list[Entry]) -> dict[tuple[int, int, int], int | None]:
        statements = [entry for entry in entries if entry.writer]
        writes = [entry for entry in entries if not entry.writer]
        found: dict[tuple[int, int, int], int | None] = {}
        last = max(entry.at for entry in entries)
        # A result is no older than its statement, and seldom younger than a day: only then all months are looked at.
        for first in (min(entry.at for entry in entries) - timedelta(days=1), None):
            missing = [each for each in statements if (each.writer, each.place, 0) not in found]
            if missing:
                found |= {(row["writer"], row["place"], 0): row["rows"] for row in self._run(
                    "rows_of_statements", first=first or "-infinity", last=last,
                    writers=[each.writer for each in missing], places=[each.place for each in missing])}
        if writes:
            found |= {(0, 0, row["id"]): row["rows"] for row in self._run(
                "rows_of_writes", moments=[each.at for each in writes], writes=[each.write for each in writes])}
        return found

    def _run(self, name: str, **values: object) -> list[dict[str, Any]]:
        return _run(self._connection, name, **values)


@contextmanager
def read(connection: psycopg.Connection[Any], question: Question) -> Iterator[Log]:
    """Records a question, and then lets it be asked: all pages see the log as it is at one moment.

    :param connection: in autocommit, as a member of the auditors' or the privacy officers' role.
    :raises AuditUnavailable: SG618 where the question cannot be recorded: nothing was read then.
    """
    act, key = _record(connection, question)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    connection.prepare_threshold = None  # plans are made with the values: most filters are absent
    with connection.transaction():
        yield Log(connection, question, act, key)


def _record(connection: psycopg.Connection[Any], question: Question) -> tuple[int, str | None]:
    if not connection.autocommit or connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raise AuditUnavailable("SG618", "reading the log is not on record", detail="the record would wait for a COMMIT",
                               hint="pass a connection in autocommit, outside of a transaction")
    try:
        (row,) = _run(
            connection, "record_reading", question=question.what.value, subject=question.subject, kind=question.kind,
            since=question.since, until=question.until, purpose=question.purpose, reason=question.reason)
    except psycopg.Error as error:
        raise unrecorded(error) from error
    return int(row["act"]), row["key"]


def unrecorded(error: psycopg.Error) -> AuditUnavailable:
    """What is raised where a question cannot be recorded: what the guard said, or else SG618."""
    if (error.sqlstate or "").startswith("SG"):
        said = error.diag
        return AuditUnavailable(error.sqlstate or "", said.message_primary or "", detail=said.message_detail,
                                hint=said.message_hint)
    return AuditUnavailable(
        "SG618", "reading the log is not on record, so nothing was read", detail=" ".join(str(error).split()),
        hint="connect as an auditor or privacy officer, to a server that can be written to")


def _entry(row: dict[str, Any]) -> Entry:
    values: dict[str, Any] = {name: tuple(value or ()) if name in _LISTS else value for name, value in row.items()}
    return Entry(**values)


def _run(connection: psycopg.Connection[Any], name: str, **values: object) -> list[dict[str, Any]]:
    cursor = connection.cursor(row_factory=dict_row)
    return cursor.execute(resources.sql_text(f"queries/audit/{name}").encode(), values or None).fetchall()
