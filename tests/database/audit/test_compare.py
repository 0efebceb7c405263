"""`sminion-guard audit compare`: what pgaudit saw, and the log does not have, is listed; what both have is not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sminion_guard import connect, processing
from sminion_guard.embedded import Binaries, Server
from sminion_guard.session import Guard
from tests import servers
from tests.database.audit.readings import acts, read_people, run
from tests.session.shop import Shop, new_shop

WITNESSED = {
    "shared_preload_libraries": "pgaudit", "pgaudit.log": "read, write", "pgaudit.log_relation": "on",
    "logging_collector": "on", "log_destination": "stderr,csvlog", "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_directory": "log", "log_filename": "server.log",
}


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server) as shop:
        read_people(shop)
        yield shop


class File:
    """A log of the server, written by hand."""

    def __init__(self, shop: Shop, path: Path) -> None:
        self.shop, self.path = shop, path

    def add(self, login: str, relation: str, group: str = "READ", *, seconds: float = 0, database: str = "") -> None:
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        name = f"{self.shop.name}_{login}" if login != "postgres" else login
        with self.path.open("a") as file:
            file.write(f"{at:%Y-%m-%d %H:%M:%S.%f} UTC [1] {name}@{database or self.shop.database.name} LOG:  AUDIT: "
                       f"SESSION,1,1,{group},X,TABLE,{relation},text,<not logged>\n")


@pytest.fixture
def file(shop: Shop, tmp_path: Path) -> File:
    return File(shop, tmp_path / "server.log")


def compared(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str, code: int
) -> dict[str, Any]:
    capsys.readouterr()
    assert run(monkeypatch, "compare", *words, "--database-url", shop.dsn("bert"), "--format", "json") == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_what_both_have_is_not_listed(
    shop: Shop, file: File, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.add("app", "crm.customer")
    file.add("postgres", "crm.customer", "WRITE")
    file.add("app", "sminion.journal", "WRITE")
    file.add("app", "public.other")
    file.add("app", "crm.customer", database="another")
    before = len(acts(shop))
    found = compared(shop, monkeypatch, capsys, "--pgaudit", str(file.path), code=0)
    assert found["unlogged"] == [] and found["relations"] == 2 and found["unprotected"] == 2
    assert found["elsewhere"] == {"another": 1}
    assert [detail["question"] for _, detail, _ in acts(shop)[before:]] == ["compare"]


def test_what_the_log_lacks_is_listed(
    shop: Shop, file: File, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.add("app", "crm.customer")
    file.add("app", "sales.orders")                       # another relation
    file.add("news", "crm.customer")                      # another login
    file.add("postgres", "crm.customer")                  # in the log of writes only: nobody says what was read
    file.add("app", "crm.customer", "WRITE", seconds=4000)  # at another time
    file.add("app", "crm.customer", "WRITE", seconds=4000)
    found = compared(shop, monkeypatch, capsys, "--pgaudit", str(file.path), code=1)
    name = shop.name
    assert {(each["login"], each["relation"], each["access"], each["times"]) for each in found["unlogged"]} == {
        (f"{name}_app", "sales.orders", "read", 1), (f"{name}_news", "crm.customer", "read", 1),
        ("postgres", "crm.customer", "read", 1), (f"{name}_app", "crm.customer", "write", 2)}
    assert run(monkeypatch, "compare", "--pgaudit", str(file.path), "--database-url", shop.dsn("bert")) == 1
    said = capsys.readouterr().out
    assert "THE LOG LACKS WHAT IS LISTED" in said and "write of crm.customer, 2 times" in said and "in line 5" in said


def test_the_window_says_how_far_apart_both_may_be(
    shop: Shop, file: File, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.add("app", "crm.customer", seconds=500)
    compared(shop, monkeypatch, capsys, "--pgaudit", str(file.path), code=1)
    compared(shop, monkeypatch, capsys, "--pgaudit", str(file.path), "--window", "3000", code=0)


def test_what_cannot_be_compared_is_no_success(
    shop: Shop, file: File, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.path.write_text("")
    assert run(monkeypatch, "compare", "--pgaudit", str(file.path), "--database-url", shop.dsn("bert")) == 2
    assert "pgaudit.log_relation" in capsys.readouterr().err
    file.add("app", "crm.customer", database="another")
    assert compared(shop, monkeypatch, capsys, "--pgaudit", str(file.path), code=1)["relations"] == 0
    file.add("app", "crm.customer")
    with file.path.open("a") as more:
        more.write("cut off AUDIT: SESSION,1,1,READ\n")
    assert compared(shop, monkeypatch, capsys, "--pgaudit", str(file.path), code=1)["unreadable"] == [3]
    assert run(monkeypatch, "compare", "--pgaudit", str(file.path), "--prefix", "%m ", "--database-url", "x") == 2
    assert "the prefix must have" in capsys.readouterr().err


@pytest.mark.postgres(15)
def test_a_real_pgaudit_agrees_with_the_log_of_a_guarded_session_and_gives_away_another(
    binaries: Binaries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {binaries.bin_dir.parent / "lib", Path(f"/usr/lib/postgresql/{binaries.major}/lib")}
    if not any((place / "pgaudit.so").is_file() for place in places):
        pytest.skip(f"no pgaudit for PostgreSQL {binaries.major} on this machine: install postgresql-15-pgaudit")
    witness(binaries, WITNESSED, monkeypatch, capsys)


def witness(
    binaries: Binaries, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Server(binaries, durable=False, settings=servers.SETTINGS | settings) as server, new_shop(server) as shop:
        shop.database.execute(f"CREATE ROLE {shop.name}_bert LOGIN IN ROLE {shop.name}_auditor")
        for name in ("server.log", "server.csv"):
            # What the installation and the tests' own superuser did is not asked about.
            (server.data_directory / "log" / name).write_text("")
        guard = Guard(shop.policy)
        with connect(shop.dsn("app"), policy=guard) as connection, processing("contract", actor="anna", reason="r"):
            connection.execute("SELECT c.id, o.total FROM crm.customer c\nJOIN sales.orders o ON o.customer_id = c.id")
            connection.execute("INSERT INTO sales.orders (customer_id, total) VALUES (1, 5)")
            connection.commit()
        guard.close()
        logs = [server.data_directory / "log" / name for name in ("server.log", "server.csv")]
        for log in logs:
            waits(log, "sales.orders")
            found = compared(shop, monkeypatch, capsys, "--pgaudit", str(log), code=0)
            assert found["unlogged"] == [] and found["relations"] == 3 and found["unreadable"] == []
        with psycopg.connect(shop.dsn("news"), autocommit=True) as other:
            row = other.execute("SELECT sminion.open_ticket('marketing', 'mallory', 'r')").fetchone()
            assert row is not None
            with other.transaction():
                other.execute("SELECT sminion.enter(%s)", [row[0]])
                other.execute("SELECT email FROM marketing.subscriber")
        for log in logs:
            waits(log, "marketing.subscriber")
            found = compared(shop, monkeypatch, capsys, "--pgaudit", str(log), code=1)
            assert [(each["login"], each["relation"], each["access"]) for each in found["unlogged"]] == [
                (f"{shop.name}_news", "marketing.subscriber", "read")]


def waits(log: Path, relation: str) -> None:
    """The collector writes a little later."""
    deadline = time.monotonic() + 10
    while relation not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.05)
