"""A log that came back from a dump, in its own cluster or in another one: nothing is lost, nothing is there twice."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests import journal, servers
from tests.database.audit.test_fold import fill, waiting
from tests.database.audit.test_journal import shape, ticket
from tests.session.shop import Shop, new_shop

EVENTS = "SELECT ticket, writer, place, operations FROM sminion.statement_log ORDER BY writer, place"
NUMBERS = ("SELECT min(number), max(number), count(*), count(DISTINCT number) FROM sminion.leaves(1, 1000000)")


@pytest.fixture
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server) as shop:
        yield shop


def program(server: Server, name: str, *words: str) -> bytes:
    found = shutil.which(name, path=str(server.binaries.bin_dir)) or shutil.which(name)
    if found is None:
        pytest.skip(f"no `{name}` beside this server")
    limited = os.environ | {"PGCONNECT_TIMEOUT": "10"}
    done = subprocess.run([found, *words], capture_output=True, env=limited, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def dumped(shop: Shop, file: Path) -> None:
    program(shop.database.server, "pg_dump", "-Fc", "-f", str(file), shop.database.dsn())


def restored(source: Server, file: Path, target: servers.Database) -> None:
    program(source, "pg_restore", "--exit-on-error", "-d", target.dsn(), str(file))
    assert target.execute("SELECT sminion.accept_restore('nothing was decided since', true)") == [(True,)]


def check(shop: Shop, copy: servers.Database, before: list[tuple[Any, ...]], login: str) -> None:
    """The copy shows what the original showed, folds it once, and takes new entries."""
    assert copy.execute(EVENTS) == before
    assert int(copy.execute("SELECT count(*) FROM sminion.journal")[0][0]) == waiting(shop) > 0
    with copy.connect() as owner:
        owner.execute("CALL sminion.maintain()")
        journal.fold_all(owner)
    assert copy.execute(EVENTS) == before
    with psycopg.connect(copy.dsn(login), autocommit=True) as app:
        own = journal.opened(app)
        journal.write(app, own, 1, [{"ticket": ticket(app), "shape": shape(app)}] * 3)
    with copy.connect() as owner:
        journal.fold_all(owner)
    after = copy.execute(EVENTS)
    assert len(after) == len(before) + 3 and [row for row in after if row[1] != own[0]] == before
    ((lowest, highest, counted, distinct),) = copy.execute(NUMBERS)
    assert lowest == 1 and highest == counted == distinct > len(after), "numbered once, and without gaps"
    assert copy.execute("SELECT count(*) FROM sminion.log_faults") == [(0,)]


def logged(shop: Shop) -> list[tuple[Any, ...]]:
    """Some entries in the log, and some in the journal."""
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app:
        fill(app, 3, 2)
        with shop.database.connect() as owner:
            journal.fold_all(owner)
        fill(app, 4, 5)
    found = shop.database.execute(EVENTS)
    assert len(found) == 26 and waiting(shop) == 4
    return found


def test_in_the_same_cluster(shop: Shop, tmp_path: Path) -> None:
    before = logged(shop)
    dumped(shop, tmp_path / "dump")
    with servers.new_database(shop.database.server, template="template0") as copy:
        restored(shop.database.server, tmp_path / "dump", copy)
        check(shop, copy, before, f"{shop.name}_app")


def test_in_another_cluster(shop: Shop, tmp_path: Path, cluster: Server) -> None:
    """Its transactions have other numbers: lower ones, since it is new."""
    before = logged(shop)
    dumped(shop, tmp_path / "dump")
    roles = program(shop.database.server, "pg_dumpall", "--roles-only", "-d", shop.database.dsn()).decode()
    with psycopg.connect(cluster.dsn(), autocommit=True) as admin:
        for statement in roles.splitlines():
            if statement.startswith(("CREATE ROLE", "ALTER ROLE", "GRANT", "COMMENT ON ROLE")):
                try:
                    admin.execute(statement.encode())
                except psycopg.errors.DuplicateObject:
                    assert statement.startswith("CREATE ROLE postgres")
    copy = servers.Database(cluster, "restored")
    with psycopg.connect(cluster.dsn(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE restored TEMPLATE template0")
    restored(shop.database.server, tmp_path / "dump", copy)
    check(shop, copy, before, f"{shop.name}_app")
