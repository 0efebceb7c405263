"""Writes to the journal by hand, as a guarded session does, and folds it."""

from __future__ import annotations

import json
import re
import struct
import time
from hashlib import sha256
from typing import Any

import psycopg

from sminion_guard import resources
from tests.servers import Database

Writer = tuple[int, str | None]
"""Number and secret."""
INSERT = re.sub(r"\$\d", "%s", (resources.sql() / "queries" / "audit" / "journal.sql").read_text(encoding="utf-8"))
"""As guarded sessions write."""


def proof(writer: Writer, first: int, entries: bytes) -> bytes:
    """What shows that the process with the secret made a batch."""
    number, secret = writer
    key = sha256((secret or "").encode()).digest()
    return sha256(key + sha256(entries).digest() + struct.pack(">qq", number, first)).digest()


def write(connection: psycopg.Connection[Any], writer: Writer, first: int, entries: object) -> None:
    """A batch.

    :param entries: bytes as they are; anything else as JSON.
    """
    sent = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    connection.execute(INSERT, (writer[0], first, proof(writer, first, sent), sent))


def fold(connection: psycopg.Connection[Any], *, wait: bool = True) -> int:
    """Fold all that can be; how many rows.

    :param wait: for transactions that others run in the cluster, in any database: rows that are younger than one of
        them are not folded. Pass False where the test has such a transaction itself.
    """
    moved, deadline = 0, time.monotonic() + 20
    while True:
        row = connection.execute("SELECT sminion.fold()").fetchone()
        assert row is not None
        assert row[0] is not None, "another session folds"
        moved += row[0]
        left = connection.execute("SELECT count(*) FROM sminion.journal").fetchone()
        if row[0] == 0 and (not wait or left == (0,) or time.monotonic() > deadline):
            return moved
        if row[0] == 0:
            time.sleep(0.02)


def fold_rows(connection: psycopg.Connection[Any], least: int) -> None:
    """Fold until at least that many rows moved, and once more: what is left waits for a transaction of the test."""
    moved, deadline = 0, time.monotonic() + 20
    while moved < least:
        assert time.monotonic() < deadline, f"{moved} of {least} rows were folded"
        moved += fold(connection, wait=False)
    fold(connection, wait=False)


def opened(connection: psycopg.Connection[Any]) -> Writer:
    """A new writer of the connection's login."""
    row = connection.execute("SELECT writer, secret FROM sminion.open_log()").fetchone()
    assert row is not None
    return row[0], row[1]


def fold_all(connection: psycopg.Connection[Any], seconds: float = 10) -> None:
    """Fold until nothing waits, also for transactions that are about to end, such as those of autovacuum."""
    deadline = time.monotonic() + seconds
    while True:
        fold(connection)
        if connection.execute("SELECT FROM sminion.journal LIMIT 1").fetchone() is None:
            return
        assert time.monotonic() < deadline, connection.execute("SELECT * FROM sminion.maintenance_status").fetchone()
        time.sleep(0.05)


def shown(database: Database, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    """What a view shows, which is the same before folding and after it."""
    with database.connect() as connection:
        before = connection.execute(query.encode(), parameters or None).fetchall()
        fold_all(connection)
        after = connection.execute(query.encode(), parameters or None).fetchall()
    assert sorted(map(repr, before)) == sorted(map(repr, after))
    return after


def faults(database: Database, writer: Writer) -> list[tuple[int, str]]:
    """Place and code of what could not be taken, before folding and after it."""
    query = "SELECT place, code FROM sminion.log_faults WHERE writer = %s ORDER BY place, code"
    return shown(database, query, writer[0])
