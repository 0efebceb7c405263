"""The ``[schema...]`` part of privacy.toml: schemas, their tables, columns, subjects and retention."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from sminion_guard.policy.file import shape
from sminion_guard.policy.file.kinds import own_subjects, without_mark
from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.model import (
    OPEN_CATEGORIES,
    Anonymous,
    InReport,
    Retention,
    RetentionEnd,
    Schema,
    Shared,
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
                       f"a schema has `collected_for`, `neutral`, `title` and tables: `[schema.{schema}.TABLE]`")
        elif found := shape.validate(shape.TableShape, body, path, report):
            shapes[schema, table] = found
    tables = {name: _table(name, shapes, names, purposes, categories, report) for name in shapes}
    result = {}
    for schema, body in schemas.items():
        path = ("schema", schema)
        head = shape.validate(
            shape.SchemaShape, {key: body[key] for key in RESERVED_KEYS & body.keys()}, path, report)
        own = {name[1]: table for name, table in tables.items() if name[0] == schema}
        collected = _purposes(head.collected_for if head else [], (*path, "collected_for"), purposes, report)
        if head and collected is not None:
            _within(collected, own, report)
        elif head and not head.neutral and not any("collected_for" in found for found in _dicts(body)):
            report.add("SG305", (*path, "collected_for"), f"`collected_for` is missing in `schema.{schema}`",
                       "add `collected_for = ...`")
        result[schema] = Schema(schema, collected or frozenset(), MappingProxyType(own),
                                (head.title or "") if head else "", tuple(head.neutral) if head else ())
    return MappingProxyType(result)


def _purposes(
    words: list[str] | None, path: Path, purposes: Collection[str], report: Report
) -> frozenset[str] | None:
    """The purposes of a ``collected_for``; None where there is none."""
    for at, word in enumerate(words or ()):
        if word not in purposes:
            report.add_unknown("SG308", (*path, at), "purpose", word, purposes)
    return None if words is None else frozenset(words) & frozenset(purposes)


def _within(collected: frozenset[str], tables: Mapping[str, Table], report: Report) -> None:
    """Report tables that are collected for more than their schema: who reads the schema's line relies on it."""
    for table in tables.values():
        wider = sorted((table.collected_for or frozenset()) - collected)
        if wider:
            listed = ", ".join(f"`{purpose}`" for purpose in wider)
            report.add("SG333", ("schema", table.schema, table.name, "collected_for"),
                       f"`{table.qualified}` is collected for {listed}, its schema is not",
                       f"add it to `collected_for` of `schema.{table.schema}`, or leave that key out of the schema and "
                       "let each table say its own")


def _dicts(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [table for table in body.values() if isinstance(table, dict)]


def _is_table(body: object, path: Path, report: Report) -> bool:
    if isinstance(body, dict):
        return True
    report.add("SG304", path, f"`schema.{path[-1]}` must be a table", f"write it as `[schema.{path[-1]}]`")
    return False


def _table(
    name: tuple[str, str], shapes: Tables, names: frozenset[tuple[str, str]], purposes: Collection[str],
    categories: Collection[str], report: Report,
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
    anonymous = None
    if found.anonymous is not None:
        words = [word.value for word in Anonymous]
        if found.anonymous in words:
            anonymous = Anonymous(found.anonymous)
        else:
            report.add_unknown("SG310", (*path, "anonymous"), "fate of rows about nobody", found.anonymous, words)
    subject = _subject(name, shapes, names, report)
    collected = _purposes(found.collected_for, (*path, "collected_for"), purposes, report)
    return Table(
        name[0], name[1], subject, MappingProxyType(dict(found.columns)), retention, collected, found.rows, anonymous,
        tuple(sorted(set(found.adopt_policies))), _report(name, found, report), _shared(path, found, report),
        MappingProxyType(dict(found.depersonalize)),
    )


def _shared(path: Path, found: shape.TableShape, report: Report) -> Shared | None:
    words = [word.value for word in Shared]
    if found.shared is None or found.shared in words:
        return None if found.shared is None else Shared(found.shared)
    report.add_unknown("SG310", (*path, "shared"), "fate of rows about several people", found.shared, words)
    return None


def _report(name: tuple[str, str], found: shape.TableShape, report: Report) -> Mapping[str, InReport]:
    """What access reports do with columns. An unknown word shows nothing."""
    path: Path = ("schema", *name, "report")
    words = [word.value for word in InReport]
    said = {}
    for column, word in found.report.items():
        if word not in words:
            report.add_unknown("SG310", (*path, column), "way to report", word, words)
        elif column not in found.columns:
            report.add("SG366", (*path, column), f"reported column `{column}` is not listed in `{'.'.join(name)}`",
                       f"list it under `columns`, or {suggestion(column, found.columns.keys())}")
        elif found.subject is False:
            report.add("SG366", (*path, column), f"`{'.'.join(name)}` has no subject, so no report shows its rows",
                       "leave `report` out, or name the subject")
        else:
            said[column] = InReport(word)
    return MappingProxyType(said)


def _subject(
    name: tuple[str, str], shapes: Tables, names: frozenset[tuple[str, str]], report: Report
) -> tuple[SubjectColumn, ...] | SubjectPath | None:
    # Where the path is wrong the answer is `()`, no subject: None would say that the table holds nothing personal.
    written = shapes[name].subject
    path: Path = ("schema", *name, "subject")
    is_path = not isinstance(written, dict) and written is not False and any("->" in part for part in written)
    if shapes[name].kind is not None and (written is False or is_path):
        report.add("SG354", (*path[:-1], "kind"),
                   f"`{'.'.join(name)}` says a kind and {'has no subject' if written is False else 'leads to another'}",
                   "leave `kind` out" + ("" if written is False else ": it is that of the table where the path ends"))
    if written is False:
        return None
    if isinstance(written, dict) or not is_path:
        return own_subjects(name, shapes[name], report)
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
    leading = {match[1] if (match := _SUBJECT_PATH.fullmatch(part)) else without_mark(part, parent.columns)
               for part in parent.subject or ()}
    leading = {_unquote(column) for column in leading}
    keys = [column for column, word in parent.columns.items() if word == "key" and column not in leading]
    return keys[0] if len(keys) == 1 else ""


def _unquote(name: str | None) -> str:
    if name and name.startswith('"'):
        return name[1:-1].replace('""', '"')
    return name or ""
