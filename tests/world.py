"""A small protected world for tests, and the ways in which an attacker meets it: raw connections of its logins."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.policy import Policy, loads
from tests import servers

HERE = Path(__file__).parent
PRIVILEGE = "42501"
"""SQLSTATE of PostgreSQL's own privilege check, and of its row security."""
TABLES = {
    "crm": "crm.customer", "sales": "sales.orders", "marketing": "marketing.subscriber", "hr": "hr.employee",
    "clinic": "clinic.patient",
}
"""Each schema's table with the columns `id` and `email`."""
PURPOSES = {"crm": "contract", "sales": "contract", "marketing": "interest", "hr": "personnel", "clinic": "care"}
"""A purpose that reaches the schema."""
INCOMPATIBLE = tuple(
    (left, right) for left in TABLES for right in TABLES if left != right and {left, right} != {"crm", "sales"}
)
"""Ordered pairs of schemas that may not be merged: the first is the one that the purpose reaches."""

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class World:
    """An installed world.

    :param name: of the policy, which begins the names of its roles and logins: `all`, `app`, `news`, `owner` (of the
        tables), `officer`, `keeper` and `reader` (of the log).
    :param one_schema: all tables stand in `public`, and each says itself what its schema says otherwise.
    """

    database: servers.Database
    name: str
    one_schema: bool = False

    def text(self) -> str:
        text = (HERE / "world.toml").read_text(encoding="utf-8").replace("NAME", self.name)
        if not self.one_schema:
            return text
        kept = []
        collected = ""
        for part in re.split(r"(?m)^(?=\[)", text):
            if head := re.fullmatch(r"\[schema\.\w+\]\n(collected_for = .*\n)\n*", part):
                collected = head[1]
            else:
                kept.append(re.sub(r"\[schema\.\w+\.(\w+)\]\n", rf"[schema.public.\1]\n{collected}", part))
        return self.at_home("".join(kept))

    def at_home(self, text: str) -> str:
        """SQL, or a policy, with the tables called as they are in this world."""
        return re.sub(r"\b(crm|sales|marketing|hr|clinic)\.(?=[a-z])", "public.", text) if self.one_schema else text

    @property
    def policy(self) -> Policy:
        return loads(self.text())

    def role(self, purpose: str) -> str:
        return f"{self.name}_{purpose}"

    def connect(self, login: str = "all", **more: Any) -> Connection:
        # Without statements prepared by the driver: it would deallocate those of the tests with its own.
        return self.database.connect(f"{self.name}_{login}", prepare_threshold=None, **more)

    def super(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.database.execute(statement, *parameters)

    def super_unsettled(self, statement: str) -> None:
        """Change states and leave the rows to `settle`: in REPEATABLE READ nothing is settled at once."""
        self.super(f"BEGIN ISOLATION LEVEL REPEATABLE READ; {statement}; COMMIT")

    def settle(self) -> None:
        end = time.monotonic() + 60
        while self.super("SELECT sminion.settle()")[0][0]:
            assert time.monotonic() < end, self.super("SELECT * FROM sminion.settle_problems")

    def apply(self, policy: Policy) -> None:
        with self.database.connect() as admin:
            migrate.apply(admin, policy)


def ticket(connection: Connection, purpose: str, **more: object) -> str:
    """Open a ticket, committed, and return its token."""
    named = "".join(f", {key} => %({key})s" for key in more)
    row = connection.execute(
        f"SELECT sminion.open_ticket(%(purpose)s, 'attacker', 'test'{named})".encode(), {"purpose": purpose, **more}
    ).fetchone()
    assert row is not None
    return str(row[0])


def open_tickets(world: World) -> dict[str, str]:
    """A ticket of the login that holds everything, for each purpose that opens a schema."""
    with world.connect() as connection:
        return {purpose: ticket(connection, purpose) for purpose in [*sorted(set(PURPOSES.values())), "accounting"]}


@contextmanager
def acting(connection: Connection, token: str, begin: str = "BEGIN") -> Iterator[Connection]:
    """A transaction under a ticket, rolled back at its end."""
    connection.execute(begin.encode())
    try:
        connection.execute("SELECT sminion.enter(%s)", [token])
        yield connection
    finally:
        connection.execute("ROLLBACK")


def take(connection: Connection, role: str, token: str) -> None:
    """Set role and token by hand, as an attacker does who goes round `enter`."""
    connection.execute("SELECT set_config('role', %s, true), set_config('sminion.token', %s, true)", [role, token])


def refusal(connection: Connection, *statements: str, parameters: Sequence[object] | None = None) -> str:
    """SQLSTATE of the error that ends the statements.

    :raises AssertionError: when all of them succeed, with what they returned: the attack worked.
    """
    answer: object = None
    try:
        for statement in statements:
            cursor = connection.execute(statement.encode(), parameters)
            answer = cursor.fetchall() if cursor.description is not None else cursor.statusmessage
    except psycopg.Error as error:
        return error.sqlstate or ""
    raise AssertionError(f"not refused: {statements[-1]} gave {answer}")


def rows(connection: Connection, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    return connection.execute(statement.encode(), parameters or None).fetchall()


@contextmanager
def new_world(server: Server, *, one_schema: bool = False, shared_roles: bool = False) -> Iterator[World]:
    """A world in a database of its own; its tables belong to the login `owner`, who is no superuser.

    :param shared_roles: a clone, much faster, for tests that let policy and roles alone: see ``servers.cloned``.
    """
    if shared_roles:
        with servers.cloned(
            server, f"world {one_schema}", "wld", lambda database, name: _make(World(database, name, one_schema))
        ) as (database, name):
            yield World(database, name, one_schema)
        return
    with servers.new_guarded_database(server) as database:
        world = World(database, servers.unique_name("wld"), one_schema)
        _make(world)
        yield world


def filled(database: servers.Database, name: str) -> World:
    """A world in a database that it creates, on a server that will not be there at the end of the test."""
    with psycopg.connect(database.server.dsn(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {database.name}".encode())
    migrate.upgrade(database.dsn())
    world = World(database, name)
    _make(world)
    return world


def _make(world: World) -> None:
    database = world.database
    with database.connect() as admin:
        for login in ("all", "app", "news", "owner", "officer", "keeper", "reader"):
            admin.execute(f"CREATE ROLE {world.name}_{login} LOGIN NOINHERIT".encode())
        for login in ("officer", "keeper", "reader"):
            admin.execute(f"ALTER ROLE {world.name}_{login} INHERIT".encode())
        admin.execute(f"GRANT CREATE ON DATABASE {database.name} TO {world.name}_owner".encode())
        if world.one_schema:
            admin.execute(f"ALTER SCHEMA public OWNER TO {world.name}_owner".encode())
        admin.execute(f"SET ROLE {world.name}_owner".encode())
        admin.execute(world.at_home((HERE / "world.sql").read_text(encoding="utf-8")).encode())
    with database.connect() as admin:
        servers.apply_unrehearsed(admin, world.policy)
        for login, office in (("officer", "privacy_officer"), ("keeper", "maintenance"), ("reader", "auditor")):
            admin.execute(f"GRANT {world.name}_{office} TO {world.name}_{login}".encode())
