"""Which forms the values of text columns have (`--sample`). The server compares them, and answers with counts only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

from sminion_guard.discovery.model import Database, Name, Relation, Sampled, Shape
from sminion_guard.discovery.patterns import PATTERNS
from sminion_guard.migrate.progress import Progress, Step, silent

ROWS = 1000
"""Rows of each table that are looked at."""
LETTERS = 300
"""Letters of each value that are compared."""


def sample(
    connection: psycopg.Connection[Any], database: Database, *, rows: int = ROWS, progress: Progress = silent
) -> tuple[dict[Name, dict[str, Sampled]], dict[Name, str]]:
    """The forms of the values of each table, and the tables that could not be read, with the reason.

    :param connection: in a transaction that is read only and has a statement timeout.
    """
    found: dict[Name, dict[str, Sampled]] = {}
    failed: dict[Name, str] = {}
    for done, (name, relation) in enumerate(database.relations.items(), 1):
        try:
            with connection.transaction():
                found[name] = _table(connection, relation, rows)
        except (psycopg.errors.QueryCanceled, psycopg.errors.InsufficientPrivilege) as error:
            timed_out = isinstance(error, psycopg.errors.QueryCanceled)
            failed[name] = "it took too long" if timed_out else "this role may not read it"
        progress(Step("values", done, len(database.relations), len(found.get(name, ()))))
    return found, failed


def _table(connection: psycopg.Connection[Any], relation: Relation, rows: int) -> dict[str, Sampled]:
    names = [column.name for column in relation.columns.values() if column.shape is Shape.TEXT]
    if not names:
        return {}
    cursor = connection.cursor(row_factory=psycopg.rows.tuple_row)
    cursor.execute(query(relation, names, rows), {pattern.name: pattern.regex for pattern in PATTERNS}, prepare=False)
    return {names[place]: Sampled(count, _shares(count, matched)) for place, count, *matched in cursor if count}


def query(relation: Relation, names: list[str], rows: int) -> sql.Composed:
    """The statement for one table: no value is in its result, only how many have each form."""
    counts = sql.SQL(", ").join(
        sql.SQL("pg_catalog.count(*) FILTER (WHERE v.value OPERATOR(pg_catalog.~) {})").format(
            sql.Placeholder(pattern.name)) for pattern in PATTERNS)
    values = sql.SQL(", ").join(
        sql.SQL("({}, pg_catalog.left(t.{}::pg_catalog.text, {}))").format(place, sql.Identifier(name), LETTERS)
        for place, name in enumerate(names))
    return sql.SQL(
        "SELECT v.place, pg_catalog.count(v.value), {counts} "
        "FROM (SELECT {columns} FROM {table} LIMIT {rows}) t, LATERAL (VALUES {values}) v (place, value) "
        "GROUP BY v.place ORDER BY v.place"
    ).format(
        counts=counts, columns=sql.SQL(", ").join(sql.Identifier(name) for name in names),
        table=sql.Identifier(relation.schema, relation.name), rows=rows, values=values,
    )


def _shares(count: int, matched: list[int]) -> Mapping[str, float]:
    return {pattern.name: number / count for pattern, number in zip(PATTERNS, matched, strict=True)}
