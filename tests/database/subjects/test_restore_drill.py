"""The drill of docs/OPERATIONS.md: an old backup in another cluster, and what was destroyed or withdrawn since is gone.

As a DBA and a privacy officer do it, with the commands.
"""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import psycopg
import pytest

from sminion_guard.audit.keys import generate, write_key
from sminion_guard.cli import main
from sminion_guard.embedded import Server
from sminion_guard.subjects import Destructions
from tests import journal
from tests.database.audit.test_restored import program
from tests.database.subjects.destroying import asked
from tests.servers import Database
from tests.world import World, acting, refusal, rows, ticket

EACH = 100
FEW = 10
"""Destroyed in a run of all tests: each takes half a second, twice."""
WITHDRAWN = range(2001, 2001 + EACH)
FILL = """
INSERT INTO crm.customer (id, email) SELECT i, 'e' || i FROM unnest(%(all)s::bigint[]) i;
INSERT INTO sales.orders (id, customer_id, email) SELECT i, i, 'e' || i FROM unnest(%(all)s::bigint[]) i;
INSERT INTO marketing.subscriber SELECT i, 'e' || i FROM unnest(%(all)s::bigint[]) i;
"""
OPEN = "SELECT sminion.open_ticket('marketing', 'mailer', 'to mail')"
STORED = "SELECT count(*) FROM {} WHERE id BETWEEN 1001 AND 1100"


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["sminion-guard", *words])
    with pytest.raises(SystemExit) as caught:
        main.app_main()
    return int(caught.value.code or 0)


def filled(world: World, people: range) -> None:
    with world.database.connect(autocommit=False) as admin:
        for statement in FILL.strip().split(";\n"):
            admin.execute(statement.encode(), {"all": [*people, *WITHDRAWN]})
        admin.execute("SELECT sminion.give_consents(%s, 'marketing', 'form')", [[str(i) for i in WITHDRAWN]])
        admin.commit()
    world.settle()


def decide(world: World, people: range) -> None:
    """Some are destroyed, 100 withdraw."""
    with world.connect("officer") as officer:
        for subject in people:
            Destructions(officer).destroy(asked(officer, subject), "asked by letter", patience=0)
        officer.execute("SELECT sminion.withdraw_consents(%s, 'marketing', 'campaign')", [[str(i) for i in WITHDRAWN]])
    with world.database.connect() as admin:
        journal.fold_all(admin)
        admin.execute("SELECT sminion.grow_tree()")


def restore(world: World, cluster: Server, file: Path) -> Database:
    roles = program(world.database.server, "pg_dumpall", "--roles-only", "-d", world.database.dsn()).decode()
    with psycopg.connect(cluster.dsn(), autocommit=True) as admin:
        for statement in roles.splitlines():
            if statement.startswith(("CREATE ROLE", "GRANT", "ALTER ROLE")) and "ROLE postgres" not in statement:
                admin.execute(statement.encode())
        admin.execute("DROP DATABASE IF EXISTS back")
        admin.execute("CREATE DATABASE back TEMPLATE template0")
    back = Database(cluster, "back")
    program(world.database.server, "pg_restore", "--exit-on-error", "-d", back.dsn(), str(file))
    return back


def mailed(world: World, database: Database) -> int:
    """How many of those who withdrew the mailer sees."""
    with database.connect(f"{world.name}_news", prepare_threshold=None) as mailer, acting(
        mailer, ticket(mailer, "marketing")
    ):
        return int(rows(mailer, "SELECT count(*) FROM marketing.subscriber WHERE id >= 2001")[0][0])


@pytest.mark.postgres(18)  # what is restored and repeated does not depend on the server's version
@pytest.mark.parametrize("destroyed", [FEW, pytest.param(EACH, marks=pytest.mark.long)])
def test_the_drill(
    world: World, cluster: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    destroyed: int,
) -> None:
    people = range(1001, 1001 + destroyed)
    filled(world, people)
    program(world.database.server, "pg_dump", "-Fc", "-f", str(tmp_path / "dump"), world.database.dsn())
    assert mailed(world, world.database) == EACH
    decide(world, people)
    assert mailed(world, world.database) == 0
    write_key(tmp_path / "key", generate("log.example/drill"))
    ledger = tmp_path / "ledger"
    assert run(monkeypatch, "audit", "seal", "--key", f"file:{tmp_path / 'key'}", "--memory", str(tmp_path / "memory"),
               "--start", "--ledger", str(ledger), "--database-url", world.database.dsn(f"{world.name}_reader")) == 0
    said = capsys.readouterr().out
    assert "decisions added" in said and "events sealed" in said
    assert not re.search(rb'"(1001|2001)"', ledger.read_bytes())

    back = restore(world, cluster, tmp_path / "dump")
    # Resurrected, and nobody is let in.
    assert [back.execute(STORED.format(table)) for table in ("crm.customer", "sales.orders")] == [[(destroyed,)]] * 2
    with back.connect(f"{world.name}_news") as mailer:
        assert refusal(mailer, OPEN) == "SG250"
    at = back.dsn(f"{world.name}_officer")
    assert run(monkeypatch, "restore", "accept", "--reason", "let us begin", "--database-url", at) == 2
    assert "SG593" in capsys.readouterr().err

    start = time.monotonic()
    assert run(monkeypatch, "subject", "ledger", "replay", str(ledger), "--reason", "drill", "--database-url", at) == 0
    spent = time.monotonic() - start
    said = capsys.readouterr().out
    assert f"{destroyed} people destroyed again" in said
    print(f"{said}replayed in {spent:.1f} s")
    assert run(monkeypatch, "restore", "accept", "--reason", "ledger replayed", "--database-url", at) == 0
    assert [back.execute(STORED.format(table)) for table in ("crm.customer", "sales.orders")] == [[(0,)], [(0,)]]
    assert mailed(world, back) == 0  # a ticket is opened, and nobody who withdrew is seen
    assert back.execute("SELECT count(*) FROM sminion.destruction WHERE completed_at IS NULL") == [(0,)]
