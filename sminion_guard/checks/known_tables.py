"""The tables of a policy as they stand in the database, for the checks that compare both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sminion_guard.checks.asking import Database
from sminion_guard.policy import Policy, SubjectKey, Table

SUBJECT_TYPES = {
    SubjectKey.BIGINT: frozenset({"bigint", "integer", "smallint"}),
    SubjectKey.UUID: frozenset({"uuid"}),
    SubjectKey.TEXT: frozenset({"text", "character varying"}),
}
"""Types of a subject column that print, and compare, as the key does. ``character`` pads, ``citext`` folds."""
TIMES = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})
NO_TABLES = {"v": "a view", "m": "a materialized view", "f": "a foreign table"}
"""What stands where a table should be, by ``pg_class.relkind``."""


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


def names(policy: Policy) -> dict[str, object]:
    """The tables of the policy as parameters of a query."""
    listed = policy.tables()
    return {"table_schemas": [table.schema for table in listed], "table_names": [table.name for table in listed]}


def relations(database: Database) -> dict[str, dict[str, str]]:
    """By schema, the kind of each relation (``pg_class.relkind``)."""
    there: dict[str, dict[str, str]] = {}
    for schema, name, kind in database.ask("queries/preflight/relations", as_owner=False):
        there.setdefault(schema, {})
        if name is not None:
            there[schema][name] = kind
    return there


def columns(database: Database, policy: Policy) -> Columns:
    """By schema and table, the columns of those tables of the policy that are there."""
    found: dict[tuple[str, str], dict[str, Column]] = {}
    for schema, name, column, *rest in database.ask("queries/preflight/columns", as_owner=False, **names(policy)):
        found.setdefault((schema, name), {})[column] = Column(*rest)
    return found


def tables_with_columns(database: Database, policy: Policy) -> Iterator[tuple[Table, Mapping[str, Column], Columns]]:
    """Each table of the policy that is one in the database, with its columns, and those of all."""
    there, all_columns = relations(database), columns(database, policy)
    for table in policy.tables():
        kind = there.get(table.schema, {}).get(table.name)
        if kind is not None and kind not in NO_TABLES:
            yield table, all_columns.get((table.schema, table.name), {}), all_columns
