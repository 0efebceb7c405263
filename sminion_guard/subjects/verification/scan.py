"""Searches one relation, in pieces: no statement takes long, and all see one snapshot."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from sminion_guard.compiler.quoting import ident
from sminion_guard.subjects.verification.holding import Named, holding
from sminion_guard.subjects.verification.key import Column, Key, Parameters
from sminion_guard.subjects.verification.session import bound

_PIECE = 15.0
"""Seconds after which a piece is tried again as a smaller one."""
_FIRST, _LARGEST = 2048, 65536
"""Blocks of a piece."""

Told = Callable[[str, int, int], object]


@dataclass(frozen=True, slots=True)
class Relation:
    """Something that stores rows.

    :param view: a materialized view.
    :param heap: PostgreSQL's own way to store them, in numbered blocks.
    """

    oid: int
    schema_name: str
    table_name: str
    view: bool
    heap: bool
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        return f"{self.schema_name}.{self.table_name}"


@dataclass(frozen=True, slots=True)
class Scanned:
    """What was found: how and column to rows.

    :param until: where the time was over, what was read.
    """

    rows: Counter[tuple[str, str]]
    until: str | None = None


def scan(
    connection: psycopg.Connection[Any], relation: Relation, key: Key, seconds: float, told: Told
) -> Scanned:
    """Count the rows that have the key, by column.

    :param seconds: for the whole relation.
    :raises Unsafe: when reading it would run code of others.
    :raises psycopg.Error: when it cannot be read.
    """
    given = Parameters(key)
    tests = [(how, column.name, condition) for column in relation.columns
             for how, condition in key.conditions(column, given)]
    rows: Counter[tuple[str, str]] = Counter()
    if not tests:
        return Scanned(rows)
    counts = ", ".join(f"pg_catalog.count(*) FILTER (WHERE {condition})" for _, _, condition in tests)
    text = f"SELECT {counts} FROM ONLY {ident(relation.schema_name)}.{ident(relation.table_name)} AS t"
    end = time.monotonic() + seconds
    named = Named(relation.oid, relation.schema_name, relation.table_name, relation.view)
    with holding(connection, [named], seconds):
        if not relation.heap:
            _add(rows, tests, _one(connection, text, given.values))
            return Scanned(rows)
        (blocks,) = _one(
            connection, "SELECT pg_catalog.pg_relation_size($1::pg_catalog.oid::pg_catalog.regclass)"
            " / pg_catalog.current_setting('block_size')::pg_catalog.int8", [relation.oid])
        start, size = 0, _FIRST
        while start == 0 or start < blocks:
            left = end - time.monotonic()
            if left <= 0:
                return Scanned(rows, f"read until block {start:,} of {blocks:,}")
            places = [f"({start},0)"] if start + size >= blocks else [f"({start},0)", f"({start + size},0)"]
            where = [f"t.ctid OPERATOR(pg_catalog.{sign}) ${len(given.values) + n}::pg_catalog.tid"
                     for n, (sign, _) in enumerate(zip((">=", "<"), places, strict=False), 1)]
            began = time.monotonic()
            try:
                with connection.transaction():
                    bound(connection, min(_PIECE, left))
                    piece = _one(connection, f"{text} WHERE {' AND '.join(where)}", [*given.values, *places])
            except psycopg.errors.QueryCanceled:
                if size == 1:
                    raise
                size = max(1, size // 8)
                continue
            _add(rows, tests, piece)
            start += size
            told(relation.name, min(start, blocks), blocks)
            took = time.monotonic() - began
            size = min(_LARGEST, size * 2) if took < _PIECE / 6 else max(1, size // 2) if took > _PIECE / 2 else size
    return Scanned(rows)


def _one(connection: psycopg.Connection[Any], text: str, values: Sequence[object]) -> Sequence[Any]:
    with psycopg.RawCursor(connection) as cursor:
        row: Sequence[Any] | None = cursor.execute(text.encode(), values).fetchone()
    return row or ()


def _add(rows: Counter[tuple[str, str]], tests: list[tuple[str, str, str]], counts: Sequence[Any]) -> None:
    for (how, column, _), count in zip(tests, counts, strict=True):
        if count:
            rows[how, column] += count
