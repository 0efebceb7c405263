"""``strict_transaction``: the first result waits for its row, the transaction's end for all of them."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from threading import Timer
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from sminion_guard import connect, processing
from sminion_guard.errors import AuditUnavailable, DataNotNeeded, PolicyError
from sminion_guard.session import Guard, GuardedAsyncConnection, GuardedConnection
from tests.session.shop import Shop

_numbers = count()
Connection = GuardedConnection[Any]
READ = "SELECT id FROM crm.customer WHERE id = %s"
WRITE = "INSERT INTO sales.orders (customer_id, note) VALUES (1, %s)"


@pytest.fixture
def gathering(shop: Shop) -> Iterator[Guard]:
    guard = Guard(shop.policy, audit="strict_transaction")
    yield guard
    guard.close()


@pytest.fixture
def conn(shop: Shop, gathering: Guard) -> Iterator[Connection]:
    with connect(shop.dsn(), policy=gathering) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()
    shop.database.execute("DELETE FROM sales.orders WHERE note ~ '^gathering:'")  # others count the rows of this shop


@pytest.fixture
def actor() -> str:
    """Nobody else's."""
    return f"gathering:{next(_numbers)}"


@pytest.fixture
def act(actor: str) -> Callable[[str], AbstractContextManager[Any]]:
    return lambda purpose="contract": processing(purpose, actor=actor, reason="r")


def subjects(shop: Shop, actor: str) -> list[str]:
    found = shop.database.execute("SELECT subject FROM sminion.subject_access WHERE actor = %s", actor)
    return sorted((subject for (subject,) in found), key=int)


def soon(look: Callable[[], Any], wanted: object) -> bool:
    """Whether ``look`` finds ``wanted`` within some seconds, though nobody waits for it."""
    deadline = time.monotonic() + 5
    while look() != wanted and time.monotonic() < deadline:
        time.sleep(0.02)
    found = look()
    assert found == wanted
    return True


@pytest.fixture(autouse=True)
def lockable(shop: Shop) -> None:
    """A lock of the table would stop writes of the application too, whose own rows stand in the journal."""
    shop.database.execute("""
        CREATE OR REPLACE FUNCTION public.wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          PERFORM pg_advisory_xact_lock_shared(4711);
          RETURN NEW;
        END $$""")
    shop.database.execute(
        "CREATE OR REPLACE TRIGGER wait_for_lock BEFORE INSERT ON sminion.journal"
        " FOR EACH ROW WHEN (NEW.entries IS NOT NULL) EXECUTE FUNCTION public.wait_for_lock()")


@contextmanager
def locked_log(shop: Shop) -> Iterator[None]:
    """Nothing can be written into the log of statements; writes to protected tables, which share its journal, can."""
    with shop.database.connect(autocommit=False) as officer:
        officer.execute("SELECT pg_advisory_xact_lock(4711)")
        yield
        officer.rollback()


def impatient(connection: Any) -> None:
    connection._recorder.writer.patience = 0.5


def test_the_first_statement_is_on_record_before_its_result_is_released(
    shop: Shop, conn: Connection, act: Any, actor: str
) -> None:
    with act():
        conn.execute(READ, [1]).fetchall()
        assert subjects(shop, actor) == ["1"]
        conn.rollback()
        impatient(conn)
        with locked_log(shop), pytest.raises(AuditUnavailable) as refused:
            conn.execute(READ, [2])
        assert refused.value.code == "SG601"
        assert conn.closed


