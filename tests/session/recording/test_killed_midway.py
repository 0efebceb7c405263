"""Rolled back, cancelled, out of time, interrupted: what was read is on record, and what is not is not released."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import count
from threading import Thread, Timer
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from sminion_guard import connect, processing
from sminion_guard.errors import AuditUnavailable
from sminion_guard.session import Guard, GuardedAsyncConnection, GuardedConnection
from tests.session.shop import Shop

_numbers = count()
ONE = "SELECT id FROM crm.customer WHERE id = %s"
# 40 customers to the power of six: it must not be over before it is stopped.
ENDLESS = (
    "SELECT count(*) FROM crm.customer a, crm.customer b, crm.customer c, crm.customer d, crm.customer e,"
    " crm.customer f"
)


@pytest.fixture(scope="module")
def strict(shop: Shop) -> Iterator[Guard]:
    guard = Guard(shop.policy, audit="strict")
    yield guard
    guard.close()


@pytest.fixture
def engine(shop: Shop, strict: Guard) -> Iterator[Engine]:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=strict)
    yield engine
    engine.dispose()


@pytest.fixture
def actor() -> str:
    """Nobody else's."""
    return f"midway:{next(_numbers)}"


@pytest.fixture
def act(actor: str) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: processing("contract", actor=actor, reason="r")


def outcomes(shop: Shop, actor: str) -> list[tuple[list[str] | None, list[str]]]:
    return shop.database.execute(
        "SELECT outcomes, codes FROM sminion.statement_log WHERE actor = %s ORDER BY place", actor
    )


def subjects(shop: Shop, actor: str) -> list[int]:
    found = shop.database.execute("SELECT DISTINCT subject FROM sminion.subject_access WHERE actor = %s", actor)
    return sorted(int(subject) for (subject,) in found)


def locked_log(shop: Shop, stack: ExitStack) -> psycopg.Connection[Any]:
    """Nothing can be recorded until this connection rolls back."""
    officer = stack.enter_context(shop.database.connect(autocommit=False))
    officer.execute("LOCK TABLE sminion.journal IN ACCESS EXCLUSIVE MODE")
    return officer


def test_what_sessions_read_before_a_rollback_is_on_record(shop: Shop, engine: Engine, act: Any, actor: str) -> None:
    with act(), Session(engine) as session:
        session.execute(text("SELECT id FROM crm.customer WHERE id = 1")).all()
        with session.begin_nested() as savepoint:
            session.execute(text("SELECT id FROM crm.customer WHERE id = 2")).all()
            savepoint.rollback()
        session.execute(text("SELECT id FROM crm.customer WHERE id = 3")).all()
        session.rollback()
        with pytest.raises(RuntimeError), session.begin():
            session.execute(text("SELECT id FROM crm.customer WHERE id = 4")).all()
            raise RuntimeError("the program fails")
    assert subjects(shop, actor) == [1, 2, 3, 4]


def test_what_was_read_before_an_error_of_the_same_transaction_is_on_record(
    shop: Shop, strict: Guard, act: Any, actor: str
) -> None:
    with connect(shop.dsn(), policy=strict) as connection, act():
        connection.execute(ONE, [1]).fetchall()
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("SELECT id FROM crm.customer WHERE id / 0 = 1")
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            connection.execute(ONE, [2])
        connection.rollback()
    assert subjects(shop, actor) == [1]
    assert outcomes(shop, actor) == [(["done"], []), (["failed"], ["22012"]), (["failed"], ["25P02"])]


def test_a_statement_cancelled_by_another_thread_is_on_record(
    shop: Shop, strict: Guard, act: Any, actor: str
) -> None:
    with connect(shop.dsn(), policy=strict) as connection, act():
        connection.execute(ONE, [1]).fetchall()
        cancelling = Timer(0.2, connection.cancel)
        cancelling.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute(ENDLESS)
        cancelling.join()
        connection.rollback()
        assert connection.execute(ONE, [3]).fetchall() == [(3,)], "the connection goes on"
    assert subjects(shop, actor) == [1, 3]
    assert outcomes(shop, actor)[1] == (["failed"], ["57014"])


def test_rows_of_a_stream_that_ran_out_of_time_are_on_record(shop: Shop, strict: Guard, act: Any, actor: str) -> None:
    received = []
    with connect(shop.dsn(), policy=strict, options="-c statement_timeout=1000") as connection, act():
        cursor = connection.cursor()
        # The last rows take for ever, the first ones are there at once.
        slow = f"SELECT id FROM crm.customer WHERE id < 4 OR 0 < ({ENDLESS} WHERE f.id <> crm.customer.id)"
        with pytest.raises(psycopg.errors.QueryCanceled):
            for (found,) in cursor.stream(slow):
                received.append(found)
                assert found in subjects(shop, actor)
        connection.rollback()
        assert set(received) <= {1, 2, 3}
        assert subjects(shop, actor) == sorted(received)
        assert outcomes(shop, actor)[-1][1] == ["57014"]
        assert cursor.execute(ONE, [5]).fetchall() == [(5,)], "the cursor can be used again"


