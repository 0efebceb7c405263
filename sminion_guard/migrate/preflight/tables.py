"""The tables of the policy: there, of a kind that can be protected, with columns that fit what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sminion_guard.compiler import Compiled
from sminion_guard.migrate.preflight.problem import Problem
from sminion_guard.migrate.transaction import Installer
from sminion_guard.policy import Policy, SubjectColumn, SubjectKey, SubjectPath, Table
from sminion_guard.policy.findings import suggestion
from sminion_guard.policy.names import SYSTEM_COLUMNS

KINDS = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}
SUBJECT_TYPES = {
    SubjectKey.BIGINT: frozenset({"bigint", "integer", "smallint"}),
    SubjectKey.UUID: frozenset({"uuid"}),
    SubjectKey.TEXT: frozenset({"text", "character varying"}),
}
"""Types of a subject column that print, and compare, as the key does. ``character`` pads, ``citext`` folds."""
TIMES = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it stands in the database.

    :param indexed: an index begins with it.
    :param unique: an index on it alone is unique.
    """

    type: str
    generated: bool
    indexed: bool
    unique: bool


Columns = Mapping[tuple[str, str], Mapping[str, Column]]


def tables(installer: Installer, compiled: Compiled) -> Iterator[Problem]:
    """Whether each table exists and is what the policy takes it for."""
    policy = compiled.policy
    there: dict[str, dict[str, str]] = {}
    for schema, name, kind in installer.ask("queries/preflight/relations", as_owner=False):
        there.setdefault(schema, {})
        if name is not None:
            there[schema][name] = kind
    columns: dict[tuple[str, str], dict[str, Column]] = {}
    for schema, name, column, *rest in installer.ask("queries/preflight/columns", as_owner=False, **names(policy)):
        columns.setdefault((schema, name), {})[column] = Column(*rest)

    behind: dict[str, list[str]] = {}
    for view, read in installer.ask("queries/preflight/behind", as_owner=False, **names(policy)):
        behind.setdefault(view, []).append(read)

    for schema in sorted(policy.schemas):
        if schema not in there:
            yield Problem("SG424", f"schema `{schema}` does not exist", hint=suggestion(schema, there.keys()))
    for table in policy.tables():
        if table.schema not in there:
            continue
        kind = there[table.schema].get(table.name)
        if kind is None:
            elsewhere = [other for other in sorted(there) if table.name in there[other]]
            yield Problem(
                "SG424",
                f"table `{table.qualified}` does not exist",
                detail=f"there is `{elsewhere[0]}.{table.name}`" if elsewhere else None,
                hint=suggestion(table.name, there[table.schema].keys()),
            )
        elif kind in KINDS:
            yield _no_table(table, kind, behind.get(table.qualified, []))
        else:
            yield from _judge(policy, table, columns)


def _no_table(table: Table, kind: str, behind: list[str]) -> Problem:
    """A view or the like where a table should be."""
    listed = ", ".join(f"`{name}`" for name in behind)
    if kind == "f":
        hint = "leave it out: what the policy does not list is closed; or keep the rows in a table of this database"
    elif not behind:
        hint = "leave it out: what the policy does not list is closed"
    else:
        hint = f"list {listed} instead, which it reads, and leave the {KINDS[kind].removeprefix('a ')} itself out"
    return Problem(
        "SG426", f"`{table.qualified}` is {KINDS[kind]}",
        detail="only tables keep row security and the triggers that set masks", hint=hint,
    )


def names(policy: Policy) -> dict[str, object]:
    """The tables of the policy as parameters of a query."""
    listed = policy.tables()
    return {"table_schemas": [table.schema for table in listed], "table_names": [table.name for table in listed]}


