"""PgBouncer in transaction mode, with one server session for each login, and one more for the log.

Whoever connects to the database as a login shares its one session with all others.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.embedded.account import Account, server_account
from sminion_guard.session import Guard
from tests.session.shop import Shop

PORT = 6432
CONFIG = """
[databases]
{database}_log = host={server.socket_directory} port={server.port} dbname={database}
* = host={server.socket_directory} port={server.port}

[pgbouncer]
unix_socket_dir = {directory}
listen_port = {port}
auth_type = trust
auth_file = {directory}/users
admin_users = console
pool_mode = transaction
default_pool_size = 1
max_client_conn = 100
{more}
"""


@dataclass(frozen=True, slots=True)
class Pooler:
    """A running PgBouncer in front of a shop."""

    shop: Shop
    directory: Path

    def dsn(self, login: str = "all") -> str:
        return f"postgresql://{self._at(f'{self.shop.name}_{login}', self.shop.database.name)}"

    @property
    def guard(self) -> Guard:
        """A new guard whose log has a pool of its own."""
        return Guard(self.shop.policy, log=f"dbname={self.shop.database.name}_log")

    def url(self, login: str = "all") -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://{self._at(f'{self.shop.name}_{login}', self.shop.database.name)}"

    def stranger(self, login: str = "all", *, log: bool = False) -> psycopg.Connection[Any]:
        """An unguarded connection of the same login.

        :param log: on the session of the log's writers.
        """
        name = f"{self.shop.database.name}_log" if log else self.shop.database.name
        return psycopg.connect(self.dsn(login), dbname=name, autocommit=True, prepare_threshold=None)

    def backends(self, login: str = "all") -> list[int]:
        """The server sessions of a login."""
        with psycopg.connect(f"postgresql://{self._at('console', 'pgbouncer')}", autocommit=True) as console:
            cursor = console.execute("SHOW SERVERS")
            names = [column.name for column in cursor.description or ()]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        here = (self.shop.database.name, f"{self.shop.name}_{login}")
        return [int(row["remote_pid"]) for row in found if (row["database"], row["user"]) == here]

    def _at(self, user: str, database: str) -> str:
        return f"{user}@/{database}?{urlencode({'host': str(self.directory), 'port': PORT})}"


def find_pgbouncer() -> str:
    """The program; the test is skipped where there is none, and fails where CI has installed it."""
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        if os.environ.get("SMINION_GUARD_TEST_PGBOUNCER"):
            pytest.fail("pgbouncer was asked for and is not there", pytrace=False)
        pytest.skip("no pgbouncer on this machine: install Debian's package `pgbouncer`")
    return found


@contextmanager
def pgbouncer(shop: Shop, directory: Path, more: str = "") -> Iterator[Pooler]:
    """PgBouncer in front of the shop's server.

    :param directory: private, and within reach of the server's account; its path is short enough for a socket.
    :param more: further lines of its configuration.
    """
    server: Server = shop.database.server
    account: Account = server_account()
    users = [f'"{shop.name}_{login}" ""' for login in ("all", "app", "news")] + ['"console" ""']
    (directory / "users").write_text("\n".join(users))
    (directory / "ini").write_text(CONFIG.format(
        server=server, database=shop.database.name, directory=directory, port=PORT, more=more,
    ))
    for path in (directory, directory / "users", directory / "ini"):
        os.chown(path, account.uid, account.gid)
    process = account.spawn([find_pgbouncer(), directory / "ini"], output=directory / "log", mode="wb")
    try:
        pooler = Pooler(shop, directory)
        end = time.monotonic() + 10
        while not (directory / f".s.PGSQL.{PORT}").exists():
            assert process.poll() is None and time.monotonic() < end, (directory / "log").read_text()
            time.sleep(0.02)
        yield pooler
    finally:
        process.terminate()
        process.wait()
