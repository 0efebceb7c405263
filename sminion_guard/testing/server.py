"""The server that the tests run on: how to reach its databases, as whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.engine import URL

from sminion_guard.address import conninfo
from sminion_guard.errors import InstallError


@dataclass(frozen=True, slots=True)
class GuardServer:
    """A server on which tests may create databases and roles.

    :param address: URL of SQLAlchemy or libpq, or `key=value` pairs, of a superuser: others see no guarded row.
        Its database is connected to only in order to make others.
    :param throwaway: the server ends with the tests, so nothing on it need be cleaned up.
    """

    address: str
    throwaway: bool = False
    _parts: dict[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_parts", conninfo_to_dict(conninfo(self.address)))

    @property
    def password(self) -> str | None:
        """What the address says; the policy's logins get the same."""
        return self._parts.get("password")

    def dsn(self, *, dbname: str | None = None, user: str | None = None, password: str | None = None) -> str:
        """A connection string for libpq and psycopg.

        :param dbname: default: the address's own.
        :param user: default: the address's own, with its password; else ``password`` counts.
        """
        return make_conninfo("", **self._of(dbname, user, password))

    def url(self, *, dbname: str, user: str | None = None, password: str | None = None) -> str:
        """The address for SQLAlchemy, with psycopg 3 as the driver."""
        parts = self._of(dbname, user, password)
        host, port = parts.pop("host", None), parts.pop("port", None)
        if host is not None and ("/" in host or "," in host):  # a socket, or several servers: not what stands after @
            parts["host"], host = host, None
        if host is None and port is not None:
            parts["port"], port = port, None
        return URL.create(
            "postgresql+psycopg", username=parts.pop("user", None), password=parts.pop("password", None), host=host,
            port=None if port is None else int(port), database=parts.pop("dbname"), query=parts,
        ).render_as_string(hide_password=False)

    def connect(self, *, dbname: str | None = None, user: str | None = None, password: str | None = None) -> (
        psycopg.Connection
    ):
        """An unguarded connection in autocommit.

        :raises InstallError: SG824 when the server cannot be reached, or does not let the role in.
        """
        try:
            return psycopg.connect(self.dsn(dbname=dbname, user=user, password=password), autocommit=True)
        except psycopg.OperationalError as error:
            raise InstallError(
                "SG824", "the server of the tests cannot be reached", detail=str(error).strip(),
                hint="check that the server runs, `--guard-database-url`, and the fixture `guard_password`",
            ) from error

    def _of(self, dbname: str | None, user: str | None, password: str | None) -> dict[str, Any]:
        parts = dict(self._parts)
        if dbname is not None:
            parts["dbname"] = dbname
        if user is not None:
            parts |= {"user": user, "password": password}
        return {key: str(value) for key, value in parts.items() if value is not None}