@pytest.mark.parametrize(("setting", "state"), [
    ("lock_timeout=200", "55P03"), ("statement_timeout=200", "57014"),
])
def test_a_wait_that_took_too_long_is_on_record(
    shop: Shop, strict: Guard, act: Any, actor: str, setting: str, state: str
) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(shop.database.connect(autocommit=False))
        other.execute("LOCK TABLE sales.orders IN ACCESS EXCLUSIVE MODE")
        connection = stack.enter_context(connect(shop.dsn(), policy=strict, options=f"-c {setting}"))
        stack.enter_context(act())
        connection.execute(ONE, [1]).fetchall()
        with pytest.raises(psycopg.Error) as stopped:
            connection.execute("SELECT customer_id FROM sales.orders")
        assert stopped.value.sqlstate == state
        connection.rollback()
    assert outcomes(shop, actor) == [(["done"], []), (["failed"], [state])]
    assert subjects(shop, actor) == [1]


def test_what_was_read_before_the_server_ended_the_session_is_on_record(
    shop: Shop, strict: Guard, act: Any, actor: str
) -> None:
    connection = connect(shop.dsn(), policy=strict, options="-c idle_in_transaction_session_timeout=100")
    with act():
        connection.execute(ONE, [1]).fetchall()
        time.sleep(0.5)
        with pytest.raises(psycopg.Error):
            connection.execute(ONE, [2])
    connection.close()
    assert subjects(shop, actor) == [1]
    assert outcomes(shop, actor)[0] == (["done"], [])


def test_an_interrupt_while_the_log_is_waited_for_releases_nothing(
    shop: Shop, strict: Guard, act: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(shop.dsn(), policy=strict) as connection, act():
        assert connection._recorder is not None
        cursor = connection.cursor()

        def interrupted(receipt: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(connection._recorder.writer, "await_receipt", interrupted)
        with pytest.raises(KeyboardInterrupt):
            cursor.execute(ONE, [1])
        monkeypatch.undo()
        assert connection.closed
        with pytest.raises(psycopg.Error):
            cursor.fetchall()


def test_an_interrupt_when_a_result_has_just_arrived_releases_nothing(
    shop: Shop, strict: Guard, act: Any, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        connection = stack.enter_context(connect(shop.dsn(), policy=strict))
        stack.enter_context(act())
        connection.execute(ONE, [1]).fetchall()
        officer = locked_log(shop, stack)
        cursor = connection.cursor()
        plain = psycopg.Connection.wait

        def interrupted(self: GuardedConnection[Any], *args: Any, **kwargs: Any) -> Any:
            plain(self, *args, **kwargs)
            raise KeyboardInterrupt

        monkeypatch.setattr(psycopg.Connection, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            cursor.execute(ONE, [2])
        monkeypatch.undo()
        assert cursor.pgresult is not None, "it is here"
        for fetch in (cursor.fetchone, cursor.fetchall, lambda: list(cursor)):
            with pytest.raises(AuditUnavailable):
                fetch()
        officer.rollback()
        connection.execute(ONE, [3])
        assert cursor.fetchall() == [(2,)], "it was waited for together with the next one"
        assert subjects(shop, actor) == [1, 2, 3]


class Struck:
    """A lock that Ctrl-C follows as soon as it is taken."""

    def __init__(self, lock: Any) -> None:
        self._lock = lock

    def acquire(self, *args: Any, **kwargs: Any) -> bool:
        self._lock.acquire(*args, **kwargs)
        raise KeyboardInterrupt

    def release(self) -> None:
        self._lock.release()


def test_an_interrupt_that_strikes_who_writes_leaves_the_log_to_others(shop: Shop, act: Any, actor: str) -> None:
    guard = Guard(shop.policy)
    with connect(shop.dsn(), policy=guard) as connection, act():
        connection.execute(ONE, [1]).fetchall()
        assert connection._recorder is not None
        writer = connection._recorder.writer
        lock, writer._sending = writer._sending, Struck(writer._sending)  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt):
            connection.execute(ONE, [2])
        writer._sending = lock
    found = []

    def work() -> None:
        with connect(shop.dsn(), policy=guard) as other, act():
            found.extend(other.execute(ONE, [3]).fetchall())

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(3,)]
    assert {1, 3} <= set(subjects(shop, actor))
    guard.close()


async def test_a_task_that_was_cancelled_leaves_nothing_to_read_that_is_not_on_record(
    shop: Shop, strict: Guard, act: Any, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as stack:
        connection = await GuardedAsyncConnection.connect(shop.dsn(), policy=strict)
        stack.enter_context(act())
        await connection.execute(ONE, [1])
        locked_log(shop, stack)
        cursor = connection.cursor()
        plain = psycopg.AsyncConnection.wait

        async def cancelled(self: GuardedAsyncConnection[Any], *args: Any, **kwargs: Any) -> Any:
            await plain(self, *args, **kwargs)
            raise asyncio.CancelledError

        monkeypatch.setattr(psycopg.AsyncConnection, "wait", cancelled)
        with pytest.raises(asyncio.CancelledError):
            await cursor.execute(ONE, [2])
        monkeypatch.undo()
        assert cursor.pgresult is not None
        with pytest.raises(AuditUnavailable):
            await cursor.fetchall()
        connection.pgconn.finish()


async def test_a_timeout_of_a_task_leaves_its_statement_on_record(
    shop: Shop, strict: Guard, act: Any, actor: str
) -> None:
    async with await GuardedAsyncConnection.connect(shop.dsn(), policy=strict) as connection:
        with act():
            await connection.execute(ONE, [1])
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await connection.execute(ENDLESS)
            await connection.rollback()
            assert await (await connection.execute(ONE, [2])).fetchall() == [(2,)]
    relations = shop.database.execute(
        "SELECT relations FROM sminion.statement_log WHERE actor = %s ORDER BY place", actor
    )
    assert relations == [(["crm.customer"],)] * 3
    assert subjects(shop, actor) == [1, 2]
