"""The columns that say who may see a row, and the triggers that keep them right from the row's INSERT on."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler import names, templates
from sminion_guard.compiler.quoting import array_literal, ident, literal, qualified
from sminion_guard.compiler.statement import Statement, fingerprint, from_templates
from sminion_guard.compiler.subjects import (
    GUARD_SUBJECT,
    Parent,
    SubjectOfRow,
    children_of,
    parent_of,
    subject_columns,
    subjects_of,
)
from sminion_guard.policy import Anonymous, Policy, SubjectPath, Table
from sminion_guard.policy.differences.held import subject_terms


def guard_columns(policy: Policy, table: Table) -> Statement:
    """``guard_mask``, and ``guard_subject`` where the subject is reached through a parent."""
    added = ["guard_mask bigint"]
    if isinstance(table.subject, SubjectPath):
        added.append(f"{GUARD_SUBJECT} {subjects_of(policy, table)[0].key.value}")
    values = _table(table) | {
        "additions": ", ".join(f"ADD COLUMN IF NOT EXISTS {column}" for column in added),
        "removals": ", ".join(f"DROP COLUMN IF EXISTS {column.split()[0]}" for column in added),
        "meaning": literal(f"what the subject of the row permits; subject: {subject_terms(policy, table)}"),
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
    if parent is None:
        body = _own_function(policy, table, function)
    else:
        body = _child_function(policy, table, function, parent)
    yield _function(function, body)
    yield from_templates("row_trigger", table.qualified, _table(table) | {"function": ident(function)})

    children = children_of(policy, table)
    if children:
        moved = names.moved_function(table.schema, table.name)
        yield _function(moved, _moved_function(policy, table, moved, children))
        changed = " OR ".join(
            f"OLD.{ident(column)} IS DISTINCT FROM NEW.{ident(column)}" for column in _leads(table, children)
        )
        values = _table(table) | {"function": ident(moved), "changed": changed}
        yield from_templates("moved_trigger", table.qualified, values)


def partition_maker(policy: Policy, table: Table) -> Statement:
    """What the owner of a partitioned table needs to make partitions: EXECUTE on the functions of its row triggers."""
    functions = [names.row_function(table.schema, table.name)]
    if children_of(policy, table):
        functions.append(names.moved_function(table.schema, table.name))
    values = _table(table) | {"functions": array_literal(sorted(functions))}
    return from_templates("partition_maker", table.qualified, values, as_owner=True)


def _own_function(policy: Policy, table: Table, function: str) -> str:
    subjects = subjects_of(policy, table)

    def masks(row: str) -> str:
        text = "\n".join(_mask(table, entry, row) for entry in subjects)
        somebody = " OR ".join(f"{row}.{ident(entry.column)} IS NOT NULL" for entry in subjects)
        if table.anonymous is Anonymous.VISIBLE:
            return f"  -- a row about nobody permits everything\n  IF {somebody} THEN\n{text}\n  END IF;"
        if all(entry.optional for entry in subjects):
            nobody = f"  IF NOT ({somebody}) THEN\n    permitted := 0;\n  END IF;"
            return f"{text}\n  -- a row about nobody permits nothing\n{nobody}"
        return text

    values = _moving(policy, table) | {
        "table": qualified(table.schema, table.name),
        "function": ident(function),
        "delete_masks": masks("OLD"),
        "moves": " OR ".join(
            f"OLD.{ident(entry.column)} IS DISTINCT FROM NEW.{ident(entry.column)}" for entry in subjects
        ),
        "old_subjects": ", ".join(entry.of("OLD") for entry in subjects),
        "write_masks": masks("NEW"),
        "new_subjects": ", ".join(entry.of("NEW") for entry in subjects),
    }
    return templates.fill("trigger_function/row", values)


def _moving(policy: Policy, table: Table) -> dict[str, str]:
    """What ``sminion.permit_move`` is told of the table."""
    return {"place": literal(table.qualified), "schema": literal(table.schema),
            "above": "true" if children_of(policy, table) else "false"}


def _mask(table: Table, subject: SubjectOfRow, row: str) -> str:
    text = templates.fill("trigger_function/row_mask", {"subject": subject.of(row), "schema": literal(table.schema)})
    return f"  IF {row}.{ident(subject.column)} IS NOT NULL THEN\n{text}\n  END IF;" if subject.optional else text


def _child_function(policy: Policy, table: Table, function: str, parent: Parent) -> str:
    (own,) = subjects_of(policy, table)
    values = _moving(policy, table) | {
        "table": qualified(table.schema, table.name),
        "function": ident(function),
        "key_type": own.key.value,
        "old_subjects": own.of("OLD"),
        "owner_subject": own.text("owner_key"),
        "parent": qualified(parent.table.schema, parent.table.name),
        "parent_subject": ident(parent.subject),
        "parent_key": ident(parent.key),
        "column": ident(parent.column),
    }
    kinds = ("write", "delete")
    values |= {
        f"nobody_{kind}": f"    {templates.fill(f'trigger_function/child_nobody_{kind}', values)}\n"
        if table.anonymous is Anonymous.VISIBLE else "" for kind in kinds
    }
    return templates.fill("trigger_function/child", values)


def _moved_function(policy: Policy, table: Table, function: str, children: tuple[Table, ...]) -> str:
    (own,) = subjects_of(policy, table)
    updates, anew = [], []
    for child in children:
        path = child.subject
        assert isinstance(path, SubjectPath)
        child_values = {
            "child": qualified(child.schema, child.name),
            "child_schema": literal(child.schema),
            "child_name": literal(child.name),
            "subject": ident(own.column),
            "column": ident(path.column),
            "key": ident(path.key),
        }
        parent = {"table": qualified(table.schema, table.name), "old_subject": own.of("OLD")}
        anew.append(templates.fill("trigger_function/moved_anew", child_values | parent))
        updates.append(templates.fill("trigger_function/moved_child", child_values))
    values = {
        "table": qualified(table.schema, table.name),
        "function": ident(function),
        "subject": own.of("OLD"),
        "key_type": own.key.value,
        "anew": "\n".join(anew),
        "children": "\n".join(updates),
    }
    return templates.fill("trigger_function/moved", values)


def _leads(table: Table, children: tuple[Table, ...]) -> list[str]:
    keys = {child.subject.key for child in children if isinstance(child.subject, SubjectPath)}
    return sorted({*subject_columns(table), *keys})


def _function(name: str, body: str) -> Statement:
    values = {"function": ident(name), "function_literal": literal(name)}
    query, given = fingerprint("trigger_function", values)
    return Statement(
        key=f"trigger_function:{name}",
        sql=body,
        reverse=templates.fill("trigger_function/reverse", values),
        fingerprint_query=query,
        given=given,
        as_owner=True,
    )


def _table(table: Table) -> dict[str, str]:
    name = qualified(table.schema, table.name)
    return {"table": name, "table_literal": literal(name)}
