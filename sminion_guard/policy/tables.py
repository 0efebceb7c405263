"""The ``[schema...]`` part of privacy.toml: schemas, their tables, columns, subjects and retention."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from sminion_guard.policy import shape
from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.model import (
    OPEN_CATEGORIES,
    Retention,
    RetentionEnd,
    Schema,
    SubjectColumn,
    SubjectPath,
    Table,
)
from sminion_guard.policy.positions import Path

RESERVED_KEYS = frozenset(shape.SchemaShape.model_fields)
"""Keys of a schema that are no tables."""

_NAME = r'("(?:[^"]|"")+"|[^\s".>]+)'
_SUBJECT_PATH = re.compile(rf"\s*{_NAME}\s*->\s*{_NAME}\.{_NAME}(?:\.{_NAME})?\s*")

Tables = Mapping[tuple[str, str], shape.TableShape]


def build_schemas(
    raw: Mapping[str, Any], purposes: Collection[str], categories: Collection[str], report: Report
) -> Mapping[str, Schema]:
    """The schemas, as far as they are right; everything wrong is reported.

    :param raw: the section as read, schema name to its table.
    :param purposes: names of all purposes of the file.
    :param categories: names of all categories of personal data.
    """
    schemas = {name: body for name, body in raw.items() if _is_table(body, ("schema", name), report)}
    names = frozenset(
        (schema, table) for schema, body in schemas.items() for table in body if table not in RESERVED_KEYS
    )
    shapes: dict[tuple[str, str], shape.TableShape] = {}
    for schema, table in sorted(names):
        path: Path = ("schema", schema, table)
        body = schemas[schema][table]
        if not isinstance(body, dict):
            report.add("SG303", path, f"unknown key `{table}` in `schema.{schema}`",
                       f"a schema has `collected_for`, `title` and tables: `[schema.{schema}.TABLE]`")
        elif found := shape.validate(shape.TableShape, body, path, report):
            shapes[schema, table] = found
    tables = {name: _table(name, shapes, names, categories, report) for name in shapes}
    result = {}
    for schema, body in schemas.items():
        path = ("schema", schema)
        head = shape.validate(
            shape.SchemaShape, {key: body[key] for key in RESERVED_KEYS & body.keys()}, path, report)
        collected = head.collected_for if head else []
        for at, word in enumerate(collected):
            if word not in purposes:
                report.add_unknown("SG308", (*path, "collected_for", at), "purpose", word, purposes)
        own = {name[1]: table for name, table in tables.items() if name[0] == schema}
        result[schema] = Schema(schema, frozenset(collected) & frozenset(purposes), MappingProxyType(own),
                                (head.title or "") if head else "")
    return MappingProxyType(result)


def _is_table(body: object, path: Path, report: Report) -> bool:
    if isinstance(body, dict):
        return True
    report.add("SG304", path, f"`schema.{path[-1]}` must be a table", f"write it as `[schema.{path[-1]}]`")
    return False


def _table(
    name: tuple[str, str], shapes: Tables, names: frozenset[tuple[str, str]], categories: Collection[str],
    report: Report,
) -> Table:
    found = shapes[name]
    path: Path = ("schema", *name)
    allowed = frozenset(categories) | OPEN_CATEGORIES
    for column, word in found.columns.items():
        if word not in allowed:
            report.add_unknown("SG309", (*path, "columns", column), "category", word, allowed)
    retention = None
    if found.retention:
        ends = [end.value for end in RetentionEnd]
        if found.retention.then in ends:
            retention = Retention(found.retention.after, found.retention.keep, RetentionEnd(found.retention.then))
        else:
            report.add_unknown("SG310", (*path, "retention", "then"), "end of retention", found.retention.then, ends)
    subject = _subject(name, shapes, names, report)
    return Table(name[0], name[1], subject, MappingProxyType(dict(found.columns)), retention)


def _subject(
    name: tuple[str, str], shapes: Tables, names: frozenset[tuple[str, str]], report: Report
) -> tuple[SubjectColumn, ...] | SubjectPath | None:
    # Where the path is wrong the answer is `()`, no subject: None would say that the table holds nothing personal.
    written = shapes[name].subject
    path: Path = ("schema", *name, "subject")
    if written is False:
        return None
    if not any("->" in part for part in written):
        return tuple(SubjectColumn(column) for column in written)
    if len(written) > 1:
        report.add("SG317", path, f"`{'.'.join(name)}` mixes a subject path with other subjects",
                   "a path stands alone; list own columns, or name one path")
        return ()
    match = _SUBJECT_PATH.fullmatch(written[0])
    if match is None:
        report.add("SG317", path, f"malformed subject path `{written[0]}`",
                   "write it as `order_id -> crm.orders` or `order_no -> crm.orders.number`")
        return ()
    column, schema, table, key = (_unquote(part) for part in match.groups())
    if (schema, table) not in names:
        known = [".".join(entry) for entry in names]
        report.add("SG311", path, f"subject path of `{'.'.join(name)}` leads to unknown table `{schema}.{table}`",
                   suggestion(f"{schema}.{table}", known))
        return ()
    parent = shapes.get((schema, table))
    if parent is None:  # the parent itself is broken, and reported
        return ()
    key = key or _default_key(parent)
    if not key:
        report.add("SG317", path,
                   f"`{schema}.{table}` has no column `id` and not exactly one other `key` column to lead to",
                   f"name the column: `{column} -> {schema}.{table}.COLUMN`")
        return ()
    return SubjectPath(column, schema, table, key)


def _default_key(parent: shape.TableShape) -> str:
    """The column that a path without one means: ``id``, else the only key that leads to no subject; else nothing."""
    if "id" in parent.columns:
        return "id"
    leading = {match[1] if (match := _SUBJECT_PATH.fullmatch(part)) else part for part in parent.subject or ()}
    leading = {_unquote(column) for column in leading}
    keys = [column for column, word in parent.columns.items() if word == "key" and column not in leading]
    return keys[0] if len(keys) == 1 else ""


def _unquote(name: str | None) -> str:
    if name and name.startswith('"'):
        return name[1:-1].replace('""', '"')
    return name or ""
