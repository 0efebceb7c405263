"""Every result is on record before it is released: whatever becomes of the transaction, the statement or the log."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from sminion_guard import connect, processing
from sminion_guard.errors import (
    AuditUnavailable,
    ContextEscape,
    DataNotNeeded,
    IncompatibleMerge,
    OpaqueStatement,
    OperationNotAllowed,
    PolicyError,
    TicketRefused,
)
from sminion_guard.policy import loads
from sminion_guard.session import Guard, GuardedAsyncConnection, GuardedConnection
from tests.session.shop import PEOPLE, Shop

_numbers = count()
Connection = GuardedConnection[Any]


@pytest.fixture(scope="module")
def strict(shop: Shop) -> Iterator[Guard]:
    guard = Guard(shop.policy)
    yield guard
    guard.close()


@pytest.fixture
def conn(shop: Shop, strict: Guard) -> Iterator[Connection]:
    with connect(shop.dsn(), policy=strict) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()


@pytest.fixture
def actor() -> str:
    """Nobody else's."""
    return f"recording:{next(_numbers)}"


@pytest.fixture
def act(actor: str) -> Callable[[str], AbstractContextManager[Any]]:
    return lambda purpose="contract": processing(purpose, actor=actor, reason="r")


def log(shop: Shop, actor: str, columns: str) -> list[tuple[Any, ...]]:
    return shop.database.execute(f"SELECT {columns} FROM sminion.statement_log WHERE actor = %s ORDER BY place", actor)


def subjects(shop: Shop, actor: str) -> list[str]:
    found = shop.database.execute("SELECT subject FROM sminion.subject_access WHERE actor = %s ORDER BY at", actor)
    return sorted((subject for (subject,) in found), key=int)


def test_a_read_is_on_record_with_what_it_touched_and_whose_data_it_held(
    shop: Shop, conn: Connection, act: Any, actor: str
) -> None:
    with act():
        conn.execute("SELECT id, email FROM crm.customer WHERE id IN (%s, 4) AND full_name <> 'secret'", [3]).fetchall()
        conn.rollback()
    ((verdict, operations, relations, columns, statement),) = log(
        shop, actor, "verdict, operations, relations, columns, statement"
    )
    assert (verdict, operations, relations) == ("allowed", ["use"], ["crm.customer"])
    assert columns == ["crm.customer.email", "crm.customer.full_name", "crm.customer.id"]
    assert statement == "SELECT id, email FROM crm.customer WHERE id IN ($1, ...) AND full_name <> ?"
    assert subjects(shop, actor) == ["3", "4"]


def test_rows_and_duration_follow(shop: Shop, conn: Connection, act: Any, actor: str) -> None:
    with act():
        conn.execute("SELECT id FROM crm.customer LIMIT 5").fetchall()
    ((outcomes, rows, microseconds),) = log(shop, actor, "outcomes, rows, microseconds")
    assert (outcomes, rows) == (["done"], 5)
    assert microseconds > 0


def test_reads_stay_on_record_after_a_savepoint_was_rolled_back(
    shop: Shop, conn: Connection, act: Any, actor: str
) -> None:
    with act(), conn.transaction():
        with conn.transaction(force_rollback=True):
            conn.execute("SELECT id FROM crm.customer WHERE id = 5").fetchall()
        conn.execute("SAVEPOINT a")
        conn.execute("SELECT id FROM crm.customer WHERE id = 6").fetchall()
        conn.execute("ROLLBACK TO a")
    assert subjects(shop, actor) == ["5", "6"]


def test_a_statement_that_ran_out_of_time_is_on_record(shop: Shop, act: Any, actor: str, strict: Guard) -> None:
    with connect(shop.dsn(), policy=strict, options="-c statement_timeout=100") as conn, act():
        with pytest.raises(psycopg.errors.QueryCanceled):
            conn.execute("SELECT count(*) FROM crm.customer a, crm.customer b, crm.customer c, crm.customer d,"
                         " crm.customer e, crm.customer f")
        conn.rollback()
    assert log(shop, actor, "verdict, outcomes, codes, relations") == [
        ("allowed", ["failed"], ["57014"], ["crm.customer"])
    ]


def test_a_refusal_of_the_analyzer_shows_the_place_and_is_a_row(
    shop: Shop, conn: Connection, act: Any, actor: str
) -> None:
    with act():
        with pytest.raises(DataNotNeeded) as refused:
            conn.execute("SELECT id, born_on FROM crm.customer")
        assert "^^^^^^^" in str(refused.value.excerpt)
        assert conn.execute("SELECT id FROM crm.customer WHERE id = 1").fetchall() == [(1,)], "nothing was sent"
    assert log(shop, actor, "verdict, codes, outcomes") == [
        ("refused", ["SG103"], None), ("allowed", [], ["done"])
    ]


