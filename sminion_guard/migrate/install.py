"""Installing the database side: the guard's own migrations, run online or written to a script."""

from __future__ import annotations

import io
from typing import Literal

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, exc
from sqlalchemy.pool import NullPool

from sminion_guard import resources
from sminion_guard.address import conninfo
from sminion_guard.errors import InstallError
from sminion_guard.migrate.failures import translate

BRANCH = "sminion_guard"
"""Branch label of the guard's migrations, for environments that hold others too."""


def upgrade(url_or_conninfo: str, revision: str = "head") -> None:
    """Install the database side, or upgrade it to ``revision``, in one transaction.

    :param url_or_conninfo: SQLAlchemy URL or libpq connection string.
    :raises InstallError: when the role lacks what it needs, or the database is not fit; SG802 for another address.
    """
    _online("upgrade", url_or_conninfo, revision)


def downgrade(url_or_conninfo: str, revision: str = "base") -> None:
    """Uninstall the database side; ``base`` removes all of it, including the access log.

    :raises InstallError: SG407 while a policy is in place.
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


def _online(direction: Literal["upgrade", "downgrade"], address: str, revision: str) -> None:
    target = conninfo(address)
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(target), poolclass=NullPool)
    config = _config(io.StringIO())
    config.attributes["to_base"] = direction == "downgrade" and revision == "base"
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            getattr(command, direction)(config, revision)
    except exc.DBAPIError as error:
        if isinstance(error.orig, psycopg.Error):
            raise translate(error.orig, f"{direction} of the database side") from error.orig
        raise
    except psycopg.OperationalError as error:
        raise InstallError("SG416", "the database cannot be reached", detail=str(error).strip()) from error


def _config(output: io.StringIO) -> Config:
    config = Config(output_buffer=output, stdout=output)
    # `%` is Alembic's mark for interpolation.
    config.set_main_option("script_location", str(resources.migrations()).replace("%", "%%"))
    return config
