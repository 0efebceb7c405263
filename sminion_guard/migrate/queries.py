"""Named queries: the SQL that Python sends while installing lies in sql/queries, one step a file."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import Cursor

from sminion_guard import resources
from sminion_guard.compiler.quoting import literal


def text(name: str) -> str:
    """The SQL of the query ``name``.

    :param name: the file's name without ``.sql``, such as ``lock``; with a directory for those of other parts of sql/.
    """
    return resources.sql_text(name if "/" in name or name == "ddl_guard" else f"queries/migrate/{name}")


def rendered(name: str, **values: str | int) -> str:
    """The SQL of the query ``name`` with its parameters written in, for a script."""
    filled = {key: literal(value) if isinstance(value, str) else str(value) for key, value in values.items()}
    return text(name) % filled if values else text(name)


def run(connection: psycopg.Connection[Any], name: str, **values: object) -> Cursor[tuple[Any, ...]]:
    """Send the query ``name`` with its parameters."""
    return send(connection, text(name), values or None)


def send(
    connection: psycopg.Connection[Any], statement: str, values: dict[str, object] | None = None
) -> Cursor[tuple[Any, ...]]:
    """Send SQL that was compiled or stored: never a user's text. Rows come as tuples, whatever the connection says."""
    cursor = connection.cursor(row_factory=psycopg.rows.tuple_row)
    cursor.execute(statement.encode(), values, prepare=False)
    return cursor
