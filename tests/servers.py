"""Servers and databases for the tests: one server per version and xdist worker, one database per test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from sminion_guard.embedded import Binaries, EmbeddedServerError, Server, find_binaries

VERSIONS = ("15", "18")
"""Major versions that the tests run on: the oldest and the newest supported."""
SETTINGS = {"max_prepared_transactions": "10"}
"""What a stock server lacks and some test needs: two-phase commit."""
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Database:
    """A database on a server of the tests.

    :param server: the server it lives on.
    :param name: its name.
    """

    server: Server
    name: str

    def dsn(self, user: str = Server.superuser, *, password: str | None = None, tcp: bool = False) -> str:
        """A connection URI; every role gets in through the unix socket, over TCP it needs its password."""
        return self.server.dsn(user=user, password=password, dbname=self.name, tcp=tcp)

    def url(self, user: str = Server.superuser, *, password: str | None = None, tcp: bool = False) -> str:
        """The same for SQLAlchemy."""
        return self.server.dsn(user=user, password=password, dbname=self.name, tcp=tcp, scheme="postgresql+psycopg")

    def connect(self, user: str = Server.superuser, *, autocommit: bool = True, **more: Any) -> psycopg.Connection:
        """Connect as ``user``; ``more`` goes to psycopg."""
        return psycopg.connect(self.dsn(user), autocommit=autocommit, **more)

    def execute(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run ``statement`` as the superuser, on a connection of its own, and return its rows."""
        with self.connect() as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []


def unique_name(prefix: str = "t") -> str:
    """A name that no other test of this run uses: short enough for a policy, whose roles are cluster-wide."""
    return f"{prefix}{WORKER.removeprefix('gw')}_{next(_numbers)}"


def find(version: str) -> Binaries | EmbeddedServerError:
    """The programs of a major version, or why there are none."""
    try:
        return find_binaries(version)
    except EmbeddedServerError as error:
        return error


@contextmanager
def new_database(server: Server, *, template: str = "template1", name: str | None = None) -> Iterator[Database]:
    """Clone ``template`` and drop the clone afterwards, with all roles that were created meanwhile.

    :param template: the database to clone; nobody may be connected to it.
    :raises psycopg.Error: also when a role made meanwhile still owns something in another database.
    """
    database = Database(server, name or unique_name("test"))
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        before = _roles(admin)
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database.name), sql.Identifier(template))
        )
    try:
        yield database
    finally:
        with psycopg.connect(server.dsn(), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))
            for role in sorted(_roles(admin) - before):
                # DROP OWNED: what is left are privileges on shared objects and in the database `postgres`.
                admin.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(role)))


def _roles(admin: psycopg.Connection) -> set[str]:
    return {name for (name,) in admin.execute("SELECT rolname FROM pg_catalog.pg_roles")}
