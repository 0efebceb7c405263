"""The connection of psycopg below one of SQLAlchemy."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy.engine import Connection

from sminion_guard.errors import InstallError


def driver_connection(connection: Connection) -> psycopg.Connection[Any]:
    """The connection below ``connection``.

    :raises InstallError: SG416 when it is another driver's.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise InstallError(
            "SG416",
            f"the migration runs over `{type(driver).__module__}`",
            hint="let env.py use a synchronous engine with a `postgresql+psycopg://` URL,"
            " or write a script with `--sql`",
        )
    return driver
