"""Takes the snapshot of a database's catalog: the one module of the analyzer with a connection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sminion_guard import resources
from sminion_guard.analyzer.catalog import Catalog
from sminion_guard.analyzer.catalog_json import from_document
from sminion_guard.analyzer.search_path import search_path
from sminion_guard.extras import explained

with explained():
    import psycopg
    from psycopg.pq import TransactionStatus
    from psycopg.rows import dict_row

Document = Mapping[str, Any]

_WHEN = re.compile(r" WHEN \((.*)\) EXECUTE (?:FUNCTION|PROCEDURE) ", re.DOTALL)


def read_catalog(connection: psycopg.Connection[Any], *, path: tuple[str, ...] | None = None) -> Catalog:
    """The catalog of the connection's database.

    Outside of a transaction all of it is read from one snapshot. The connection's search_path becomes the catalog's
    unless ``path`` says otherwise. Its settings are as they were afterwards.

    :raises psycopg.Error: the server refuses.
    """
    with _snapshot(connection), connection.cursor(row_factory=dict_row) as cursor:
        session = cursor.execute(_query("session")).fetchone()
        assert session is not None
        # Compiling these queries to machine code takes a second, running them 60 ms.
        cursor.execute(
            "SELECT pg_catalog.set_config('search_path', '', true), pg_catalog.set_config('jit', 'off', true)"
        )
        try:
            document = {name: cursor.execute(_query(name)).fetchall()
                        for name in ("relations", "functions", "types", "operators", "casts")}
        finally:
            if connection.info.transaction_status is not TransactionStatus.INERROR:
                cursor.execute(
                    "SELECT pg_catalog.set_config('search_path', %s, true), pg_catalog.set_config('jit', %s, true)",
                    (session["search_path"], session.pop("jit")),
                )
    for relation in document["relations"]:
        for trigger in relation["triggers"]:
            condition = _WHEN.search(trigger[5])
            trigger[5] = condition.group(1) if condition else None
    searched = search_path(session.pop("search_path")) if path is None else path
    return from_document({**session, **document, "search_path": list(searched)})


def read_stamp(connection: psycopg.Connection[Any]) -> int:
    """A number that differs after any change to the catalog: compare it to know whether a snapshot is stale."""
    with connection.cursor() as cursor:
        row = cursor.execute(_query("stamp")).fetchone()
    assert row is not None
    return int(row[0])


class FreshCatalog:
    """A snapshot that is taken again when the database has changed.

    Between two checks a name may come to mean something else. Then the server decides alone, as it does in any case.
    """

    def __init__(self, connection: psycopg.Connection[Any], *, path: tuple[str, ...] | None = None) -> None:
        self._path = path
        # The stamp first: a change between the two is then noticed at the next check, and not lost.
        self._stamp = read_stamp(connection)
        self.catalog = read_catalog(connection, path=path)

    def refresh(self, connection: psycopg.Connection[Any]) -> bool:
        """Take a new snapshot if the catalog has changed; whether it had."""
        stamp = read_stamp(connection)
        if stamp == self._stamp:
            return False
        self.catalog = read_catalog(connection, path=self._path)
        self._stamp = stamp
        return True


def _query(name: str) -> bytes:
    return resources.sql_text(f"queries/catalog/{name}").encode()


@contextmanager
def _snapshot(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """One snapshot for all queries, where no transaction is open that has its own; else a savepoint."""
    fresh = connection.info.transaction_status is TransactionStatus.IDLE
    with connection.transaction():
        if fresh:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
