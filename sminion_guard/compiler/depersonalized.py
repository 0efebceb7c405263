"""Depersonalized views: owned by the guard, which reads the table, under the ticket of whoever reads the view.

A view reads with its owner's policies, so none of the compartment's floors applies to it. It therefore holds the floor
itself, and nobody but ``sminion_owner`` can alter it. The reader has no privilege on the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sminion_guard.compiler import predicates
from sminion_guard.compiler.quoting import columns, ident, literal, qualified
from sminion_guard.compiler.roles import usage
from sminion_guard.compiler.rows import rows_condition
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.compiler.subjects import subject_columns, subjects_of
from sminion_guard.policy import Compartment, Policy, Table
from sminion_guard.policy.access import shown_columns
from sminion_guard.policy.model.depersonalized_views import COUNT, HIERARCHY, PSEUDONYM, TOTAL, DepersonalizedView


def depersonalized_schemas(policy: Policy, compartments: tuple[Compartment, ...]) -> Iterator[Statement]:
    """The schemas, and USAGE on each for the compartments that read a view in it."""
    for schema in sorted({view.schema for view in policy.depersonalized_views.values()}):
        purposes = ", ".join(sorted({view.purpose for view in policy.views_in(schema)}))
        yield from_templates("depersonalized_schema", schema, {
            "schema": ident(schema),
            "schema_literal": literal(schema),
            "comment": literal(f"sminion_guard: depersonalized views of policy {policy.name} for {purposes}"),
        })
        for role in sorted({role for view in policy.views_in(schema) for role in readers(policy, compartments, view)}):
            yield from_templates("schema_usage", f"{schema}:{role}", usage(schema, role))


def depersonalized_views(
    policy: Policy, compartments: tuple[Compartment, ...], bits: Mapping[str, int]
) -> Iterator[Statement]:
    """The views, after the privileges of the guard on what they show."""
    for view in sorted(policy.depersonalized_views.values(), key=lambda entry: entry.qualified):
        roles = readers(policy, compartments, view)
        said = _definition(policy, view, roles, bits) | {"apart": _apart(compartments, roles)}
        definition = json.dumps(said, sort_keys=True, ensure_ascii=False)
        # The table comes first in the key, as with the views of a purpose.
        yield from_templates("depersonalized_view", f"{view.source}:{view.qualified}", {
            "view": qualified(view.schema, view.name),
            "view_literal": literal(qualified(view.schema, view.name)),
            "definition": literal(definition),
            "comment": literal(f"sminion_guard: groups of {view.k} people of {view.source} for purpose {view.purpose}"),
            "grants": _grants(policy, compartments, view),
        }, as_owner=True)


def readers(policy: Policy, compartments: tuple[Compartment, ...], view: DepersonalizedView) -> tuple[str, ...]:
    """The compartments of the view's purpose that hold its table, but for recipients that never get what it shows."""
    return tuple(entry.role for entry in compartments if shown_columns(policy, entry, view))


def _grants(policy: Policy, compartments: tuple[Compartment, ...], view: DepersonalizedView) -> str:
    """SELECT on the view for its readers, by the columns that they read."""
    roles: dict[tuple[str, ...], list[str]] = {}
    for entry in compartments:
        if shown := shown_columns(policy, entry, view):
            roles.setdefault(shown, []).append(ident(entry.role))
    name = qualified(view.schema, view.name)
    return ";\n".join(f"GRANT SELECT ({columns(shown)}) ON TABLE {name} TO {', '.join(held)}"
                      for shown, held in roles.items())


def read_columns(policy: Policy, table: Table) -> frozenset[str]:
    """What the guard reads of a table to make depersonalized views of it."""
    found: set[str] = set()
    for view in policy.depersonalized_views.values():
        if view.source == table.qualified:
            found |= {shown.column for shown in view.columns.values() if shown.column}
            found |= {"guard_mask", *subject_columns(table)}
            found |= {table.retention.after} if table.retention else set()
            found |= set(table.columns) if table.rows else set()
    return frozenset(found)


def _definition(
    policy: Policy, view: DepersonalizedView, roles: tuple[str, ...], bits: Mapping[str, int]
) -> dict[str, Any]:
    table = policy.source_of(view)
    return {
        "view": view.qualified,
        "name": qualified(view.schema, view.name),
        "table": qualified(table.schema, table.name),
        "zone": policy.timezone,
        "floor": _floor(policy, table, roles, bits[view.purpose]),
        "people": [entry.text(ident(entry.column)) for entry in subjects_of(policy, table)],
        "columns": [_column(policy, view, name) for name in sorted(view.columns)],
        "alike": list(view.alike),
        "sensitive": list(view.sensitive),
        "k": view.k,
        "l": view.distinct or 0,
        "pseudonym": next(iter(view.of(PSEUDONYM)), None),
        "count": next(iter(view.of(COUNT)), None),
        "total": next(iter(view.of(TOTAL)), None),
    }


def _apart(compartments: tuple[Compartment, ...], roles: tuple[str, ...]) -> dict[str, str]:
    """Roles whose pseudonyms are their recipient's own: two recipients who put together what they got join nothing."""
    return {entry.role: entry.recipient for entry in compartments if entry.role in roles and entry.recipient}


def _column(policy: Policy, view: DepersonalizedView, name: str) -> dict[str, Any]:
    shown = view.columns[name]
    said: dict[str, Any] = {
        "name": name, "operator": shown.operator, "column": shown.column, "argument": shown.argument}
    if shown.operator == HIERARCHY:
        found = policy.hierarchies[shown.argument]
        said["groups"] = {value: group for group, values in found.groups.items() for value in values}
        said["other"] = found.other
    return said


def _floor(policy: Policy, table: Table, roles: tuple[str, ...], bit: int) -> str:
    """What row security demands of the rows under each compartment, as a condition of the view's own.

    The floor of a compartment stands in a branch that only this compartment enters: that of another raises.
    """
    permitted = predicates.permission(policy, table, bit)
    branches = []
    for role in roles:
        parts = [predicates.ticket_floor(policy, table, role, sees_blocked=False), permitted]
        rule = rows_condition(policy, table, role)
        branches.append((role, " AND ".join([*parts, *([rule] if rule else [])])))
    if len(branches) == 1:
        return branches[0][1]
    return "CASE current_user" + "".join(f" WHEN {literal(role)} THEN ({said})" for role, said in branches) \
        + " ELSE false END"
