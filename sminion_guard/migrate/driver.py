"""The connection of psycopg below one of SQLAlchemy."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy.engine import Connection

from sminion_guard.errors import InstallError

_SYNCHRONOUS = "let env.py use a synchronous engine with a `postgresql+psycopg://` URL"
_AWAITED = (
    'let env.py write `with create_engine(make_url(url).set(drivername="postgresql+psycopg")).connect() as connection:`'
    " and call what it passes to `run_sync` with that connection: docs/MIGRATIONS.md, Autogenerate"
)


def driver_connection(connection: Connection) -> psycopg.Connection[Any]:
    """The connection below ``connection``.

    :raises InstallError: SG416 when it is another driver's.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise InstallError(
            "SG416",
            f"the migration runs over `{type(driver).__module__}.{type(driver).__name__}`",
            hint=f"{_AWAITED if connection.dialect.is_async else _SYNCHRONOUS}, or write a script with `--sql`",
        )
    return driver
