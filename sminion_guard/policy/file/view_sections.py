"""The ``[view...]`` and ``[hierarchy...]`` parts of privacy.toml."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from sminion_guard.policy.file import shape
from sminion_guard.policy.findings import Report
from sminion_guard.policy.model.depersonalized_views import (
    FORM,
    KEEP,
    DepersonalizedView,
    Hierarchy,
    ShownColumn,
    shown_column,
)
from sminion_guard.policy.positions import Path


def build_views(
    raw: Mapping[str, Any], purposes: Collection[str], report: Report
) -> Mapping[str, DepersonalizedView]:
    """The depersonalized views by name, as far as they are right.

    :param raw: the section as read: schema, then view.
    :param purposes: names of all purposes of the file.
    """
    found = {}
    for schema, views in raw.items():
        if not isinstance(views, dict) or not all(isinstance(body, dict) for body in views.values()):
            report.add("SG304", ("view", schema), f"`view.{schema}` must hold views",
                       f"write each as `[view.{schema}.NAME]`")
            continue
        for name, body in views.items():
            view = _view(schema, name, body, purposes, report)
            if view is not None:
                found[view.qualified] = view
    return MappingProxyType(found)


def build_hierarchies(raw: Mapping[str, Any], report: Report) -> Mapping[str, Hierarchy]:
    """The hierarchies by name."""
    found = {}
    for name, body in raw.items():
        path: Path = ("hierarchy", name)
        entry = shape.validate(shape.HierarchyShape, body, path, report)
        if entry is None:
            continue
        seen: dict[str, str] = {}
        for group, values in entry.groups.items():
            for value in values:
                if value in seen:
                    report.add("SG396", (*path, "groups", group),
                               f"value `{value}` of hierarchy `{name}` is in `{seen[value]}` and in `{group}`",
                               "keep it in one group")
                seen.setdefault(value, group)
        if not seen:
            report.add("SG396", path, f"hierarchy `{name}` has no values",
                       'write `groups = { "North" = ["Oslo", "Bergen"] }`')
        found[name] = Hierarchy(MappingProxyType({key: tuple(values) for key, values in entry.groups.items()}),
                                entry.other)
    return MappingProxyType(found)


def _view(
    schema: str, name: str, body: Mapping[str, Any], purposes: Collection[str], report: Report
) -> DepersonalizedView | None:
    path: Path = ("view", schema, name)
    entry = shape.validate(shape.ViewShape, body, path, report)
    if entry is None:
        return None
    columns = {}
    for column, text in entry.columns.items():
        shown = shown_column(text)
        if shown is None:
            report.add("SG388", (*path, "columns", column), f"`{text}` says not what `{column}` shows", FORM)
        columns[column] = shown or ShownColumn(KEEP, "")
    for at, word in enumerate(entry.for_):
        if word not in purposes:
            report.add_unknown("SG308", (*path, "for", at), "purpose", word, purposes)
    if len(entry.for_) > 1:
        report.add("SG391", (*path, "for"), f"view `{schema}.{name}` is for several purposes",
                   "write a view for each: its rows are those of people who permit the purpose, and pseudonyms of two"
                   " purposes must not meet")
    source_schema, _, source_table = entry.from_.partition(".")
    if not source_table or "." in source_table:
        report.add("SG390", (*path, "from"), f"`{entry.from_}` is no table", "write `schema.table`")
        return None
    return DepersonalizedView(schema, name, source_schema, source_table, entry.for_[0],
                              MappingProxyType(columns), entry.k, tuple(sorted(set(entry.sensitive))), entry.distinct)
