"""A guarded database of the tests: its addresses, and the one guard that its fixtures share."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from sminion_guard.migrate import queries
from sminion_guard.policy import Policy
from sminion_guard.session import Guard
from sminion_guard.session.recording import writer
from sminion_guard.testing.server import GuardServer

if TYPE_CHECKING:
    from sqlalchemy import MetaData


class GuardDatabase:
    """A database on the tests' server.

    Without a login its methods act as the server's own role, past every guard: to make tables, to arrange what a test
    needs, and to look at what came of it.

    :param server: where it lies.
    :param name: its name.
    :param policy: the policy of the tests; in force there, except in the empty database that ``guard_schema`` fills.
    :param password: of the policy's logins; None where the server wants none.
    """

    def __init__(self, server: GuardServer, name: str, policy: Policy, password: str | None) -> None:
        self.server, self.name, self.policy, self.password = server, name, policy, password

    def __repr__(self) -> str:
        return f"<GuardDatabase {self.name}>"

    def dsn(self, login: str | None = None) -> str:
        """The address for psycopg and libpq."""
        return self.server.dsn(dbname=self.name, user=login, password=self.password)

    def url(self, login: str | None = None) -> str:
        """The address for SQLAlchemy, sync and async."""
        return self.server.url(dbname=self.name, user=login, password=self.password)

    def connect(self, login: str | None = None) -> psycopg.Connection:
        """An unguarded connection in autocommit."""
        return self.server.connect(dbname=self.name, user=login, password=self.password)

    def execute(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run a statement, or several without parameters, as the server's own role; the rows of the last one."""
        with self.connect() as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description is not None else []

    def run_file(self, path: str | Path) -> None:
        """Run a file of SQL, as :meth:`execute` does; commands of psql are not SQL."""
        self.execute(Path(path).read_text(encoding="utf-8"))

    def create_all(self, metadata: MetaData) -> None:
        """Make the schemas and tables of SQLAlchemy models."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        schemas = {table.schema for table in metadata.tables.values()} - {None}
        with self.connect() as connection:
            for schema in sorted(str(name) for name in schemas):
                connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        metadata.create_all(create_engine(self.url(), poolclass=NullPool))

    @cached_property
    def guard(self) -> Guard:
        """Shared by the fixtures' engines and connections: their tickets, and the thread that writes the log."""
        return Guard(self.policy)

    def now(self) -> datetime:
        """The server's clock."""
        with self.connect() as connection:
            (now,) = queries.run(connection, "queries/testing/now").fetchone() or (None,)
        assert isinstance(now, datetime)
        return now

    def flush(self) -> None:
        """Wait until every row that this process handed in for the log is written."""
        for one in writer.writers():
            one.flush()

    def close(self) -> None:
        """End the writers of the log that write here, once all is written: the database is about to go."""
        for one in writer.writers():
            if one.database == self.name:
                one.flush()
                one.close()
