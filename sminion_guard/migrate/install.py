"""Installing the database side: the guard's own migrations, run online or written to a script."""

from __future__ import annotations

import io
from typing import Any, Literal

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.errors import Diagnostic
from sqlalchemy import Connection, create_engine, exc
from sqlalchemy.pool import NullPool

from sminion_guard import resources
from sminion_guard.address import conninfo
from sminion_guard.errors import InstallError
from sminion_guard.migrate import queries
from sminion_guard.migrate.failures import translate
from sminion_guard.migrate.frozen import text

BRANCH = "sminion_guard"
"""Branch label of the guard's migrations, for environments that hold others too."""


def upgrade(url_or_conninfo: str, revision: str = "head") -> tuple[str, ...]:
    """Install the database side, or upgrade it to ``revision``, in one transaction.

    Run by a superuser where another role installed before, it adds the DDL guard, also to an extension.

    :param url_or_conninfo: SQLAlchemy URL or libpq connection string.
    :returns: what could not be installed, and what that leaves: warnings of the server, such as SG478.
    :raises InstallError: when the role lacks what it needs, or the database is not fit; SG480 for an
        extension, which PostgreSQL upgrades; SG802 for another address.
    """
    return _online("upgrade", url_or_conninfo, revision)


def downgrade(url_or_conninfo: str, revision: str = "base") -> None:
    """Uninstall the database side; ``base`` removes all of it, including the access log.

    :raises InstallError: SG407 while a policy is in place; SG480 for an extension and another revision than ``base``.
    """
    _online("downgrade", url_or_conninfo, revision)


def offline_sql(direction: Literal["upgrade", "downgrade"]) -> str:
    """The whole installation, or its reverse, as a script in one transaction: ``psql -v ON_ERROR_STOP=1 -f FILE``."""
    written = io.StringIO()
    config = _config(written)
    if direction == "upgrade":
        command.upgrade(config, f"{BRANCH}@head", sql=True)
    else:
        config.attributes["to_base"] = True
        command.downgrade(config, f"{BRANCH}@head:base", sql=True)
    return written.getvalue()


def _online(direction: Literal["upgrade", "downgrade"], address: str, revision: str) -> tuple[str, ...]:
    target = conninfo(address)
    warnings: list[str] = []

    def hear(said: Diagnostic) -> None:
        if said.severity_nonlocalized == "WARNING":
            warnings.append(". ".join(part for part in (said.message_primary, said.message_hint) if part))

    def connect() -> psycopg.Connection[Any]:
        connection = psycopg.connect(target)
        connection.add_notice_handler(hear)
        # Before SQLAlchemy asks the server about itself, and for the whole session, which is ours.
        queries.run(connection, "session_path")
        connection.commit()
        return connection

    engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)
    config = _config(io.StringIO())
    config.attributes["to_base"] = direction == "downgrade" and revision == "base"
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            version = connection.exec_driver_sql(queries.text("extension")).scalar()
            if version is None:
                getattr(command, direction)(config, revision)
            else:
                _of_extension(connection, version, gone=config.attributes["to_base"])
            if direction == "upgrade" and connection.exec_driver_sql(queries.text("ddl_guard_missing")).scalar():
                for name in ("become_installer", "ddl_guard", "act_as_owner", "ddl_guard_made", "roles/release"):
                    connection.exec_driver_sql(queries.text(name), execution_options={"no_parameters": True})
    except exc.DBAPIError as error:
        if isinstance(error.orig, psycopg.Error):
            raise translate(error.orig, f"{direction} of the database side") from error.orig
        raise
    except psycopg.OperationalError as error:
        raise InstallError("SG416", "the database cannot be reached", detail=str(error).strip()) from error
    return tuple(warnings)


def _of_extension(connection: Connection, version: str, *, gone: bool) -> None:
    """What migrations can do where they installed nothing: take everything away, or make way for the DDL guard."""
    if gone:
        connection.exec_driver_sql(text("sminion_0001", "downgrade"), execution_options={"no_parameters": True})
    elif not connection.exec_driver_sql(queries.text("ddl_guard_missing")).scalar():
        raise InstallError(
            "SG480", f"the guard is installed as extension `sminion_guard` {version}",
            detail="no migration was applied to this database, so none can be the next one",
            hint="upgrade it with `ALTER EXTENSION sminion_guard UPDATE`",
        )


def _config(output: io.StringIO) -> Config:
    config = Config(output_buffer=output, stdout=output)
    # `%` is Alembic's mark for interpolation.
    config.set_main_option("script_location", str(resources.migrations()).replace("%", "%%"))
    return config
