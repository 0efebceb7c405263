"""Alembic environment of the guard's own migrations. `sminion-guard install` runs it; it needs no alembic.ini.

It keeps its version in a schema of its own, so it lives beside any other environment. The schema goes with the last
migration, so that nothing is left of an uninstalled guard.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from sminion_guard.errors import InstallError

VERSION_SCHEMA = "sminion_migrations"
VERSION_TABLE = "version"
INSTALLED = """
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_namespace n
  WHERE n.nspname = 'sminion' AND pg_catalog.pg_get_userbyid(n.nspowner) = 'sminion_owner')
"""
MADE_BEFORE = f"SELECT pg_catalog.to_regnamespace('{VERSION_SCHEMA}') IS NOT NULL"


def configure(connection: Connection | None) -> None:
    """Configure Alembic for a connection, or for writing a script when there is none."""
    context.configure(
        connection=connection,
        dialect_name=None if connection is not None else "postgresql",
        version_table=VERSION_TABLE,
        version_table_schema=VERSION_SCHEMA,
        transactional_ddl=True,
    )


def to_base() -> bool:
    """Whether this run takes the last migration away."""
    return bool(context.config.attributes.get("to_base", False))


def make_schema(connection: Connection) -> None:
    """Create the schema of the version table with the first migration.

    Whoever made it before could have made it to run code as us: what reads and writes the table fires its triggers.

    :raises InstallError: SG464.
    """
    if connection.exec_driver_sql(INSTALLED).scalar_one():
        return
    if connection.exec_driver_sql(MADE_BEFORE).scalar_one():
        raise InstallError(
            "SG464", f"schema `{VERSION_SCHEMA}` exists, and the guard is not installed in this database",
            detail="it was not made by an installation of the guard",
            hint=f"look who owns it, and drop it: DROP SCHEMA {VERSION_SCHEMA} CASCADE")
    connection.exec_driver_sql(f"CREATE SCHEMA {VERSION_SCHEMA}")


def run_online(connection: Connection) -> None:
    """Run within the transaction of ``connection``, which whoever called us commits."""
    make_schema(connection)
    configure(connection)
    context.run_migrations()
    if to_base():
        connection.exec_driver_sql(f"DROP SCHEMA {VERSION_SCHEMA} CASCADE")


def run_offline() -> None:
    """Write the script: one transaction, however it is run."""
    configure(None)
    with context.begin_transaction():
        output = context.get_context().impl.static_output
        # Whoever installs is powerful: nothing of another schema is to be taken for the server's own.
        output("SET LOCAL search_path = pg_catalog, pg_temp;")
        if not to_base():
            output(f"CREATE SCHEMA {VERSION_SCHEMA};")
        context.run_migrations()
        if to_base():
            output(f"DROP SCHEMA {VERSION_SCHEMA} CASCADE;")


if context.is_offline_mode():
    run_offline()
else:
    run_online(context.config.attributes["connection"])
