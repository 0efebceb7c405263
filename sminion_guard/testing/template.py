"""Making guarded databases: a template with the application's tables and the policy in force, and copies of it.

A copy has tables, rows, policies, states and log of its own, and nothing of what another test did. CREATE DATABASE
leaves out the privileges and settings of the database itself, so those are copied here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from sminion_guard import migrate
from sminion_guard.errors import GuardError
from sminion_guard.migrate import queries
from sminion_guard.policy import Policy
from sminion_guard.testing.database import GuardDatabase
from sminion_guard.testing.server import GuardServer

OURS = "made by the pytest plugin of sminion_guard"
"""The comment on logins that did not exist before: they go when the last run that uses them ends."""
_ONE_AT_A_TIME = 0x534D_7465
"""Key of the advisory lock under which roles are made and dropped: they belong to the whole cluster."""


def new_database(server: GuardServer, policy: Policy, password: str | None, worker: str) -> GuardDatabase:
    """An empty database, on a server that has the policy's logins.

    :param worker: the xdist worker's name, for whoever looks at the server.
    :raises InstallError: SG824.
    """
    database = GuardDatabase(server, f"guard_{worker}_{secrets.token_hex(4)}", policy, password)
    with server.connect() as admin:
        with _alone(admin):
            _make_logins(admin, policy, password)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database.name)))
    return database


def protect(database: GuardDatabase) -> None:
    """Install the guard and put the policy in force, then let nobody in: what is left of it is its copies.

    :raises GuardError: when the tables are not what the policy says.
    """
    with database.server.connect() as admin:
        with _alone(admin):
            migrate.upgrade(database.dsn())
            with database.connect() as connection:
                migrate.apply(connection, database.policy)
        _allow_connections(admin, database.name, allowed=False)
        queries.run(admin, "queries/testing/end_sessions", database=database.name)


@contextmanager
def copied(template: GuardDatabase, number: int) -> Iterator[GuardDatabase]:
    """A copy of ``template``, dropped at the end of the block."""
    server = template.server
    copy = GuardDatabase(server, f"{template.name}_{number}", template.policy, template.password)
    with server.connect() as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(copy.name), sql.Identifier(template.name)))
        names = {"template": template.name, "copy": copy.name}
        for (statement,) in queries.run(admin, "queries/testing/privileges", **names).fetchall():
            admin.execute(statement.encode())
        for role, name, value in queries.run(admin, "queries/testing/settings", template=template.name).fetchall():
            _set(admin, copy.name, role, name, value)
    try:
        yield copy
    finally:
        copy.close()
        drop(copy)


def drop(database: GuardDatabase) -> None:
    """Drop a database, whoever is connected."""
    with database.server.connect() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database.name)))


def leave(template: GuardDatabase) -> None:
    """Drop a template, and with the last one of its policy the roles: nothing of the tests stays on the server."""
    with template.server.connect() as admin, _alone(admin):
        _allow_connections(admin, template.name, allowed=True)
        with suppress(GuardError), template.connect() as connection:  # nothing may be installed yet
            migrate.remove(connection)
        with suppress(GuardError):
            migrate.downgrade(template.dsn())
        drop(template)
        for login in template.policy.logins:
            _drop_login(admin, login)


@contextmanager
def _alone(admin: psycopg.Connection) -> Iterator[None]:
    queries.run(admin, "queries/testing/lock", key=_ONE_AT_A_TIME)
    try:
        yield
    finally:
        queries.run(admin, "queries/testing/unlock", key=_ONE_AT_A_TIME)


def _make_logins(admin: psycopg.Connection, policy: Policy, password: str | None) -> None:
    for name in policy.logins:
        login = sql.Identifier(name)
        try:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(login))
        except psycopg.errors.DuplicateObject:
            if _comment(admin, name) != OURS:
                continue  # somebody's own: with a password that is not ours to change
        else:
            admin.execute(sql.SQL("COMMENT ON ROLE {} IS {}").format(login, sql.Literal(OURS)))
        if password is not None:
            admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, sql.Literal(password)))


def _drop_login(admin: psycopg.Connection, name: str) -> None:
    # Where another run still uses it, that one drops it.
    if _comment(admin, name) == OURS:
        with suppress(psycopg.errors.DependentObjectsStillExist, psycopg.errors.ObjectInUse):
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def _comment(admin: psycopg.Connection, role: str) -> str | None:
    row = queries.run(admin, "queries/testing/comment", role=role).fetchone()
    return None if row is None else row[0]


def _allow_connections(admin: psycopg.Connection, name: str, *, allowed: bool) -> None:
    admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
        sql.Identifier(name), sql.SQL("true" if allowed else "false")))


def _set(admin: psycopg.Connection, database: str, role: str | None, name: str, value: str) -> None:
    # FROM CURRENT: only the server knows which settings are lists, and how each is quoted.
    queries.run(admin, "queries/testing/set", setting=name, value=value)
    whose = sql.SQL("DATABASE {}").format(sql.Identifier(database))
    if role is not None:
        whose = sql.SQL("ROLE {} IN DATABASE {}").format(sql.SQL(role), sql.Identifier(database))  # quoted by regrole
    admin.execute(sql.SQL("ALTER {} SET {} FROM CURRENT").format(whose, sql.Identifier(*name.split("."))))