def test_a_merge_and_a_forbidden_operation_are_refused_by_their_class(
    shop: Shop, conn: Connection, act: Any, actor: str
) -> None:
    with act():
        with pytest.raises(IncompatibleMerge) as refused:
            conn.execute("SELECT 1 FROM crm.customer c JOIN marketing.subscriber s ON s.customer_id = c.id")
        assert refused.value.code == "SG101"
        conn.rollback()
        with pytest.raises(OperationNotAllowed), processing("accounting", actor=actor, reason="r"):
            conn.execute("DELETE FROM sales.orders")
    assert [codes for (codes,) in log(shop, actor, "codes")] == [["SG101", "SG102"], ["SG104"]]


def test_a_refusal_of_the_server_is_a_row(shop: Shop, conn: Connection, act: Any, actor: str) -> None:
    with act():
        conn.execute("SELECT id FROM crm.customer WHERE id = 1")
        shop.database.execute(
            "SELECT sminion.revoke_ticket(max(id), 'enough') FROM sminion.ticket WHERE actor = %s", actor
        )
        with pytest.raises(TicketRefused):
            conn.execute("SELECT id FROM crm.customer WHERE id = 2")
    assert log(shop, actor, "verdict, outcomes, codes") == [
        ("allowed", ["done"], []), ("refused", ["refused"], ["SG205"])
    ]
    assert shop.database.execute(
        "SELECT refused_by, codes FROM sminion.refusals WHERE actor = %s", actor
    ) == [("server", ["SG205"])]
    assert subjects(shop, actor) == ["1"]


