"""Reads the catalog of a database: one query for each kind of object, whatever the number of tables."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import psycopg

from sminion_guard.discovery.model import Column, Database, ForeignKey, Name, Relation, Shape
from sminion_guard.migrate import queries
from sminion_guard.migrate.progress import Progress, Step, silent

QUERIES = ("relations", "columns", "keys", "references")

_SHAPES = {"B": Shape.BOOLEAN, "D": Shape.TIME, "T": Shape.TIME, "E": Shape.ENUM, "I": Shape.NETWORK, "N": Shape.NUMBER,
           "S": Shape.TEXT}
"""Categories of types in pg_type, to what their values are."""
_NAMED = {"uuid": Shape.UUID, "macaddr": Shape.NETWORK, "macaddr8": Shape.NETWORK, "pg_lsn": Shape.OTHER}


def read(connection: psycopg.Connection[Any], progress: Progress = silent) -> Database:
    """The tables of the database that ``connection`` speaks to, as far as their names, types and keys go."""
    rows = {}
    for done, name in enumerate(QUERIES, 1):
        rows[name] = queries.run(connection, f"queries/discovery/{name}").fetchall()
        progress(Step("catalog", done, len(QUERIES), len(rows[name])))
    comments: dict[Name, str] = {}
    others: dict[Name, str] = {}
    for schema, name, what, comment in rows["relations"]:
        if what == "table":
            comments[schema, name] = comment
        else:
            others[schema, name] = what
    columns: dict[Name, dict[str, Column]] = defaultdict(dict)
    for schema, table, name, kind, typtype, category, limit, required, numbered, comment in rows["columns"]:
        shape = Shape.ENUM if typtype == "e" else _NAMED.get(kind) or _SHAPES.get(category, Shape.OTHER)
        columns[schema, table][name] = Column(name, kind, shape, limit, required, numbered, comment)
    primary, keys = _keys(rows["keys"], columns)
    references, compound = _references(rows["references"], set(comments))
    (name,) = connection.execute("SELECT pg_catalog.current_database()::text").fetchone() or ("",)
    return Database(name, {
        table: Relation(*table, columns[table], primary[table], tuple(dict.fromkeys(keys[table])),
                        tuple(references[table]), frozenset(compound[table]), comment)
        for table, comment in comments.items()
    }, others)


def _keys(
    rows: list[tuple[Any, ...]], columns: dict[Name, dict[str, Column]]
) -> tuple[defaultdict[Name, tuple[str, ...]], defaultdict[Name, list[str]]]:
    primary: defaultdict[Name, tuple[str, ...]] = defaultdict(tuple)
    keys: defaultdict[Name, list[str]] = defaultdict(list)
    for schema, table, is_primary, names in rows:
        if is_primary:
            primary[schema, table] = tuple(names)
        # A key that may be NULL does not identify each row.
        if len(names) == 1 and columns[schema, table][names[0]].required:
            keys[schema, table].append(names[0])
    return primary, keys


def _references(
    rows: list[tuple[Any, ...]], tables: set[Name]
) -> tuple[defaultdict[Name, list[ForeignKey]], defaultdict[Name, set[str]]]:
    references: defaultdict[Name, list[ForeignKey]] = defaultdict(list)
    compound: defaultdict[Name, set[str]] = defaultdict(set)
    for schema, table, names, parent_schema, parent, targets in rows:
        if len(names) > 1 or (parent_schema, parent) not in tables:
            compound[schema, table].update(names)
        else:
            references[schema, table].append(ForeignKey(names[0], (parent_schema, parent), targets[0]))
    return references, compound
