"""Addresses of databases: SQLAlchemy URLs and libpq's connection strings are the same to us."""

from __future__ import annotations

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from sminion_guard.errors import InstallError

_OF_THE_GUARD = ("plugin", "guard_policy", "guard_audit", "guard_primary", "guard_log")
_DRIVERS = frozenset({"postgres", "postgresql", "postgresql+psycopg", "postgresql+psycopg_async", "postgresql+sminion"})


def conninfo(address: str) -> str:
    """What psycopg connects to.

    :param address: a SQLAlchemy URL, a libpq URI or ``key=value`` pairs; empty for what the PG* variables say.
    :raises InstallError: SG416 for an address of something else than PostgreSQL through psycopg.
    """
    if "://" not in address:
        return address
    drivername = address.partition("://")[0]
    if drivername in ("postgres", "postgresql"):
        return address
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # its text repeats the address, which may hold a password
        raise InstallError(
            "SG416", "the address of the database cannot be read", hint="write `postgresql://user@host:port/database`"
        ) from None
    if url.drivername not in _DRIVERS:
        raise InstallError(
            "SG416",
            f"`{url.drivername}` is not an address of PostgreSQL that the guard can use",
            hint="write `postgresql://...` or `postgresql+psycopg://...`",
        )
    # What only SQLAlchemy and the guard's plugin understand, libpq would refuse.
    plain = url.set(drivername="postgresql").difference_update_query(_OF_THE_GUARD)
    return plain.render_as_string(hide_password=False)