def test_when_the_log_cannot_be_written_nothing_is_released(shop: Shop, act: Any, actor: str) -> None:
    guard = Guard(shop.policy)
    with connect(shop.dsn(), policy=guard) as conn, act():
        assert conn._recorder is not None
        conn.execute("SELECT id FROM crm.customer WHERE id = 1").fetchall()
        conn._recorder.writer.patience = 0.5
        cursor = conn.cursor()
        with shop.database.connect(autocommit=False) as officer:
            officer.execute("LOCK TABLE sminion.journal IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(AuditUnavailable) as refused:
                cursor.execute("SELECT id FROM crm.customer WHERE id = 2")
            assert refused.value.code == "SG601"
            assert conn.closed
            with pytest.raises(psycopg.Error):
                cursor.fetchall()
    guard.close()


def test_a_server_side_cursor_records_each_fetch(shop: Shop, conn: Connection, act: Any, actor: str) -> None:
    with act(), conn.cursor("c") as cursor:
        cursor.execute("SELECT id FROM crm.customer ORDER BY id")
        cursor.fetchmany(2)
        assert subjects(shop, actor) == ["1", "2"]
        cursor.fetchmany(1)
        with conn.cursor("c") as stolen:
            stolen.fetchone()
        conn.rollback()  # the two cannot both close it
    assert subjects(shop, actor) == ["1", "2", "3", "4"]


def test_binary_results_streams_and_pipelines_are_recorded(shop: Shop, conn: Connection, act: Any, actor: str) -> None:
    with act():
        conn.execute("SELECT id FROM crm.customer WHERE id = 1", binary=True).fetchall()
        with conn.pipeline():
            first, second = conn.cursor(), conn.cursor()
            first.execute("SELECT id FROM crm.customer WHERE id = 2")
            second.execute("SELECT customer_id FROM sales.orders WHERE customer_id = 3")
            assert first.fetchall() == [(2,)]
        for row in conn.cursor().stream("SELECT id FROM crm.customer WHERE id IN (4, 5) ORDER BY id"):
            assert subjects(shop, actor)[-1] == str(row[0])
    assert subjects(shop, actor) == ["1", "2", "3", "4", "5"]


def test_a_cursor_that_is_used_again_within_a_pipeline_does_not_mix_up_its_results(
    shop: Shop, conn: Connection, act: Any, actor: str
) -> None:
    with act(), conn.pipeline():
        cursor = conn.cursor()
        cursor.execute("SELECT id FROM crm.customer WHERE id IN (1, 2)")
        cursor.executemany("SELECT customer_id FROM sales.orders WHERE customer_id = %s", [(3,), (4,), (5,)])
        cursor.execute("SELECT id FROM crm.customer WHERE id = 6")
        assert cursor.fetchall() == [(6,)]
    assert log(shop, actor, "relations, rows") == [
        (["crm.customer"], 2), (["sales.orders"], 3), (["crm.customer"], 1)
    ]
    found = shop.database.execute(
        "SELECT place, subject FROM sminion.subject_access WHERE actor = %s ORDER BY 1, 2", actor
    )
    first, second, third = sorted({place for place, _ in found})
    assert found == [(first, "1"), (first, "2"), (second, "3"), (second, "4"), (second, "5"), (third, "6")]


def test_an_error_within_a_pipeline_does_not_shift_the_results_that_follow(
    shop: Shop, conn: Connection, act: Any, actor: str
) -> None:
    with act():
        cursor = conn.cursor()
        with pytest.raises(psycopg.errors.DivisionByZero), conn.pipeline():
            cursor.execute("SELECT id FROM crm.customer WHERE id IN (1, 2)")
            cursor.execute("SELECT 1 / 0")
            cursor.execute("SELECT id FROM crm.customer WHERE id = 3")
        conn.rollback()
        with conn.pipeline():
            cursor.execute("SELECT id FROM crm.customer WHERE id = 4")
            assert cursor.fetchall() == [(4,)]
    assert log(shop, actor, "rows, outcomes")[0] == (2, ["done"])
    assert log(shop, actor, "rows, outcomes")[-1] == (1, ["done"])
    assert subjects(shop, actor) == ["1", "2", "4"]


def test_writes_and_copies_are_recorded(shop: Shop, conn: Connection, act: Any, actor: str) -> None:
    with act():
        conn.cursor().executemany("UPDATE sales.orders SET note = %s WHERE id = %s", [("a", 1), ("b", 2)])
        conn.execute("DELETE FROM sales.orders WHERE id = 3 RETURNING customer_id").fetchall()
        with conn.cursor().copy("COPY (SELECT id, email FROM crm.customer) TO STDOUT") as copy:
            for _ in copy:
                pass
        conn.rollback()
    found = log(shop, actor, "operations, relations")
    assert found == [
        (["clarify", "use"], ["sales.orders"]), (["delete", "use"], ["sales.orders"]), (["use"], ["crm.customer"])
    ]
    assert set(subjects(shop, actor)) >= {str(key) for key in range(1, PEOPLE + 1)}


def test_many_subjects_are_counted_beyond_the_bound(
    shop: Shop, conn: Connection, act: Any, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sminion_guard.session.recording.subjects.MOST", 10)
    with act():
        conn.execute("SELECT id FROM crm.customer UNION ALL SELECT id FROM crm.customer").fetchall()
    assert len(subjects(shop, actor)) == 10
    assert log(shop, actor, "rows, bulk") == [(2 * PEOPLE, PEOPLE - 10)]


def test_a_changed_catalog_is_read_again(shop: Shop, conn: Connection, act: Any) -> None:
    with act():
        conn.execute("SELECT 1")
        shop.database.execute("CREATE VIEW public.fresh AS SELECT 7 AS x")
        shop.database.execute("GRANT SELECT ON public.fresh TO PUBLIC")
        assert conn.execute("SELECT x FROM public.fresh").fetchall() == [(7,)]


async def test_the_catalog_is_read_again_without_blocking_the_loop(
    shop: Shop, strict: Guard, act: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await GuardedAsyncConnection.connect(shop.dsn(), policy=strict) as conn:
        assert conn._recorder is not None
        read, threads = conn._state.judge.refresh, []

        def refresh() -> bool:
            threads.append(threading.get_ident())
            return read()

        monkeypatch.setattr(conn._state.judge, "refresh", refresh)
        with act():
            await conn.execute("SELECT 1")
            shop.database.execute("CREATE VIEW public.fresh_too AS SELECT 7 AS x")
            shop.database.execute("GRANT SELECT ON public.fresh_too TO PUBLIC")
            assert await (await conn.execute("SELECT x FROM public.fresh_too")).fetchall() == [(7,)]
            with pytest.raises(OpaqueStatement):
                await conn.execute("SELECT x FROM public.nowhere")
    assert len(threads) == 2
    assert threading.get_ident() not in threads


def test_an_engine_tells_that_the_log_cannot_be_written_and_replaces_the_connection(
    shop: Shop, act: Any, actor: str
) -> None:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=shop.policy, pool_size=1, max_overflow=0)
    read = text("SELECT id FROM crm.customer WHERE id = 1")
    with act():
        with engine.begin() as connection:
            connection.execute(read).all()
            writer = connection.connection.driver_connection._recorder.writer  # type: ignore[union-attr]
        patience, writer.patience = writer.patience, 0.3
        with shop.database.connect(autocommit=False) as officer:
            officer.execute("LOCK TABLE sminion.journal IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(AuditUnavailable), engine.begin() as connection:
                connection.execute(read)
            with Session(engine) as session, pytest.raises(AuditUnavailable):
                session.execute(read)
        writer.patience = patience
        with engine.begin() as connection:
            assert connection.execute(read).all() == [(1,)]
    engine.dispose()


async def test_async_connections_record_and_do_not_block_the_loop(
    shop: Shop, strict: Guard, act: Any, actor: str
) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    async with await GuardedAsyncConnection.connect(shop.dsn(), policy=strict) as conn:
        ticking = asyncio.create_task(tick())
        with act():
            await conn.execute("SELECT id FROM crm.customer WHERE id = 1")
            with shop.database.connect(autocommit=False) as officer:
                officer.execute("LOCK TABLE sminion.journal IN ACCESS EXCLUSIVE MODE")
                held = asyncio.create_task(conn.execute("SELECT id FROM crm.customer WHERE id = 2"))
                before = ticks
                await asyncio.sleep(0.5)
                assert not held.done()
                assert ticks - before > 10
                officer.rollback()
            assert await (await held).fetchall() == [(2,)]
            with pytest.raises(DataNotNeeded):
                await conn.execute("SELECT born_on FROM crm.customer")
        ticking.cancel()
    assert subjects(shop, actor) == ["1", "2"]
    assert [codes for (codes,) in log(shop, actor, "codes")] == [[], [], ["SG103"]]


def test_an_engine_records_through_its_plugin(shop: Shop, act: Any, actor: str) -> None:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=shop.policy)
    with act(), engine.connect() as connection:
        connection.execute(text("SELECT id FROM crm.customer WHERE id = :id"), {"id": 9}).all()
        with pytest.raises(DataNotNeeded):
            connection.execute(text("SELECT born_on FROM crm.customer"))
    engine.dispose()
    assert subjects(shop, actor) == ["9"]
    assert [verdict for (verdict,) in log(shop, actor, "verdict")] == ["allowed", "refused"]


def test_the_log_is_written_where_sessions_are_read_only_by_default(
    shop: Shop, act: Any, actor: str
) -> None:
    guard = Guard(shop.policy)
    with connect(shop.dsn(), policy=guard, options="-c default_transaction_read_only=on") as conn, act():
        conn.execute("SELECT id FROM crm.customer WHERE id = 1").fetchall()
    guard.close()
    assert subjects(shop, actor) == ["1"]


def test_a_refusal_without_a_place_says_why(conn: Connection, act: Any) -> None:
    with act(), pytest.raises(ContextEscape) as refused:
        conn.execute("CREATE TABLE crm.parked (id bigint)")
    assert refused.value.code == "SG108"
    assert str(refused.value.detail).startswith("new tables")


@pytest.mark.parametrize("audit", ["lax", "off", ""])
def test_there_is_no_weaker_mode(shop: Shop, audit: Any) -> None:
    with pytest.raises(PolicyError) as refused:
        Guard(shop.policy, audit=audit)
    assert refused.value.code == "SG305"
    with pytest.raises(PolicyError):
        create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=shop.policy, guard_audit=audit)


def test_the_log_is_kept_without_being_asked_for(shop: Shop, act: Any, actor: str) -> None:
    assert Guard().audit == Guard(shop.policy, audit=None).audit == "strict"
    engine = create_engine(shop.url(), plugins=["sminion_guard"])
    with act(), engine.connect() as connection:
        connection.execute(text("SELECT id FROM crm.customer WHERE id = 9")).all()
    engine.dispose()
    with act(), connect(shop.dsn(), policy=shop.policy) as conn:
        conn.execute("SELECT id FROM crm.customer WHERE id = 8").fetchall()
    assert subjects(shop, actor) == ["8", "9"]


def test_a_guard_without_a_policy_follows_the_one_that_comes_into_force(own_shop: Shop, act: Any, actor: str) -> None:
    statement = "SELECT born_on FROM crm.customer WHERE id = 1"
    guard = Guard()
    with connect(own_shop.dsn(), policy=guard) as conn, act():
        with pytest.raises(DataNotNeeded):
            conn.execute(statement)
        conn.rollback()
        wider = own_shop.text().replace('needs = ["identity", "contact", "payment"]', 'needs = "*"')
        own_shop.apply(loads(wider))
        guard.tickets._kept.clear()
        assert len(conn.execute(statement).fetchall()) == 1
    guard.close()
    assert log(own_shop, actor, "verdict") == [("refused",), ("allowed",)]
