"""Attack: keep `sminion.maintain` from ending: ask for messages that nobody reads, or write what takes long to fold."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import pq

from sminion_guard.embedded import Server
from tests import journal
from tests.session.shop import Shop, new_shop
from tests.world import Connection

TALKATIVE = (
    "SET client_min_messages = log; SET debug_print_parse = on;"
    " SET debug_print_rewritten = on; SET debug_print_plan = on")
LONG = "DO $$ BEGIN FOR i IN 1 .. 2000 LOOP EXECUTE 'SELECT ' || i; END LOOP; END $$"
BLOCK = "DO $$ BEGIN BEGIN PERFORM 1; EXCEPTION WHEN OTHERS THEN NULL; END; END $$"
MAINTAIN = "CALL sminion.maintain()"


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server) as shop:
        yield shop


@pytest.fixture
def app(shop: Shop) -> Iterator[Connection]:
    with psycopg.connect(shop.dsn("app"), autocommit=True, prepare_threshold=None) as connection:
        yield connection


def waits_for_its_client(shop: Shop, statement: str) -> bool:
    """Whether the server waits in the midst of ``statement`` for a client that does not read."""
    client = pq.PGconn.connect(shop.dsn("app").encode())
    try:
        for setting in TALKATIVE.split(";"):
            client.exec_(setting.encode())
        client.send_query(statement.encode())
        client.flush()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            ((state, event),) = shop.database.execute(
                "SELECT state, wait_event FROM pg_stat_activity WHERE pid = %s", client.backend_pid)
            if state == "idle" or event == "ClientWrite":
                return bool(event == "ClientWrite")
            time.sleep(0.05)
        raise AssertionError((state, event))
    finally:
        client.finish()


def test_a_client_that_does_not_read_holds_up_its_own_statements_only(shop: Shop, app: Connection) -> None:
    own = journal.opened(app)
    journal.write(app, own, 1, [{}])
    assert waits_for_its_client(shop, LONG), "the control"
    assert not waits_for_its_client(shop, MAINTAIN)
    assert shop.database.execute("SELECT FROM sminion.journal WHERE writer = %s", own[0]) == [], "it was folded"


def test_no_message_is_sent_while_a_step_has_locks_not_even_at_commit(app: Connection) -> None:
    said: list[str] = []
    app.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))

    def told(statement: str, begin: str) -> int:
        said.clear()
        app.execute(statement.encode())
        return sum(message.startswith(begin) for message in said)

    app.execute("SET client_min_messages = debug5")
    assert told(BLOCK, "StartSubTransaction") > 0, "the control"
    assert told(MAINTAIN, "StartSubTransaction") == 0
    assert told("DO $$ BEGIN COMMIT; COMMIT; END $$", "CommitTransaction") == 3, "the control"
    assert told(MAINTAIN, "CommitTransaction") == 1, "the first, before any step"


SHORT = {
    "numbers": b"[" + b",".join([b"1"] * 10_000) + b"]",
    "empty ones": b"[" + b",".join([b"{}"] * 10_000) + b"]",
    "just over a hundred": b"[" + b",".join([b"{}"] * 101) + b"]",
}


@pytest.mark.parametrize("name", SHORT)
def test_a_batch_of_entries_too_short_to_say_anything_is_one_fault(shop: Shop, app: Connection, name: str) -> None:
    """20 kB of them took 0.3 seconds to fold, and 0.1 kB of the disk, so that a call took minutes."""
    own = journal.opened(app)
    journal.write(app, own, 1, SHORT[name])
    assert journal.faults(shop.database, own) == [(1, "SG605")]


@pytest.mark.parametrize("entries", [
    [{}] * 100, [{"ticket": 1, "shape": 1}] * 10_000,
    [{"of": 1, "outcome": "done", "codes": [], "microseconds": 1}] * 101,
], ids=["a hundred", "the shortest statements", "the shortest results"])
def test_the_shortest_entries_are_judged_one_by_one(shop: Shop, app: Connection, entries: list[object]) -> None:
    own = journal.opened(app)
    sent = json.dumps(entries, separators=(",", ":")).encode()
    journal.write(app, own, 1, sent)
    assert len(journal.faults(shop.database, own)) == len(entries)


def test_a_call_folds_no_more_than_four_megabytes(shop: Shop, app: Connection) -> None:
    own = journal.opened(app)
    for first in range(1, 7):
        journal.write(app, own, first, [{"x": "y" * 1_000_000}])
    app.execute(MAINTAIN)
    left = shop.database.execute("SELECT count(*) FROM sminion.journal WHERE writer = %s", own[0])
    assert left == [(2,)]
    app.execute(MAINTAIN)
    assert shop.database.execute("SELECT FROM sminion.journal WHERE writer = %s", own[0]) == []


def test_a_caller_without_row_security_does_not_keep_anybody_from_being_settled(shop: Shop, app: Connection) -> None:
    """A block waits for settling because a row is locked meanwhile."""
    problems = "SELECT cause FROM sminion.settle_problems"
    with shop.database.connect() as other:
        with other.transaction():
            other.execute("SELECT FROM crm.customer WHERE id = 7 FOR UPDATE")
            shop.database.execute("SELECT sminion.block('7', 'asked')")
        assert shop.database.execute("SELECT subject FROM sminion.withheld") == [("7",)]
        other.execute("SET row_security = off")
        other.execute("SELECT sminion.settle()")
        ((cause,),) = shop.database.execute(problems)
        assert "row-level security" in cause, "the control"
    app.execute("SET row_security = off")
    app.execute(MAINTAIN)
    assert shop.database.execute(problems) == []
    assert shop.database.execute("SELECT subject FROM sminion.withheld") == []