@pytest.mark.parametrize("end", ["commit", "rollback", "tpc_prepare", "block", "with"])
def test_no_transaction_ends_before_its_rows_are_on_record(
    shop: Shop, conn: Connection, act: Any, actor: str, end: str
) -> None:
    def work() -> None:
        conn.execute(READ, [1]).fetchall()
        with locked_log(shop):
            assert conn.execute(READ, [2]).fetchall() == [(2,)], "nobody waits"
            conn.execute(WRITE, [actor])
            impatient(conn)
            if end in ("commit", "rollback", "tpc_prepare"):
                getattr(conn, end)()
            elif end == "block":
                block.__exit__(None, None, None)
            else:
                conn.__exit__(None, None, None)

    with act():
        block = conn.transaction()
        if end == "block":
            block.__enter__()
        elif end == "tpc_prepare":
            conn.tpc_begin(f"{shop.name}-{actor}")
        with pytest.raises(AuditUnavailable) as refused:
            work()
        assert refused.value.code == "SG601"
        assert conn.closed
    assert shop.database.execute("SELECT count(*) FROM sales.orders WHERE note = %s", actor) == [(0,)]


def test_a_transaction_that_ends_well_is_wholly_on_record(shop: Shop, conn: Connection, act: Any, actor: str) -> None:
    for number, end in enumerate((conn.commit, conn.rollback), 1):
        with act():
            for key in (1, 2, 3):
                conn.execute(READ, [10 * number + key]).fetchall()
            end()
        assert len(subjects(shop, actor)) == 3 * number


def test_many_statements_share_few_commits(shop: Shop, conn: Connection, act: Any, actor: str) -> None:
    with act():
        for key in range(1, 31):
            conn.execute(READ, [key]).fetchall()
        conn.rollback()
    ((statements, commits),) = shop.database.execute(
        "SELECT count(*), count(DISTINCT e.at) FROM sminion.statement_log e WHERE e.actor = %s", actor
    )
    assert statements == 30
    assert commits < 15
    assert len(subjects(shop, actor)) == 30


def test_a_long_transaction_is_on_record_while_it_runs(shop: Shop, conn: Connection, act: Any, actor: str) -> None:
    with act():
        for key in (1, 2, 3):
            conn.execute(READ, [key]).fetchall()
        assert soon(lambda: subjects(shop, actor), ["1", "2", "3"])


