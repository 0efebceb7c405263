"""Counts rows by the foreign keys of the catalog, from the tables whose rows are the persons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sminion_guard.compiler.quoting import ident
from sminion_guard.subjects.verification.key import Key, Parameters

_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one relation, as a query counts them.

    :param how: ``reference`` or ``orphan``.
    :param condition: over the alias of the relation.
    """

    how: str
    oid: int
    name: str
    column: str
    text: str
    values: tuple[Any, ...]


def counted(roots: list[dict[str, Any]], keys: list[dict[str, Any]], key: Key) -> Iterator[Rows]:
    """All relations that foreign keys reach, each by each foreign key once, and what refers to nothing."""
    seen: set[tuple[int, str]] = set()
    given = Parameters(key)
    value = given.key(key.type)
    waiting: list[tuple[int, str, str, str | None, int]] = []
    for root in roots:
        own = root["column_name"]
        condition = f"{{t}}.{ident(own)} OPERATOR(pg_catalog.=) {value}"
        waiting.append((root["oid"], _table(root), condition, own, 0))
        yield _rows("reference", root, own, root["oid"], condition, given)
    while waiting:
        oid, table, condition, direct, depth = waiting.pop(0)
        for link in keys:
            if link["confrelid"] != oid or (link["conrelid"], link["conname"]) in seen:
                continue
            seen.add((link["conrelid"], link["conname"]))
            own, other = link["columns"], link["other_columns"]
            if other == [direct]:
                # Without the row that it refers to: it may be gone.
                reached = f"{{t}}.{ident(own[0])} OPERATOR(pg_catalog.=) {value}"
            else:
                inner = condition.replace("{t}", f"p{depth}")
                reached = (f"({_list('{t}', own)}) IN (SELECT {_list(f'p{depth}', other)} FROM {table} AS p{depth}"
                           f" WHERE {inner})")
            columns = ", ".join(own)
            yield _rows("reference", link, columns, link["conrelid"], reached, given)
            same = " AND ".join(f"o.{ident(b)} = {{t}}.{ident(a)}" for a, b in zip(own, other, strict=True))
            there = " AND ".join(f"{{t}}.{ident(name)} IS NOT NULL" for name in own)
            yield _rows("orphan", link, columns, link["conrelid"],
                        f"{there} AND NOT EXISTS (SELECT FROM {table} AS o WHERE {same})", Parameters(key))
            if link["conrelid"] != oid and depth < _DEEPEST:
                holds = own[0] if other == [direct] else None
                waiting.append((link["conrelid"], _table(link), reached, holds, depth + 1))


def _rows(how: str, row: dict[str, Any], column: str, oid: int, condition: str, given: Parameters) -> Rows:
    text = f"SELECT pg_catalog.count(*) FROM {_table(row)} AS t WHERE {condition.replace('{t}', 't')}"
    return Rows(how, oid, f"{row['schema_name']}.{row['table_name']}", column, text, tuple(given.values))


def _table(row: dict[str, Any]) -> str:
    return f"{ident(row['schema_name'])}.{ident(row['table_name'])}"


def _list(alias: str, names: list[str]) -> str:
    return ", ".join(f"{alias}.{ident(name)}" for name in names)
