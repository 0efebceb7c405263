"""An application maintains its database by itself, and nobody waits for it."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest

from sminion_guard import connect, processing
from sminion_guard.errors import PolicyError
from sminion_guard.session import Guard
from sminion_guard.session.recording import maintenance
from tests.session.shop import Shop

READ = "SELECT id FROM crm.customer WHERE id = %s"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "PAUSE", 0.05)
    monkeypatch.setattr(maintenance, "EVERY", 0.2)
    monkeypatch.setattr(maintenance, "AFTER_ERROR", 0.2)


def soon(condition: Any, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def waiting(shop: Shop) -> int:
    return int(shop.database.execute("SELECT count(*) FROM sminion.journal")[0][0])


@pytest.mark.usefixtures("maintaining")
def test_what_a_session_writes_is_folded_by_itself(shop: Shop) -> None:
    guard = Guard(shop.policy)
    with processing("contract", actor="maintains", reason="r"), connect(shop.dsn(), policy=guard) as conn:
        for key in range(1, 6):
            conn.execute(READ, [key]).fetchall()
        conn.rollback()
        assert soon(lambda: waiting(shop) == 0)
    guard.close()
    query = ("SELECT count(*) FROM sminion.statement_event e JOIN sminion.ticket k ON k.id = e.ticket"
             " WHERE k.actor = 'maintains'")
    assert shop.database.execute(query) == [(5,)]


@pytest.mark.usefixtures("maintaining")
def test_what_others_leave_is_done_while_the_application_is_idle(shop: Shop) -> None:
    guard = Guard(shop.policy)
    with processing("contract", actor="idle", reason="r"), connect(shop.dsn(), policy=guard) as conn:
        conn.execute(READ, [1]).fetchall()
        conn.rollback()
        assert soon(lambda: waiting(shop) == 0)
        before = shop.database.execute("SELECT max(done_at) FROM sminion.maintenance_state")
        assert soon(lambda: shop.database.execute("SELECT max(done_at) FROM sminion.maintenance_state") != before)
        open_ones = ("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sminion_guard maintenance'"
                     " AND datname = current_database()")
        assert soon(lambda: shop.database.execute(open_ones) == [(0,)]), "no connection is kept for nothing"
    guard.close()


@pytest.mark.usefixtures("maintaining")
def test_a_database_that_cannot_be_maintained_stops_nobody(shop: Shop) -> None:
    guard = Guard(shop.policy)
    shop.database.suspend_ddl_guard()
    shop.database.execute("ALTER PROCEDURE sminion.maintain(boolean) RENAME TO gone")
    try:
        with processing("contract", actor="unmaintained", reason="r"), connect(shop.dsn(), policy=guard) as conn:
            for _ in range(10):
                conn.execute(READ, [1]).fetchall()
                conn.rollback()
                time.sleep(0.05)
            assert waiting(shop) >= 10
            shop.database.execute("ALTER PROCEDURE sminion.gone(boolean) RENAME TO maintain")
            assert soon(lambda: waiting(shop) == 0), "it goes on as soon as it can"
    finally:
        if shop.database.execute("SELECT to_regprocedure('sminion.gone(boolean)') IS NOT NULL") == [(True,)]:
            shop.database.execute("ALTER PROCEDURE sminion.gone(boolean) RENAME TO maintain")
        guard.close()


@pytest.mark.usefixtures("maintaining")
def test_it_can_be_left_to_a_scheduler(shop: Shop) -> None:
    guard = Guard(shop.policy, maintain=False)
    with processing("contract", actor="scheduled", reason="r"), connect(shop.dsn(), policy=guard) as conn:
        conn.execute(READ, [1]).fetchall()
        conn.rollback()
        time.sleep(1)
        assert waiting(shop) >= 1
    guard.close()
    with psycopg.connect(shop.dsn(), autocommit=True) as scheduler:

        def done() -> bool:
            return scheduler.execute("CALL sminion.maintain()").fetchone() == (False,) and waiting(shop) == 0

        assert soon(done)


def test_anything_else_than_on_and_off_is_refused(shop: Shop) -> None:
    assert Guard(shop.policy, maintain="off").maintain is False
    assert Guard(shop.policy, maintain="on").maintain is True
    with pytest.raises(PolicyError, match="maintain"):
        Guard(shop.policy, maintain="sometimes")
    with pytest.raises(PolicyError, match="maintain"):
        Guard.of(Guard(shop.policy), maintain="off")
