"""A catalog from SQLAlchemy's ``MetaData``: for checks in a project that has models and no database at hand.

It knows tables and columns only. What a database adds (views, functions, triggers) is missing, so a statement that uses
them is refused as unknown; what a trigger does behind a table's back is not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sminion_guard.analyzer.catalog import Catalog
from sminion_guard.analyzer.catalog_json import from_document

if TYPE_CHECKING:
    from sqlalchemy import ForeignKeyConstraint, MetaData, Table

_ACTIONS = {"CASCADE": "c", "SET NULL": "n", "SET DEFAULT": "d"}


def from_metadata(
    metadata: MetaData, *, search_path: tuple[str, ...] = ("public",), default_schema: str = "public",
    database: str = "", server_version: int = 18, guard_columns: bool = True,
) -> Catalog:
    """The catalog of the tables of ``metadata``.

    :param default_schema: where tables without a schema live.
    :param server_version: major version of the server that the statements are for.
    :param guard_columns: add the columns that the guard gives to each table, so that ``SELECT *`` is judged as there.
    """
    cascades: dict[str, list[Any]] = {}
    for table in metadata.sorted_tables:
        for constraint in table.foreign_key_constraints:
            target = constraint.elements[0].column.table
            cascades.setdefault(target.key, []).append(_cascade(table, constraint, default_schema))
    relations = [_relation(table, cascades.get(table.key, []), default_schema, guard_columns)
                 for table in sorted(metadata.tables.values(), key=lambda table: table.key)]
    schemas = sorted({relation["schema"] for relation in relations} | {"public", "pg_catalog", "information_schema"})
    return from_document({
        "database": database, "server_version": server_version, "search_path": list(search_path), "schemas": schemas,
        "public_usage": ["public"], "relations": relations, "functions": [], "types": [], "operators": [], "casts": [],
    })


def _relation(table: Table, cascades: list[Any], default_schema: str, guard_columns: bool) -> dict[str, Any]:
    columns: list[list[Any]] = [
        [column.name, "pg_catalog.unknown", None, column.computed is not None] for column in table.columns
    ]
    if guard_columns and "guard_mask" not in table.columns:
        columns.append(["guard_mask", "pg_catalog.int8", None, False])
    return {
        "schema": table.schema or default_schema, "name": table.name, "kind": "r", "definition": None, "invoker": False,
        "public": "", "columns": columns, "parents": [], "children": [], "owner": None, "triggers": [], "rules": [],
        "checks": [], "policies": [], "cascades": sorted(cascades), "support": [], "placed_by": [],
        "constraints": sorted(_constraints(table)),
    }


def _constraints(table: Table) -> list[list[Any]]:
    """Keys with the names that PostgreSQL gives to those without."""
    found: list[list[Any]] = []
    for constraint in table.constraints:
        columns = [column.name for column in getattr(constraint, "columns", ())]
        if constraint.__visit_name__ == "primary_key_constraint" and columns:
            found.append([str(constraint.name or f"{table.name}_pkey"), columns])
        elif constraint.__visit_name__ == "unique_constraint":
            found.append([str(constraint.name or f"{'_'.join([table.name, *columns])}_key"), columns])
    return found


def _cascade(table: Table, constraint: ForeignKeyConstraint, default_schema: str) -> list[Any]:
    return [
        table.schema or default_schema, table.name, [column.name for column in constraint.columns],
        [element.column.name for element in constraint.elements],
        _ACTIONS.get((constraint.ondelete or "").upper(), ""), _ACTIONS.get((constraint.onupdate or "").upper(), ""),
    ]
