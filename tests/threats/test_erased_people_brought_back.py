"""Attack: a process still has rows about a person who was erased from the log, and writes them afterwards.

16 connections write batches that name the person without a pause, while the person is erased. Whatever the order was,
nothing in the log names the person afterwards, no salt is made anew, and the tree is still the one of the rows.
Positive control: another person, named by the same batches, stays in the log.

SMINION_GUARD_ROUNDS=1000 for as many rounds; 4 by default.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from threading import Event, Thread
from typing import Any

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests import journal
from tests.database.audit import tree
from tests.database.audit.test_journal import shape, ticket
from tests.servers import Database
from tests.session.shop import Shop, new_shop

ROUNDS = int(os.environ.get("SMINION_GUARD_ROUNDS", "4"))
WRITERS = 16
NAMED = """
SELECT (SELECT count(*) FROM sminion.statement_subject WHERE subject = %(key)s)
     + (SELECT count(*) FROM sminion.write_subject WHERE subject = %(key)s)
     + (SELECT count(*) FROM sminion.subject_access WHERE subject = %(key)s)
     + (SELECT count(*) FROM sminion.salt WHERE holder = 'subject:' || %(key)s)
"""


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server) as shop:
        yield shop


class Writer(Thread):
    """Names the person in batch after batch, as a guarded session does."""

    def __init__(self, shop: Shop, keys: list[str], ended: Event) -> None:
        super().__init__(daemon=True)
        self._dsn, self._keys, self._ended = shop.dsn("app"), keys, ended
        self.failure: psycopg.Error | None = None

    def run(self) -> None:
        try:
            with psycopg.connect(self._dsn, autocommit=True) as connection:
                own = journal.opened(connection)
                entry = {"ticket": ticket(connection), "shape": shape(connection), "outcome": "done", "codes": [],
                         "microseconds": 1, "subjects": self._keys}
                place = 1
                while not self._ended.is_set():
                    journal.write(connection, own, place, [entry])
                    place += 1
                    time.sleep(0.002)
        except psycopg.Error as error:
            self.failure = error


def named(database: Database, key: str) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        return connection.execute(NAMED, {"key": key}).fetchall()


def erase(database: Database, key: str) -> int:
    deadline = time.monotonic() + 30
    while True:
        try:
            return int(database.execute("SELECT sminion.erase_from_log(%s, 'a request')", key)[0][0])
        except psycopg.errors.LockNotAvailable:
            assert time.monotonic() < deadline


def test_rows_that_come_late_bring_nobody_back(shop: Shop) -> None:
    database = shop.database
    for number in range(ROUNDS):
        key, other = str(700_000 + number), str(800_000 + number)
        ended = Event()
        writers = [Writer(shop, [key, other], ended) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        try:
            deadline = time.monotonic() + 30
            seen = "SELECT count(*) FROM sminion.subject_access WHERE subject = %s"
            while database.execute(seen, key)[0][0] < WRITERS:
                assert time.monotonic() < deadline
            assert erase(database, key) > 0
            time.sleep(0.1)
        finally:
            ended.set()
            for writer in writers:
                writer.join(30)
        assert [writer.failure for writer in writers] == [None] * WRITERS
        with database.connect() as owner:
            journal.fold_all(owner)
        assert named(database, key) == [(0,)]
        assert named(database, other)[0][0] > WRITERS
    tree.grow(database)
    found = [leaf for _, _, leaf in tree.leaves(database)]
    assert tree.tiles(database) == tree.expected_tiles(found)
