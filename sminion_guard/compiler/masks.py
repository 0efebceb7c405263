"""The columns that say who may see a row, and the triggers that keep them right from the row's INSERT on."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler import names, templates
from sminion_guard.compiler.quoting import ident, literal, qualified
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.compiler.subjects import GUARD_SUBJECT, Parent, children_of, parent_of, subject_columns
from sminion_guard.policy import Policy, SubjectPath, Table


def guard_columns(policy: Policy, table: Table) -> Statement:
    """``guard_mask``, and ``guard_subject`` where the subject is reached through a parent."""
    added = ["guard_mask bigint"]
    if isinstance(table.subject, SubjectPath):
        added.append(f"{GUARD_SUBJECT} {policy.subject_key.value}")
    values = _table(table) | {
        "additions": ", ".join(f"ADD COLUMN IF NOT EXISTS {column}" for column in added),
        "removals": ", ".join(f"DROP COLUMN IF EXISTS {column.split()[0]}" for column in added),
    }
    return from_templates("guard_columns", table.qualified, values)


def guard_index(table: Table) -> Iterator[Statement]:
    """An index on the subject of a table that got the column from us; on other tables it is the owner's to make."""
    if isinstance(table.subject, SubjectPath):
        index = names.index_name(table.name)
        values = _table(table) | {
            "index": ident(index),
            "qualified_index": qualified(table.schema, index),
            "index_literal": literal(qualified(table.schema, index)),
        }
        yield from_templates("guard_index", table.qualified, values)


def row_triggers(policy: Policy, table: Table) -> Iterator[Statement]:
    """The trigger that computes a row's mask, and for a parent the one that takes its children along."""
    function = names.row_function(table.schema, table.name)
    parent = parent_of(policy, table)
    body = _own_function(table, function) if parent is None else _child_function(policy, table, function, parent)
    yield _function(function, body)
    yield from_templates("row_trigger", table.qualified, _table(table) | {"function": ident(function)})

    children = children_of(policy, table)
    if children:
        moved = names.moved_function(table.schema, table.name)
        yield _function(moved, _moved_function(table, moved, children))
        changed = " OR ".join(
            f"OLD.{ident(column)} IS DISTINCT FROM NEW.{ident(column)}" for column in _leads(table, children)
        )
        values = _table(table) | {"function": ident(moved), "changed": changed}
        yield from_templates("moved_trigger", table.qualified, values)


def _own_function(table: Table, function: str) -> str:
    def masks(row: str) -> str:
        parts = (
            templates.fill("trigger_function/row_mask", {"row": row, "column": ident(column)})
            for column in subject_columns(table)
        )
        return "\n".join(parts)

    values = {
        "table": qualified(table.schema, table.name),
        "function": ident(function),
        "delete_masks": masks("OLD"),
        "write_masks": masks("NEW"),
    }
    return templates.fill("trigger_function/row", values)


def _child_function(policy: Policy, table: Table, function: str, parent: Parent) -> str:
    values = {
        "table": qualified(table.schema, table.name),
        "function": ident(function),
        "key_type": policy.subject_key.value,
        "parent": qualified(parent.table.schema, parent.table.name),
        "parent_subject": ident(parent.subject),
        "parent_key": ident(parent.key),
        "column": ident(parent.column),
    }
    return templates.fill("trigger_function/child", values)


def _moved_function(table: Table, function: str, children: tuple[Table, ...]) -> str:
    updates = []
    for child in children:
        path = child.subject
        assert isinstance(path, SubjectPath)
        child_values = {
            "child": qualified(child.schema, child.name),
            "column": ident(path.column),
            "key": ident(path.key),
        }
        updates.append(templates.fill("trigger_function/moved_child", child_values))
    values = {
        "table": qualified(table.schema, table.name),
        "function": ident(function),
        "subject": ident(subject_columns(table)[0]),
        "children": "\n".join(updates),
    }
    return templates.fill("trigger_function/moved", values)


def _leads(table: Table, children: tuple[Table, ...]) -> list[str]:
    keys = {child.subject.key for child in children if isinstance(child.subject, SubjectPath)}
    return sorted({*subject_columns(table), *keys})


def _function(name: str, body: str) -> Statement:
    values = {"function": ident(name), "function_literal": literal(name)}
    return Statement(
        key=f"trigger_function:{name}",
        sql=body,
        reverse=templates.fill("trigger_function/reverse", values),
        fingerprint_query=templates.fill("trigger_function/fingerprint", values),
        as_owner=True,
    )


def _table(table: Table) -> dict[str, str]:
    name = qualified(table.schema, table.name)
    return {"table": name, "table_literal": literal(name)}
