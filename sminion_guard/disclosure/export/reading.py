"""Reads the rows of a transfer: one snapshot, under its ticket, in flat memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import ExecStatus

from sminion_guard.codes import raised_by_server
from sminion_guard.disclosure.export.fields import Field, checked
from sminion_guard.disclosure.export.formats import Form
from sminion_guard.errors import TransferRefused

BATCH = 10_000
"""Rows or people that are fetched at once."""
COPIED = 1 << 18
"""Bytes of COPY that are written at once."""
SETTINGS = ("SET DateStyle TO 'ISO, YMD'", "SET IntervalStyle TO 'iso_8601'", "SET extra_float_digits TO 1",
            "SET bytea_output TO 'hex'")
"""What a file must not depend on."""


@contextmanager
def snapshot(connection: psycopg.Connection[Any], token: str, timezone: str) -> Iterator[None]:
    """A transaction that only reads, under the ticket of ``token``.

    :param connection: in autocommit, of the login that opened the ticket.
    """
    with _told():
        for setting in SETTINGS:
            connection.execute(setting.encode())
        connection.execute("SELECT pg_catalog.set_config('TimeZone', %s, false)", (timezone,))
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            connection.execute("SELECT sminion.enter(%s)", (token,))
            yield
        except BaseException:
            connection.close()  # whatever it was doing: a cancel of its own may have come in the midst of an answer
            raise
        connection.execute("COMMIT")


def described(connection: psycopg.Connection[Any], query: str) -> tuple[Field, ...]:
    """The columns of a query, which is not run.

    :raises TransferRefused: SG721 when two have the same name.
    """
    pgconn = connection.pgconn
    for answer in (pgconn.prepare(b"", query.encode()), pgconn.describe_prepared(b"")):
        if answer.status != ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(answer)
    return checked([Field((answer.fname(at) or b"").decode(), answer.ftype(at), answer.fmod(at))
                    for at in range(answer.nfields)])


def batches(connection: psycopg.Connection[Any], form: Form, query: str) -> Iterator[Sequence[Any]]:
    """The rows of a query, many at a time, in the form that ``form`` asks for."""
    if not form.copies:
        yield from _fetched(connection, form.question(query), form)
        return
    with connection.cursor() as cursor, cursor.copy(form.question(query).encode()) as copy:
        rows: list[bytes] = []
        size = 0
        for data in copy:
            row = bytes(data)
            rows.append(row)
            size += len(row)
            if size >= COPIED:
                yield rows
                rows, size = [], 0
        if rows:
            yield rows


def subjects(connection: psycopg.Connection[Any], query: str) -> Iterator[list[str]]:
    """The people that a query lists, many at a time."""
    for rows in _fetched(connection, query, None):
        yield [subject for (subject,) in rows]


def _fetched(connection: psycopg.Connection[Any], query: str, form: Form | None) -> Iterator[list[tuple[Any, ...]]]:
    with connection.cursor("guard_export") as cursor:
        if form is not None:
            form.prepare(cursor.adapters)
        try:
            cursor.execute(query.encode())
            while rows := cursor.fetchmany(BATCH):
                yield rows
        except psycopg.DataError as error:
            raise TransferRefused("SG721", "a value has no place in the format", detail=str(error).partition("\n")[0],
                                  hint="cast the column to text in the query") from error


@contextmanager
def _told() -> Iterator[None]:
    """Says in our words what the guard refuses."""
    try:
        yield
    except psycopg.Error as error:
        ours = raised_by_server(error.sqlstate, error.diag.message_primary or str(error),
                                detail=error.diag.message_detail, hint=error.diag.message_hint)
        if ours is None:
            raise
        raise ours from error
