"""Reads the rows of a transfer: one snapshot, under its ticket, in flat memory."""

from __future__ import annotations

import select
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import repeat
from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from sminion_guard import resources
from sminion_guard.codes import raised_by_server
from sminion_guard.disclosure.differencing.naming import statement
from sminion_guard.disclosure.export.fields import Field, checked
from sminion_guard.disclosure.export.formats import Block
from sminion_guard.errors import TransferRefused

PLACES = 100_000
"""Places of rows that are passed on at once, as many as the server takes."""
SETTINGS = ("SET DateStyle TO 'ISO, YMD'", "SET IntervalStyle TO 'iso_8601'", "SET extra_float_digits TO 1",
            "SET bytea_output TO 'hex'")
"""What a file must not depend on."""


@contextmanager
def snapshot(connection: psycopg.Connection[Any], token: str, timezone: str) -> Iterator[None]:
    """A transaction that reads one snapshot, under the ticket of ``token``, and names the people of what it reads.

    :param connection: in autocommit, of the login that opened the ticket.
    """
    with _told():
        for setting in SETTINGS:
            connection.execute(setting.encode())
        connection.execute("SELECT pg_catalog.set_config('TimeZone', %s, false)", (timezone,))
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE")
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


def blocks(connection: psycopg.Connection[Any], question: str, size: int) -> Generator[Block, None, None]:
    """What the server sends for a COPY, ``size`` bytes and some more at a time.

    It asks libpq itself: through a cursor, each row would pass four functions of Python. Close it when nothing more is
    wanted, and the connection after that.
    """
    pgconn = connection.pgconn
    take, without_waiting = pgconn.get_copy_data, repeat(1)
    arrival = select.poll()
    arrival.register(pgconn.socket, select.POLLIN)
    data, rows, length = bytearray(), 0, 0
    pgconn.send_query(question.encode())
    try:
        while pgconn.is_busy():  # a call that waits within libpq could not be interrupted
            arrival.poll()
            pgconn.consume_input()
        answer = pgconn.get_result()
        if answer is None or answer.status != ExecStatus.COPY_OUT:
            raise _failure(answer)
        while True:
            for length, row in map(take, without_waiting):
                if length <= 0:
                    break
                data += row
                rows += 1
            if data and (len(data) >= size or length < 0):
                yield Block(bytes(data), rows)
                data, rows = bytearray(), 0
            if length < 0:
                break
            arrival.poll()
            pgconn.consume_input()
    except BaseException as error:
        if not isinstance(error, psycopg.Error):  # else the server has ended it
            with suppress(psycopg.Error):
                connection.cancel_safe(timeout=5.0)
        raise
    end = pgconn.get_result()
    while pgconn.get_result() is not None:
        pass
    if end is None or end.status != ExecStatus.COMMAND_OK:
        raise _failure(end)


def _failure(answer: PGresult | None) -> psycopg.Error:
    return psycopg.OperationalError("no answer") if answer is None else psycopg.errors.error_from_result(answer)


def name(connection: psycopg.Connection[Any], disclosure: int, queries: Sequence[str], tables: Sequence[str]) -> None:
    """Add the people of rows to the register, in the snapshot that the rows are read in.

    :param queries: each lists rows by table and place.
    :param tables: everybody in them is added.
    """
    by_rows, whole = (resources.sql_text(f"queries/disclosure/{called}") for called in ("name_rows", "name_table"))
    for query in queries:
        connection.execute(by_rows.format(disclosure=disclosure, most=PLACES, rows=query).encode())
    for table in tables:
        connection.execute(whole.encode(), {"disclosure": disclosure, "table": table})


def name_groups(connection: psycopg.Connection[Any], disclosure: int, naming: Sequence[str]) -> None:
    """Name the people of each group, in the snapshot that the rows are read in.

    :param naming: for each SELECT, as :mod:`sminion_guard.disclosure.differencing` makes it.
    :raises TransferRefused: SG747 where a table about nobody repeats rows of people.
    """
    for rest in naming:
        row = connection.execute(statement(disclosure, rest).encode()).fetchone()
        if row is not None and row[1]:
            raise TransferRefused(
                "SG747", "a table about nobody repeats rows of people",
                detail="what stands in a group several times weighs more, which can tell of one person in the largest",
                hint="join it so that each row of a person meets one row of it, or group by what tells these apart")


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
