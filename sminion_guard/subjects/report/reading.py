"""Reads an access report: first the event of the log, then everything in one snapshot, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from sminion_guard import resources
from sminion_guard.errors import GuardError
from sminion_guard.policy import OPEN_CATEGORIES, Recipient
from sminion_guard.policy.document import from_document
from sminion_guard.subjects.asking import Officer, translated
from sminion_guard.subjects.asking import Row as Record
from sminion_guard.subjects.report.parts import (
    Access,
    Category,
    Change,
    Column,
    Head,
    PassedOn,
    ReportTable,
    Row,
    Said,
    Told,
)

_BATCH = 1000


class AccessReport:
    """Everything about one person, each part read when it is iterated. Get it from :func:`open_report`.

    :param head: what the report is.
    :param tables: those that may have data about the person.
    """

    def __init__(self, connection: psycopg.Connection[Any], number: int) -> None:
        self._connection = connection
        self._officer = Officer(connection)
        (record,) = self._officer.ask("report", number=number)
        self.policy = policy = from_document(record.pop("document"))
        self.head = Head(
            record["number"], record["subject"], record["at"], record["login"], record["reason"], record["request"],
            f"{policy.name} {policy.version}", policy.timezone, policy.operator, tuple(record["other_keys"] or ()))
        self.tables = tuple(
            self._table(found) for found in self._officer.ask("report_tables", number=number))

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Tables of which rows may be missing, with the reason."""
        return tuple(f"{table.schema}.{table.name}: {table.incomplete}" for table in self.tables if table.incomplete)

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Who may get data, by the policy. What they got is in :meth:`disclosures`."""
        return tuple(recipient for _, recipient in sorted(self.policy.recipients.items()))

    def categories(self) -> tuple[Category, ...]:
        """Where data of each category may be, what for, and who may get them."""
        found: dict[str, list[ReportTable]] = {}
        for table in self.tables:
            for category in sorted({column.category for column in table.columns if column.category}):
                if category not in OPEN_CATEGORIES:
                    found.setdefault(category, []).append(table)
        return tuple(self._category(name, tables) for name, tables in sorted(found.items()))

    def states(self) -> Iterator[Said]:
        """Consents, objections and blocks, in order."""
        return (Said(**record) for record in self._stream("report_states", keys=[*self.head.keys]))

    def requests(self) -> Iterator[Told]:
        """The person's own requests, in order."""
        for record in self._stream("report_requests", keys=[*self.head.keys]):
            changes = tuple(
                Change(datetime.fromisoformat(one["at"]), one["who"], one["relation"], tuple(one["columns"]))
                for one in record.pop("changes"))
            yield Told(**record, changes=changes)

    def disclosures(self) -> Iterator[PassedOn]:
        """What recipients got of the person, in order: exports, and what was recorded by hand."""
        for record in self._stream("report_disclosures", keys=[*self.head.keys]):
            yield PassedOn(**{**record, "categories": tuple(record["categories"])})

    def accesses(self) -> Iterator[Access]:
        """Who accessed data of the person, in order: this report and earlier ones too."""
        for record in self._stream("report_accesses", keys=[*self.head.keys]):
            relations = record.pop("relations")
            operations = tuple(record.pop("operations") or ())
            yield Access(**record, operations=operations, relations=None if relations is None else tuple(relations))

    def _category(self, name: str, tables: list[ReportTable]) -> Category:
        purposes = {purpose.name: purpose for table in tables for purpose in table.collected_for}
        recipients = tuple(entry for entry in self.recipients
                           if entry.receives(name) and purposes.keys() & set(entry.purposes))
        title = self.policy.own_categories.get(name, name.replace("_", " "))
        return Category(name, title, tuple(f"{table.schema}.{table.name}" for table in tables),
                        tuple(purpose for _, purpose in sorted(purposes.items())), recipients)

    def _table(self, found: Record) -> ReportTable:
        schema = self.policy.schemas[found["schema_name"]]
        table = schema.tables[found["table_name"]]
        purposes = self.policy.collection_of(table).collected_for
        columns = tuple(Column(**column) for column in found["columns"])
        rows = _Rows(self, table.schema, table.name, columns) if found["readable"] else ()
        return ReportTable(
            table.schema, table.name, schema.title or schema.name,
            tuple(self.policy.purposes[name] for name in sorted(purposes)), table.retention, columns,
            found["incomplete"], rows)

    def _stream(self, query: str, **values: object) -> Iterator[Record]:
        """The rows of a query, by a cursor of the server, so that memory does not grow with them."""
        try:
            with self._connection.cursor("sminion_report", row_factory=dict_row) as cursor:
                cursor.itersize = _BATCH
                yield from cursor.execute(resources.sql_text(f"queries/subjects/{query}").encode(), values)
        except psycopg.Error as error:
            raise translated(error) from error


class _Rows:
    """The rows of one table, read when they are iterated."""

    def __init__(self, report: AccessReport, schema: str, table: str, columns: tuple[Column, ...]) -> None:
        self._report = report
        self._place = {"schema": schema, "table": table}
        self._names = [column.name for column in columns if column.has_values]
        self._left_out = frozenset(column.name for column in columns if column.shown == "alone")

    def __iter__(self) -> Iterator[Row]:
        names, left_out = self._names, self._left_out
        for record in self._report._stream("report_rows", number=self._report.head.number, **self._place):
            values = dict(zip(names, record["values"], strict=True))
            if record["shared"]:
                values = {name: value for name, value in values.items() if name not in left_out}
            yield Row(record["shared"], record["kept_until"], record["past"], values)


@contextmanager
def open_report(
    connection: psycopg.Connection[Any], subject: object, *, reason: str | None = None, request: int | None = None,
    kind: str | None = None,
) -> Iterator[AccessReport]:
    """Put a report on record, then read it. Nothing is read unless the event has committed.

    :param connection: of a privacy officer, in autocommit and outside of a transaction.
    :param reason: why; may be left out where a request is named.
    :param request: number of the request that it answers.
    :param kind: of the subject, where the policy names kinds.
    :raises GuardError: with the code of the server; SG528 for who is no privacy officer.
    """
    if not connection.autocommit or connection.info.transaction_status.name != "IDLE":
        raise GuardError("SG529", "a report begins outside of a transaction",
                         hint="pass a connection in autocommit, so that the event commits before anything is read")
    said = reason if reason is not None or request is None else f"request {request}"
    number = Officer(connection).value(
        "begin_report", subject=str(subject), reason=said, request=request, kind=kind)
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield AccessReport(connection, number)
