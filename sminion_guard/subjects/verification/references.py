"""Counts rows by the foreign keys of the catalog, from the tables whose rows are the persons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sminion_guard.compiler.quoting import ident
from sminion_guard.subjects.verification.holding import Named
from sminion_guard.subjects.verification.key import Key, Parameters

_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one relation, as a query counts them.

    :param read: all relations that the query reads; the first is the one whose rows are counted.
    :param how: ``reference`` or ``orphan``.
    :param condition: over the alias of the relation.
    """

    read: tuple[Named, ...]
    how: str
    name: str
    column: str
    text: str
    values: tuple[Any, ...]


def counted(roots: list[dict[str, Any]], keys: list[dict[str, Any]], key: Key) -> Iterator[Rows]:
    """All relations that foreign keys reach, each by each foreign key once, and what refers to nothing."""
    seen: set[tuple[int, str]] = set()
    given = Parameters(key)
    value = given.key(key.type)
    waiting: list[tuple[tuple[Named, ...], str, str | None]] = []
    for root in roots:
        own = root["column_name"]
        condition = f"{{t}}.{ident(own)} OPERATOR(pg_catalog.=) {value}"
        first = (_named(root, root["oid"]),)
        waiting.append((first, condition, own))
        yield _rows(first, "reference", own, condition, given)
    while waiting:
        chain, condition, direct = waiting.pop(0)
        parent, depth = chain[0], len(chain)
        for link in keys:
            if link["confrelid"] != parent.oid or (link["conrelid"], link["conname"]) in seen:
                continue
            seen.add((link["conrelid"], link["conname"]))
            own, other, child = link["columns"], link["other_columns"], _named(link, link["conrelid"])
            read: tuple[Named, ...]
            if other == [direct]:
                # Without the row that it refers to: it may be gone.
                reached, read = f"{{t}}.{ident(own[0])} OPERATOR(pg_catalog.=) {value}", (child,)
            else:
                inner, read = condition.replace("{t}", f"p{depth}"), (child, *chain)
                reached = (f"({_list('{t}', own)}) IN (SELECT {_list(f'p{depth}', other)} FROM {parent.sql} AS p{depth}"
                           f" WHERE {inner})")
            columns = ", ".join(own)
            yield _rows(read, "reference", columns, reached, given)
            same = " AND ".join(f"o.{ident(b)} = {{t}}.{ident(a)}" for a, b in zip(own, other, strict=True))
            there = " AND ".join(f"{{t}}.{ident(name)} IS NOT NULL" for name in own)
            yield _rows((child, parent), "orphan", columns,
                        f"{there} AND NOT EXISTS (SELECT FROM {parent.sql} AS o WHERE {same})", Parameters(key))
            if child.oid != parent.oid and depth < _DEEPEST:
                waiting.append((read, reached, own[0] if other == [direct] else None))


def _rows(read: tuple[Named, ...], how: str, column: str, condition: str, given: Parameters) -> Rows:
    own = read[0]
    text = f"SELECT pg_catalog.count(*) FROM {own.sql} AS t WHERE {condition.replace('{t}', 't')}"
    return Rows(read, how, f"{own.schema_name}.{own.table_name}", column, text, tuple(given.values))


def _named(row: dict[str, Any], oid: int) -> Named:
    return Named(oid, row["schema_name"], row["table_name"])


def _list(alias: str, names: list[str]) -> str:
    return ", ".join(f"{alias}.{ident(name)}" for name in names)
