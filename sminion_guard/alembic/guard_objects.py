"""What of a database is the guard's: its schemas, and what it added to the application's tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from sminion_guard.migrate.queries import text

SCHEMAS = frozenset({"sminion", "sminion_migrations"})
"""The guard's own, and that of its installed version."""

Name = tuple[str | None, str | None, str | None]
"""Schema, table and name."""


@dataclass(frozen=True, slots=True)
class GuardObjects:
    """The objects of the guard in one database.

    :param default_schema: the schema for which Alembic says None.
    :param names: each kind with the names of its objects.
    """

    default_schema: str
    names: dict[str, frozenset[Name]] = field(default_factory=dict)

    def __contains__(self, named: tuple[str, str | None, str | None, str | None]) -> bool:
        """Whether an object is the guard's: its kind, schema, table and name."""
        kind, schema, table, name = named
        if schema in SCHEMAS:
            return True
        found = self.names.get(kind, frozenset())
        if kind == "role":
            return (None, None, name) in found
        return (schema or self.default_schema, table, name) in found

    def protects(self, schema: str | None, table: str | None = None) -> bool:
        """Whether the policy in force protects a table, or any table of a schema."""
        wanted = schema or self.default_schema
        return any(of == wanted and table in (None, name) for of, name, _ in self.names.get("table", ()))

    @classmethod
    def read(cls, connection: Connection, default_schema: str | None) -> GuardObjects:
        """Read the catalog of the database of ``connection``."""
        rows = connection.exec_driver_sql(text("queries/alembic/guard_objects")).all()
        return cls(default_schema or "public", _by_kind(tuple(row) for row in rows))


def _by_kind(rows: Iterable[tuple[str, str | None, str | None, str | None]]) -> dict[str, frozenset[Name]]:
    found: dict[str, set[Name]] = {}
    for kind, schema, table, name in rows:
        found.setdefault(kind, set()).add((schema, table, name))
    return {kind: frozenset(names) for kind, names in found.items()}
