"""`sminion-guard maintain` as a scheduler runs it."""

from __future__ import annotations

import json
import sys
import threading
import time

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.cli import main
from sminion_guard.errors import InstallError
from sminion_guard.migrate import Maintained
from tests import servers
from tests.journal import opened, write
from tests.session.shop import Shop, one

SHAPE = ('{"codes": [], "operations": ["use"], "relations": ["crm.customer"], "columns": ["crm.customer.id"],'
         ' "fingerprint": "f", "statement": "SELECT 1"}')


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["sminion-guard", "maintain", *words])
    with pytest.raises(SystemExit) as caught:
        main.app_main()
    return int(caught.value.code or 0)


def fill(shop: Shop, batches: int = 3) -> None:
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app:
        ticket = int(one(app, "SELECT sminion.open_ticket('contract', 'a', 'r')").split(".")[0])
        shape, own = one(app, "SELECT sminion.log_shape(%s)", SHAPE), opened(app)
        with app.transaction():
            for place in range(1, batches + 1):
                write(app, own, place, [{"ticket": ticket, "shape": shape}])


def test_it_says_what_it_did(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fill(shop)
    assert run(monkeypatch, "--database-url", shop.database.dsn()) == 0
    assert "6 events moved to the log\n" in capsys.readouterr().out
    fill(shop)
    assert run(monkeypatch, "--database-url", shop.database.dsn(), "--once", "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["folded"], told["journal_rows"], told["more"], told["failed"]) == (5, 0, False, None)


def test_once_does_a_part_and_says_that_there_is_more(shop: Shop) -> None:
    fill(shop, 5_000)
    with psycopg.connect(shop.database.dsn(), autocommit=True) as connection:
        found = migrate.maintain(connection, once=True)
        assert found.more and found.folded == 2_002 and found.journal_rows == 3_000
        told: list[Maintained] = []
        found = migrate.maintain(connection, progress=told.append)
        assert not found.more and found.folded == 3_000 and found.journal_rows == 0
        assert [step.folded for step in told] == [2_000, 3_000]


def test_a_login_of_the_policy_maintains_and_sees_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(shop)
    assert run(monkeypatch, "--database-url", shop.dsn("app")) == 0
    assert "this role may not see what is left" in capsys.readouterr().out
    assert shop.database.execute("SELECT count(*) FROM sminion.journal") == [(0,)]


def test_what_stops_it_is_a_finding(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.database.suspend_ddl_guard()
    fill(shop)
    shop.database.execute("ALTER FUNCTION sminion.fold_rows(tid[], bigint) RENAME TO gone")
    try:
        assert run(monkeypatch, "--database-url", shop.database.dsn()) == 1
        out = capsys.readouterr().out
        assert "stopped: fold: 42883" in out and "batches (" in out
    finally:
        shop.database.execute("ALTER FUNCTION sminion.gone(tid[], bigint) RENAME TO fold_rows")
    assert run(monkeypatch, "--database-url", shop.database.dsn()) == 0
    assert "stopped" not in capsys.readouterr().out


def test_it_names_who_keeps_the_journal_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with shop.database.connect(autocommit=False) as dawdler:
        dawdler.execute("SET application_name = 'dawdler'")
        dawdler.execute("SELECT pg_current_xact_id()")
        fill(shop)
        assert run(monkeypatch, "--database-url", shop.database.dsn()) == 0
        assert "application `dawdler`" in capsys.readouterr().out


def test_it_goes_on_until_it_is_stopped(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop() -> None:
        deadline = time.monotonic() + 20
        while shop.database.execute("SELECT count(*) FROM sminion.journal") != [(0,)] and time.monotonic() < deadline:
            time.sleep(0.05)
        raise KeyboardInterrupt

    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 1:
            thread = threading.Thread(target=fill, args=(shop,))
            thread.start()
            thread.join()
        else:
            stop()

    monkeypatch.setattr("sminion_guard.cli.maintain.time.sleep", sleep)
    assert run(monkeypatch, "--database-url", shop.database.dsn(), "--every", "5m") == 130
    assert all(200 < seconds <= 300 for seconds in slept)


@pytest.mark.parametrize("words", [("--every", "0"), ("--every", "soon"), ("--every", "1m", "--once")], ids=" ".join)
def test_what_makes_no_sense_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    assert run(monkeypatch, "--database-url", shop.database.dsn(), *words) == 2


def test_without_a_guard_or_in_a_transaction_it_says_so(fresh_database: servers.Database) -> None:
    with psycopg.connect(fresh_database.dsn()) as connection:
        with pytest.raises(InstallError) as refused:
            migrate.maintain(connection)
        assert refused.value.code == "SG409"
        connection.execute("SELECT 1")
        with pytest.raises(InstallError) as refused:
            migrate.maintain(connection)
        assert refused.value.code == "SG615"
