"""Alembic environment of the guard's own migrations. `sminion-guard install` runs it; it needs no alembic.ini.

It keeps its version in a schema of its own, so it lives beside any other environment. The schema goes with the last
migration, so that nothing is left of an uninstalled guard.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from sminion_guard.migrate.version_schema import VERSION_SCHEMA, make

VERSION_TABLE = "version"


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


def run_online(connection: Connection) -> None:
    """Run within the transaction of ``connection``, which whoever called us commits."""
    make(connection)
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
