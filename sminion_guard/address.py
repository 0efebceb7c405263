"""The one reader of addresses of databases: the application's own URL means the same everywhere.

What SQLAlchemy writes (``postgresql+psycopg://...?plugin=sminion_guard&guard_policy=privacy.toml&host=a:1&host=b:2``)
is read by SQLAlchemy's own dialect, so that every command reaches the database that the application reaches; libpq's
URIs and ``key=value`` pairs are read by libpq. Nothing is guessed: a parameter that nobody knows is an error, since a
misspelled ``sslmode`` would otherwise be a connection without encryption.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from sminion_guard.errors import InstallError
from sminion_guard.extras import explained

with explained():
    import psycopg
    from psycopg import pq
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

OF_THE_GUARD = ("guard_policy", "guard_audit", "guard_primary", "guard_log", "guard_policy_mismatch", "guard_maintain")
"""Parameters of ``create_engine``, or of the URL, that mean the guard."""
_OF_SQLALCHEMY = ("plugin", "async_fallback")
"""What only SQLAlchemy understands in a URL."""
_OF_DRIVERS = frozenset({
    "prepare_threshold", "autocommit",  # psycopg
    "command_timeout", "timeout", "statement_cache_size", "prepared_statement_cache_size",  # asyncpg, from here on
    "prepared_statement_name_func", "max_cached_statement_lifetime", "max_cacheable_statement_size",
})
"""How a driver works on a connection: nothing that leads to another database, or there in another way."""
_SSL = {"true": "require", "false": "disable"}
"""asyncpg's `ssl`, where it is not one of libpq's modes by name."""
_SCHEME = re.compile(r"(?P<dialect>[A-Za-z0-9._-]+)(?:\+(?P<driver>[A-Za-z0-9._+-]*))?://(?P<rest>.*)", re.DOTALL)
_DIALECTS = ("postgresql", "postgres")
HINT = "write `postgresql://user@host:port/database`, special characters in a password as %XX"


@dataclass(frozen=True, slots=True)
class Address:
    """An address that was read.

    :param conninfo: what libpq connects to; empty for what its PG* variables say.
    :param guard: the parameters of :data:`OF_THE_GUARD` that stood in it.
    """

    conninfo: str = field(repr=False)
    guard: dict[str, str]


def read(address: str) -> Address:
    """What ``address`` means.

    :param address: a URL of SQLAlchemy for PostgreSQL, whatever its driver; a URI of libpq; or ``key=value`` pairs.
    :raises InstallError: SG802 when it is none of these. The message never repeats it: it may hold a password.
    """
    url = _SCHEME.fullmatch(address.strip())
    if url is None:
        return Address(_checked(address), {})
    if url["dialect"].lower() not in _DIALECTS:
        raise InstallError(
            "SG802", f"`{address.strip().partition('://')[0]}` is not PostgreSQL",
            hint="begin the URL with `postgresql://` or `postgresql+psycopg://`")
    plain, query = "postgresql://" + url["rest"], _query(url["rest"])
    ours = {name: value for name, value in query if name in OF_THE_GUARD}
    written_for_libpq = url["driver"] is None and not ours and not any(name in _OF_SQLALCHEMY for name, _ in query)
    if written_for_libpq and [name for name, _ in query].count("host") < 2:
        return Address(_checked(plain), {})
    return Address(_by_sqlalchemy(plain), ours)


def conninfo(address: str) -> str:
    """What libpq connects to, as :func:`read`.

    :raises InstallError: SG802.
    """
    return read(address).conninfo


def _query(rest: str) -> list[tuple[str, str]]:
    pairs = [pair.partition("=") for pair in rest.partition("?")[2].split("&") if pair]
    return [(unquote(name), unquote(value)) for name, _, value in pairs]


def _by_sqlalchemy(plain: str) -> str:
    # Here, since who connects by psycopg alone needs it for no other address.
    from sqlalchemy import make_url
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
    from sqlalchemy.exc import ArgumentError

    dialect: Any = PGDialect_psycopg()  # type: ignore[no-untyped-call]
    try:
        url = make_url(plain).difference_update_query((*_OF_SQLALCHEMY, *OF_THE_GUARD, *_OF_DRIVERS))
        _, arguments = dialect.create_connect_args(url)
    except (ArgumentError, ValueError):
        # Several hosts before the path, which only libpq reads. SQLAlchemy's own text repeats the address.
        return _checked(_without(plain))
    if "ssl" in arguments:
        mode = str(arguments.pop("ssl")).lower()
        arguments.setdefault("sslmode", _SSL.get(mode, mode))
    return _checked("", **arguments)


def _without(plain: str) -> str:
    before, _, query = plain.partition("?")
    dropped = {*_OF_SQLALCHEMY, *OF_THE_GUARD, *_OF_DRIVERS}
    kept = [pair for pair in query.split("&") if pair and unquote(pair.partition("=")[0]) not in dropped]
    return f"{before}?{'&'.join(kept)}" if kept else before


def _checked(written: str, **arguments: Any) -> str:
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    unknown = sorted(arguments.keys() - known)
    if unknown:
        raise InstallError(
            "SG802", f"the database URL has a parameter that nobody knows: `{unknown[0]}`",
            hint="correct the spelling, or leave it out")
    try:
        found = make_conninfo(written, **arguments)
        if re.fullmatch(r"[\d,]*", str(conninfo_to_dict(found).get("port") or "")):
            return found
    except psycopg.Error:  # its text repeats the address
        pass
    raise InstallError("SG802", "the database URL is malformed", hint=HINT) from None