def _judge(policy: Policy, table: Table, columns: Columns) -> Iterator[Problem]:
    own = columns.get((table.schema, table.name), {})
    for name in sorted(table.columns):
        if name not in own and name not in SYSTEM_COLUMNS:
            yield Problem(
                "SG425", f"table `{table.qualified}` has no column `{name}`", hint=suggestion(name, own.keys())
            )
    if table.retention is not None:
        after = own.get(table.retention.after)
        if after is not None and after.type not in TIMES:
            yield Problem(
                "SG429",
                f"retention of `{table.qualified}` counts from `{table.retention.after}`, which is {after.type}",
                hint=_countable(table, own),
            )
    if isinstance(table.subject, SubjectPath):
        yield from _judge_path(table, table.subject, own, columns.get((table.subject.schema, table.subject.table), {}))
    for entry in table.subject if isinstance(table.subject, tuple) else ():
        if entry.column in own:
            yield from _judge_subject(policy, table, entry, own[entry.column])


def _countable(table: Table, own: Mapping[str, Column]) -> str:
    """What retention can count from instead."""
    fit = [f"`{name}`" for name, column in own.items() if column.type in TIMES]
    if fit:
        return "let `after` name a date or timestamp: " + ", ".join(fit)
    return (
        f"`ALTER TABLE {table.qualified} ADD kept_from timestamptz DEFAULT now()`, fill it in for the rows that are"
        " there, and let `after` name it; or leave `retention` out"
    )


def _judge_subject(policy: Policy, table: Table, subject: SubjectColumn, column: Column) -> Iterator[Problem]:
    name, key = subject.column, policy.key_of(subject.kind)
    whose = "the policy's subject key" if subject.kind is None else f"the key of a {subject.kind}"
    if column.type not in SUBJECT_TYPES[key]:
        yield Problem(
            "SG427",
            f"subject column `{table.qualified}.{name}` is {column.type}, and {whose} {key.value}",
            hint=f"make it {' or '.join(sorted(SUBJECT_TYPES[key]))}, or change "
            + ("`subject_key`" if subject.kind is None else f"`key` of `[subject.{subject.kind}]`"),
        )
    if column.generated:
        yield Problem(
            "SG428",
            f"subject column `{table.qualified}.{name}` is generated",
            detail="it is computed after the row trigger has looked for the subject",
            hint="name the column that it is generated from",
        )
    if not column.indexed:
        yield _no_index(table, name)


def _judge_path(
    table: Table, path: SubjectPath, own: Mapping[str, Column], parent: Mapping[str, Column]
) -> Iterator[Problem]:
    column, key = own.get(path.column), parent.get(path.key)
    if column is None or key is None:
        return  # told above: the column, or that of the parent, is missing
    if column.generated:
        yield Problem(
            "SG428",
            f"column `{table.qualified}.{path.column}` of a subject path is generated",
            detail="it is computed after the row trigger has followed it",
            hint="name the column that it is generated from",
        )
    comparable = [kinds for kinds in SUBJECT_TYPES.values() if column.type in kinds and key.type in kinds]
    if column.type != key.type and not comparable:
        yield Problem(
            "SG427",
            f"`{table.qualified}.{path.column}` is {column.type}, but "
            f"`{path.schema}.{path.table}.{path.key}` is {key.type}",
            hint="name the column that the other refers to, or change a type",
        )
    if not key.unique:
        yield Problem(
            "SG439",
            f"`{path.schema}.{path.table}.{path.key}` is not unique",
            detail=f"the subject of a row of `{table.qualified}` would be that of any of several rows",
            hint="make it a primary key or unique, or let the path lead to a column that is",
        )
    if not column.indexed:
        yield _no_index(table, path.column)


def _no_index(table: Table, column: str) -> Problem:
    return Problem(
        "SG435",
        f"no index of `{table.qualified}` begins with `{column}`",
        detail="settling searches a subject's rows by it; without an index it reads the whole table",
        hint=f"`CREATE INDEX CONCURRENTLY ON {table.qualified} ({column})`",
        refuses=False,
    )
