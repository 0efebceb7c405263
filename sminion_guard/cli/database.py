"""Which database a command speaks to: `--database-url`, then DATABASE_URL, then libpq's own PG* variables."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from sminion_guard.errors import GuardError, InstallError


def told_by_server(error: Exception) -> GuardError | None:
    """What an error of psycopg that no command expected means to the user of a command; None for other errors."""
    psycopg = sys.modules.get("psycopg")  # not loaded: then it is none of its errors
    if psycopg is None:
        return None
    said = " ".join(str(error).split())
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return InstallError("SG824", "the database cannot be reached", detail=said,
                            hint="check `--database-url` or DATABASE_URL, and that the server is running")
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return InstallError("SG805", "this login may not do this", detail=said,
                            hint="connect as an auditor, a privacy officer or an owner: see docs/OFFICERS.md")
    return None


_LIBPQ_VARIABLES = ("PGDATABASE", "PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGUSER")


def conninfo(option: str | None, environment: Mapping[str, str] | None = None) -> str:
    """The libpq connection string for the database the user means.

    :param option: what `--database-url` says, if given: a libpq or SQLAlchemy URL, or `key=value` pairs.
    :param environment: the variables to look at; default: those of the process.
    :return: an empty string where libpq shall use its PG* variables.
    :raises InstallError: when no database is named, or the URL cannot be one of PostgreSQL.
    """
    variables = os.environ if environment is None else environment
    given = option or variables.get("DATABASE_URL")
    if given:
        from sminion_guard.address import conninfo as read  # here: commands without a database need no libpq

        return read(given)
    if any(variables.get(name) for name in _LIBPQ_VARIABLES):
        return ""
    raise InstallError("SG801", "no database is named",
                       hint="pass `--database-url`, or set DATABASE_URL or the PG* variables")
