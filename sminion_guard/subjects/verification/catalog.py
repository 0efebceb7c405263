"""Searches what is no row of a relation: statistics of the planner, comments, code, sequences, large objects."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg

from sminion_guard.compiler.quoting import ident
from sminion_guard.subjects.verification.found import Found, OutOfSight, Unread
from sminion_guard.subjects.verification.key import Key
from sminion_guard.subjects.verification.session import ask, reading, why

_QUERIES = {
    "statistics": "statistics of the planner", "extended_statistics": "extended statistics of the planner",
    "sequences": "sequences", "comments": "comments", "code": "definitions of functions, views and the like",
}
"""Query to what it reads. The name of the query, in the singular, is how it is found."""
_HOW = {"statistics": "statistics", "extended_statistics": "statistics", "sequences": "sequence", "comments": "comment",
        "code": "code"}


def searched(connection: psycopg.Connection[Any], key: Key, seconds: float) -> Iterator[Found | Unread]:
    """What the catalog has of the key."""
    for query, what in _QUERIES.items():
        if query == "sequences" and key.type != "bigint":
            continue
        try:
            with reading(connection, seconds):
                rows = ask(connection, query, pattern=key.pattern, key=key.text)
        except psycopg.Error as error:
            yield Unread(what, why(error))
            continue
        yield from (Found(_HOW[query], row["name"], row["column"], row["rows"]) for row in rows)
    yield from _large_objects(connection, key, seconds)
    yield from _statements(connection, key, seconds)


def _large_objects(connection: psycopg.Connection[Any], key: Key, seconds: float) -> Iterator[Found | Unread]:
    after, end = 0, time.monotonic() + seconds
    while after is not None:
        try:
            with reading(connection, max(1.0, end - time.monotonic())):
                ((last, _, found),) = (row.values() for row in ask(
                    connection, "large_objects", pattern=key.pattern, after=after))
        except psycopg.Error as error:
            yield Unread(f"large objects after {after}", why(error))
            return
        yield from (Found("large object", f"large object {oid}", "data", 1) for oid in found)
        after = last
        if after is not None and time.monotonic() > end:
            yield Unread(f"large objects after {after}", "the time is over: pass `--timeout`")
            return


def _statements(connection: psycopg.Connection[Any], key: Key, seconds: float) -> Iterator[Found | Unread]:
    for row in ask(connection, "statements"):
        view = f"{ident(row['schema_name'])}.pg_stat_statements"
        try:
            with reading(connection, seconds):
                text = f"SELECT pg_catalog.count(*) FROM {view} AS s WHERE s.query ~ %s"
                ((count,),) = connection.execute(text.encode(), [key.pattern]).fetchall()
        except psycopg.Error as error:
            yield Unread("pg_stat_statements", why(error))
            continue
        if count:
            yield Found("statement", "pg_stat_statements", "query", count)


def out_of_sight(connection: psycopg.Connection[Any], seconds: float) -> Iterator[OutOfSight]:
    """What no query of this database reads, and may have rows of a person all the same."""
    with reading(connection, seconds):
        rows = ask(connection, "out_of_sight")
    yield from (OutOfSight(**row) for row in rows)
    try:
        with reading(connection, seconds):
            ((files,),) = (row.values() for row in ask(connection, "orphaned_files"))
    except psycopg.Error:
        yield OutOfSight("files without a table", "not looked for", "only a superuser may list the files")
        return
    if files:
        yield OutOfSight("files without a table", str(files), "what a crash left, or a transaction that is open")
