"""Verifying says which tickets have nothing on record, apart from whether the log is as it was sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import psycopg
import pytest

from sminion_guard.audit import database
from sminion_guard.audit.database.silent import Silent
from sminion_guard.embedded import Server
from tests import journal
from tests.database.audit.sealed import ORIGIN, Sealed, begin, fill
from tests.database.audit.test_journal import shape
from tests.database.audit.test_tickets_dropped import DROP, open_old
from tests.session.shop import new_shop


@pytest.fixture
def sealed(server: Server, tmp_path: Path) -> Iterator[Sealed]:
    with new_shop(server) as shop:
        yield begin(shop, tmp_path)


def silent(sealed: Sealed) -> dict[str, int]:
    found = sealed.verify()
    assert found.clean
    return found.silent.logins


def test_tickets_with_nothing_on_record_are_counted_by_login(sealed: Sealed) -> None:
    shop = sealed.shop
    held = open_old(shop, ["reads", "writes", "says nothing", "says nothing either"], "3 hours")
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app:
        own = journal.opened(app)
        journal.write(app, own, 1, [{"ticket": held["reads"], "shape": shape(app)}])
    sealed.tamper(
        "INSERT INTO sminion.journal (event) SELECT jsonb_build_object('id', 7, 'ticket', k.id, 'role', 'r',"
        " 'operation', 'clarify', 'relation', 'crm.customer', 'columns', '[]'::jsonb, 'rows', 1)"
        " FROM sminion.ticket k WHERE k.actor = 'writes'")
    # Those that opened a minute ago are not asked about: their first statement may be on its way.
    fill(shop)
    sealed.seal()
    assert silent(sealed) == {f"{shop.name}_app": 2}
    found = sealed.verify()
    assert sum(tickets for tickets, _, _ in found.silent.days) == 2
    with shop.database.connect(autocommit=False) as running:  # what is in the journal could be about them
        running.execute("SELECT pg_current_xact_id()")
        with psycopg.connect(shop.dsn("app"), autocommit=True) as app:
            journal.write(app, own, 2, [{"ticket": held["says nothing"], "shape": shape(app)}])
        sealed.tamper("UPDATE sminion.journal SET at = at - interval '4 hours'")
        assert silent(sealed) == {}


def test_what_was_dropped_is_not_taken_for_silence(sealed: Sealed) -> None:
    shop = sealed.shop
    open_old(shop, ["ada"])
    fill(shop)
    assert silent(sealed) == {f"{shop.name}_app": 1}
    sealed.tamper("INSERT INTO sminion.dropped_log (reason, month, statements, writes, events)"
                  " OVERRIDING SYSTEM VALUE SELECT 'r', date_trunc('month', now() - interval '1 month'), 0, 0, 0")
    with sealed.log() as log:
        first, last = log.days_of_tickets()
    assert first is not None and last is not None and first.day == 1 and (last - first).days < 32
    shop.database.execute(DROP)
    fill(shop)
    assert silent(sealed) == {}


def test_an_interrupted_count_goes_on(sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = sealed.shop
    open_old(shop, ["ada"], "5 days")
    open_old(shop, ["bob"], "3 days")
    fill(shop)
    module = import_module("sminion_guard.audit.database.log")
    asked: list[date] = []
    real = module.SealedLog.silent_tickets

    def interrupted(log: database.SealedLog, day: date) -> list[tuple[str, int]]:
        if len(asked) == 2:
            raise KeyboardInterrupt
        asked.append(day)
        return list(real(log, day))

    def verify() -> database.Verified:
        with sealed.log() as log:
            resuming = database.Resuming(tmp_path / "resume", ORIGIN)
            return database.verify(log, ORIGIN, [sealed.key.key], resuming=resuming)

    monkeypatch.setattr(module.SealedLog, "silent_tickets", interrupted)
    with pytest.raises(KeyboardInterrupt):
        verify()
    monkeypatch.setattr(module.SealedLog, "silent_tickets", real)
    assert verify().silent.logins == {f"{shop.name}_app": 2}
    assert asked[1] - asked[0] == timedelta(days=1)


def test_what_is_kept_of_it_does_not_grow_with_the_log() -> None:
    class Log:
        def days_of_tickets(self) -> tuple[date, date]:
            return date(2020, 1, 1), date(2029, 12, 31)

        def silent_tickets(self, day: date) -> list[tuple[str, int]]:
            return [("app", day.day)]

    found = Silent()
    found.read(Log(), lambda: None)  # type: ignore[arg-type]
    assert len(found.days) == 20 and {tickets for tickets, _, _ in found.days} == {31}
    assert Silent.of(found.kept()) == found and found.logins["app"] > 50_000


@pytest.mark.parametrize("day", [
    "NULL", "'infinity'", "'-infinity'", "'0044-03-15 BC'", "'2024-12-31'", "'5874897-12-31'", "current_date + 2",
])
def test_what_is_no_day_of_the_log_is_refused_in_words(sealed: Sealed, day: str) -> None:
    with sealed.shop.database.connect() as auditor:
        with pytest.raises(psycopg.Error, match="has no tickets of day") as refused:
            auditor.execute(f"SELECT * FROM sminion.silent_tickets({day})".encode())
        assert refused.value.sqlstate == "SG670"
        assert auditor.execute("SELECT * FROM sminion.silent_tickets('2025-01-01')").fetchall() == []