def test_what_a_transaction_owes_is_bounded(
    shop: Shop, conn: Connection, act: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sminion_guard.session.transaction.receipts.MOST_OWED", 3)
    with act():
        conn.execute(READ, [1]).fetchall()
        impatient(conn)
        with locked_log(shop), pytest.raises(AuditUnavailable):
            for key in range(2, 9):
                conn.execute(READ, [key]).fetchall()
    assert key < 8


def test_a_row_that_could_not_be_written_ends_the_transaction_at_the_next_statement(
    shop: Shop, conn: Connection, act: Any
) -> None:
    with act():
        conn.execute(READ, [1]).fetchall()
        impatient(conn)
        with locked_log(shop):
            conn.execute(READ, [2]).fetchall()
            assert soon(lambda: conn._receipts.owed[0].done(), True)
        with pytest.raises(AuditUnavailable):
            conn.execute(READ, [3])
    assert conn.closed


@pytest.mark.parametrize("how", ["close", "collected", "cancel", "timeout", "disconnect", "savepoint", "refusal"])
def test_reads_stay_on_record_however_the_transaction_ends(
    shop: Shop, gathering: Guard, act: Any, actor: str, how: str
) -> None:
    conn = connect(shop.dsn(), policy=gathering)
    with act():
        conn.execute(READ, [1]).fetchall()
        conn.execute(READ, [2]).fetchall()
        match how:
            case "close":
                conn.close()
            case "cancel":
                Timer(0.2, conn.cancel).start()
                with pytest.raises(psycopg.errors.QueryCanceled):
                    conn.execute("SELECT pg_sleep(9)")
            case "timeout":
                conn.execute("SET LOCAL statement_timeout = 50")
                with pytest.raises(psycopg.errors.QueryCanceled):
                    conn.execute("SELECT pg_sleep(9)")
            case "disconnect":
                shop.database.execute("SELECT pg_terminate_backend(%s, 5000)", conn.info.backend_pid)
                with pytest.raises(psycopg.OperationalError):
                    conn.execute(READ, [3])
            case "savepoint":
                with conn.transaction(force_rollback=True):
                    conn.execute(READ, [2]).fetchall()
            case "refusal":
                with pytest.raises(DataNotNeeded):
                    conn.execute("SELECT born_on FROM crm.customer")
            case "collected":
                with pytest.warns(ResourceWarning, match="was deleted while still open"):
                    del conn
                    gc.collect()
    assert soon(lambda: subjects(shop, actor)[:2], ["1", "2"])


def test_within_a_pipeline_nothing_is_put_off(shop: Shop, conn: Connection, act: Any, actor: str) -> None:
    with act(), conn.pipeline():
        for key in (1, 2, 3):
            conn.execute(READ, [key])
        assert conn.execute(READ, [4]).fetchall() == [(4,)]
        assert subjects(shop, actor) == ["1", "2", "3", "4"]
        conn.commit()


async def test_an_async_transaction_does_not_end_before_its_rows_are_on_record(
    shop: Shop, gathering: Guard, act: Any, actor: str
) -> None:
    async with await GuardedAsyncConnection.connect(shop.dsn(), policy=gathering) as conn:
        with act():
            async with conn.transaction():
                await conn.execute(READ, [1])
                with locked_log(shop):
                    assert await (await conn.execute(READ, [2])).fetchall() == [(2,)]
            assert subjects(shop, actor) == ["1", "2"]
            await conn.execute(READ, [3])
            with locked_log(shop):
                await conn.execute(READ, [4])
                ending = asyncio.create_task(conn.commit())
                await asyncio.sleep(0.3)
                assert not ending.done()
            await ending
            assert subjects(shop, actor) == ["1", "2", "3", "4"]
            await conn.tpc_begin(f"{shop.name}-{actor}")
            await conn.execute(READ, [5])
            await conn.execute(READ, [6])
            await conn.tpc_prepare()
            assert subjects(shop, actor)[-1] == "6"
            await conn.tpc_rollback()


def test_an_engine_takes_the_mode(shop: Shop, act: Any, actor: str) -> None:
    for engine in (
        create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=shop.policy,
                      guard_audit="strict_transaction"),
        create_engine(shop.url() + "&plugin=sminion_guard&guard_audit=strict_transaction"),
    ):
        with act(), engine.connect() as connection:
            connection.execute(text("SELECT id FROM crm.customer WHERE id = 1")).all()
            with locked_log(shop):
                connection.execute(text("SELECT id FROM crm.customer WHERE id = 2")).all()
            connection.commit()
        engine.dispose()
    assert subjects(shop, actor) == ["1", "1", "2", "2"]


def test_a_killed_application_had_first_results_and_ended_transactions_on_record(shop: Shop, tmp_path: Path) -> None:
    total = 0
    for number in range(4):
        actor, file = f"gathering:killed:{number}", tmp_path / str(number)
        arguments = ["-W", "ignore", "-m", "tests.session.recording.killed_gathering", shop.dsn(), actor, str(file)]
        with subprocess.Popen([sys.executable, *arguments], stderr=subprocess.PIPE) as application:
            while not (file.exists() and file.stat().st_size) and application.poll() is None:
                time.sleep(0.01)
            assert application.poll() is None, application.stderr and application.stderr.read().decode()
            time.sleep(0.1 + 0.1 * number)
            application.kill()
        received = Counter(file.read_text().split())
        assert received - Counter(subjects(shop, actor)) == Counter(), "a result is missing from the log"
        total += received.total()
    assert total > 16


def test_a_guard_of_one_mode_is_not_taken_for_the_other(shop: Shop, gathering: Guard) -> None:
    with pytest.raises(PolicyError) as refused:
        Guard.of(gathering, audit="strict")
    assert refused.value.code == "SG305"
    assert Guard.of(gathering) is gathering
