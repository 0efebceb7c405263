"""COPY TO: whose data it hands out is on record before each row of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from typing import Any

import psycopg
import pytest

from sminion_guard import connect, processing
from sminion_guard.errors import AuditUnavailable
from sminion_guard.session import Guard, GuardedAsyncConnection, GuardedConnection
from tests.session.shop import PEOPLE, Shop

_numbers = count()
Connection = GuardedConnection[Any]
FORMATS = [
    "", "(FORMAT text, DELIMITER '|')", "(FORMAT csv)", "CSV HEADER",
    "(FORMAT csv, DELIMITER ';', QUOTE '#', HEADER true)",
    "(FORMAT csv, FORCE_QUOTE *, ESCAPE '!')", "(FORMAT binary)", "(FORMAT csv, HEADER false)",
]


@pytest.fixture
def conn(shop: Shop, guard: Guard) -> Iterator[Connection]:
    with connect(shop.dsn(), policy=guard) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()


@pytest.fixture
def actor() -> str:
    """Nobody else's."""
    return f"copying:{next(_numbers)}"


@pytest.fixture
def act(actor: str) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: processing("contract", actor=actor, reason="r")


def subjects(shop: Shop, actor: str) -> list[str]:
    found = shop.database.execute("SELECT subject FROM sminion.subject_access WHERE actor = %s", actor)
    return sorted((subject for (subject,) in found), key=int)


def rows(shop: Shop, actor: str) -> list[tuple[Any, ...]]:
    return shop.database.execute(
        "SELECT rows, bulk FROM sminion.statement_log WHERE actor = %s ORDER BY place", actor
    )


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("what", ["crm.customer (email, id, full_name)", "(SELECT full_name, id FROM crm.customer)"])
def test_each_format_tells_whose_rows_they_are(
    shop: Shop, conn: Connection, act: Any, actor: str, layout: str, what: str
) -> None:
    with act():
        conn.execute("UPDATE crm.customer SET email = E'a\\tb|;,\\n\"#!c\\\\', full_name = NULL WHERE id = 4")
        with conn.cursor().copy(f"COPY {what} TO STDOUT {layout}") as copy:
            assert len(list(copy)) >= PEOPLE
        conn.rollback()
    assert set(subjects(shop, actor)) == {str(key) for key in range(1, PEOPLE + 1)}
    assert rows(shop, actor)[-1] == (PEOPLE, None)


def test_no_row_is_handed_out_before_its_subject_is_on_record(
    shop: Shop, conn: Connection, act: Any, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sminion_guard.session.recording.copying.AHEAD", 7)
    with act(), conn.cursor().copy("COPY (SELECT id FROM crm.customer ORDER BY id) TO STDOUT") as copy:
        for number, (key,) in enumerate(copy.rows(), 1):
            assert key in subjects(shop, actor)
            assert len(subjects(shop, actor)) < number + 7
    assert rows(shop, actor) == [(PEOPLE, None)]


def test_when_the_log_cannot_be_written_no_row_is_handed_out(shop: Shop, conn: Connection, act: Any) -> None:
    received = []
    with act():
        assert conn._recorder is not None
        conn._recorder.writer.patience = 0.5
        with (
            shop.database.connect(autocommit=False) as officer, pytest.raises((AuditUnavailable, psycopg.Error)),
            conn.cursor().copy("COPY (SELECT id FROM crm.customer) TO STDOUT") as copy,
        ):
            officer.execute("LOCK TABLE sminion.journal IN ACCESS EXCLUSIVE MODE")
            received.extend(copy.rows())
    assert received == []
    assert conn.closed


def test_subjects_beyond_the_bound_are_counted(
    shop: Shop, conn: Connection, act: Any, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sminion_guard.session.recording.subjects.MOST", 10)
    monkeypatch.setattr("sminion_guard.session.recording.copying.AHEAD", 7)
    with act(), conn.cursor().copy("COPY (SELECT id FROM crm.customer) TO STDOUT") as copy:
        assert len(list(copy)) == PEOPLE
    assert len(subjects(shop, actor)) == 10
    assert rows(shop, actor) == [(PEOPLE, PEOPLE - 10)]


def test_a_copy_that_is_broken_off_is_on_record_as_far_as_it_was_read(
    shop: Shop, conn: Connection, act: Any, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sminion_guard.session.recording.copying.AHEAD", 5)
    statement = "COPY (SELECT id FROM crm.customer ORDER BY id) TO STDOUT"
    with act(), pytest.raises(ZeroDivisionError), conn.cursor().copy(statement) as copy:
        copy.read()
        raise ZeroDivisionError
    assert set(subjects(shop, actor)) >= {"1", "2", "3", "4", "5"}


def test_a_copy_without_rows_or_without_subjects_says_how_many(
    shop: Shop, conn: Connection, act: Any, actor: str
) -> None:
    with act():
        for statement in ("COPY (SELECT id FROM crm.customer WHERE false) TO STDOUT",
                          "COPY (SELECT total FROM sales.orders) TO STDOUT"):
            with conn.cursor().copy(statement) as copy:
                for _ in copy:
                    pass
    assert rows(shop, actor) == [(0, None), (PEOPLE, None)]
    assert subjects(shop, actor) == []


async def test_an_async_copy_is_on_record_too(shop: Shop, guard: Guard, act: Any, actor: str) -> None:
    async with await GuardedAsyncConnection.connect(shop.dsn(), policy=guard) as conn:
        with act():
            async with conn.cursor().copy("COPY (SELECT id FROM crm.customer ORDER BY id) TO STDOUT") as copy:
                assert await copy.read_row() == ("1",)
                assert subjects(shop, actor)[0] == "1"
                assert len([row async for row in copy.rows()]) == PEOPLE - 1
            await conn.rollback()
    assert rows(shop, actor) == [(PEOPLE, None)]
