"""The schema in which Alembic keeps the version of the database side."""

from __future__ import annotations

from sqlalchemy import Connection

from sminion_guard.compiler.backup import VERSION_SCHEMA
from sminion_guard.errors import InstallError
from sminion_guard.migrate import queries


def make(connection: Connection) -> None:
    """Create the schema before the first migration.

    Whoever made it before could have made it to run code as us: using the table runs its views and triggers.

    :raises InstallError: SG464.
    """
    if connection.exec_driver_sql(queries.text("guard_installed")).scalar_one():
        return
    if connection.exec_driver_sql(queries.text("version_schema_made")).scalar_one():
        raise InstallError(
            "SG464", f"schema `{VERSION_SCHEMA}` exists, and the guard is not installed in this database",
            detail="it was not made by an installation of the guard",
            hint=f"look who owns it, and drop it: DROP SCHEMA {VERSION_SCHEMA} CASCADE")
    connection.exec_driver_sql(f"CREATE SCHEMA {VERSION_SCHEMA}")
