"""Which database a command speaks to: `--database-url`, then DATABASE_URL, then libpq's own PG* variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import psycopg
from psycopg.conninfo import make_conninfo

from sminion_guard.errors import InstallError

_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+._-]*)://(?P<rest>.*)", re.DOTALL)
_LIBPQ_VARIABLES = ("PGDATABASE", "PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGUSER")
_PLUGIN_PARAMETERS = ("plugin", "guard_policy")
"""What only SQLAlchemy and the guard's own plugin understand in a URL; libpq would refuse it."""


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
        return from_url(given)
    if any(variables.get(name) for name in _LIBPQ_VARIABLES):
        return ""
    raise InstallError("SG801", "no database is named",
                       hint="pass `--database-url`, or set DATABASE_URL or the PG* variables")


def from_url(url: str) -> str:
    """A URL of libpq or SQLAlchemy, or `key=value` pairs, as libpq takes it.

    :raises InstallError: when it is none of these. The message never repeats the URL: it may hold a password.
    """
    match = _SCHEME.fullmatch(url.strip())
    if match:
        dialect, _, driver = match["scheme"].lower().partition("+")
        if dialect not in ("postgresql", "postgres"):
            raise InstallError("SG802", f"`{match['scheme']}` is not PostgreSQL",
                               hint="begin the URL with `postgresql://` or `postgresql+psycopg://`")
        url = "postgresql://" + (_without_plugins(match["rest"]) if driver or "plugin=" in url else match["rest"])
    try:
        return make_conninfo(url)
    except psycopg.ProgrammingError:
        raise InstallError(
            "SG802", "the database URL is malformed",
            hint="write `postgresql://user@host:port/database`, special characters in a password as %XX",
        ) from None  # libpq's message quotes parts of the URL, a password among them


def _without_plugins(rest: str) -> str:
    address, _, query = rest.partition("?")
    pairs = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key not in _PLUGIN_PARAMETERS]
    hosts = [value for key, value in pairs if key == "host"]
    pairs = [pair for pair in pairs if pair[0] != "host"]
    if hosts:
        pairs += _several_hosts(hosts)
    return f"{address}?{urlencode(pairs)}" if pairs else address


def _several_hosts(hosts: list[str]) -> list[tuple[str, str]]:
    """SQLAlchemy's `host=a:1&host=b:2` as libpq's `host=a,b&port=1,2`; a socket directory stays as it is."""
    split = [host.rpartition(":") if re.fullmatch(r"[^/:]+:\d+", host) else (host, "", "") for host in hosts]
    found = [("host", ",".join(host for host, _, _ in split))]
    if any(port for _, _, port in split):
        found.append(("port", ",".join(port for _, _, port in split)))
    return found
