"""Behind PgBouncer in transaction mode: applications share server sessions, and nothing else."""

from __future__ import annotations

import asyncio
import os
import socket
from threading import Thread, Timer
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from sminion_guard import connect, processing
from sminion_guard.errors import AuditUnavailable, DataNotNeeded, GuardError
from sminion_guard.session import Guard, GuardedConnection
from tests.session.shop import PEOPLE, Shop, one
from tests.session.topology.pooler import Pooler
from tests.session.unrecorded import Unrecorded

Connection = GuardedConnection[Any]
CUSTOMERS = "SELECT count(*) FROM crm.customer"
SUBSCRIBERS = "SELECT count(*) FROM marketing.subscriber"


def work(purpose: str = "contract", actor: str = "pooled", **more: Any) -> processing:
    return processing(purpose, actor=actor, reason="r", **more)


def on_record(shop: Shop, actor: str, columns: str = "purpose, verdict") -> list[tuple[Any, ...]]:
    return shop.database.execute(f"SELECT {columns} FROM sminion.statement_log WHERE actor = %s ORDER BY at", actor)


@pytest.fixture
def unrecorded(shop: Shop) -> Unrecorded:
    return Unrecorded(shop.policy)


def test_two_purposes_share_one_server_session_and_never_each_others_context(
    pooler: Pooler, shop: Shop, actor: str
) -> None:
    guards = pooler.guard, pooler.guard
    with connect(pooler.dsn(), policy=guards[0]) as ours, connect(pooler.dsn(), policy=guards[1]) as theirs:
        for _ in range(12):  # more often than a driver needs to prepare a statement
            with work("contract", actor), ours.transaction():
                assert one(ours, CUSTOMERS) == PEOPLE
                with pytest.raises(DataNotNeeded):
                    ours.execute(SUBSCRIBERS)
            with work("marketing", actor), theirs.transaction():
                assert one(theirs, SUBSCRIBERS) == PEOPLE
                with pytest.raises(DataNotNeeded):
                    theirs.execute(CUSTOMERS)
            with pooler.stranger() as stranger:
                assert one(stranger, "SELECT coalesce(current_setting('sminion.token', true), '')") == ""
                assert one(stranger, "SELECT current_user = session_user")
        assert len(pooler.backends()) == 1
    for guard in guards:
        guard.close()
    log = on_record(shop, actor)
    assert len(log) == 48
    assert {(purpose, verdict) for purpose, verdict in log} == {
        (purpose, verdict) for purpose in ("contract", "marketing") for verdict in ("allowed", "refused")
    }


def test_the_server_itself_refuses_each_the_others_data(pooler: Pooler, unrecorded: Unrecorded) -> None:
    with connect(pooler.dsn(), policy=unrecorded) as ours, connect(pooler.dsn(), policy=unrecorded) as theirs:
        for _ in range(3):
            with work("contract"):
                assert one(ours, CUSTOMERS) == PEOPLE
                ours.commit()
            with work("marketing"), pytest.raises(DataNotNeeded):
                theirs.execute(CUSTOMERS)
            theirs.rollback()
        assert len(pooler.backends()) == 1


def test_a_stranger_on_the_same_session_has_neither_ticket_nor_role(pooler: Pooler, guard: Guard) -> None:
    with connect(pooler.dsn(), policy=guard) as connection, work():
        assert one(connection, CUSTOMERS) == PEOPLE
        connection.commit()
        with pooler.stranger() as stranger, pytest.raises(psycopg.errors.InsufficientPrivilege):
            stranger.execute(CUSTOMERS)
        assert len(pooler.backends()) == 1


def test_nothing_is_prepared_unless_it_was_asked_for(pooler: Pooler, guard: Guard) -> None:
    with connect(pooler.dsn(), policy=guard) as connection:
        assert connection.prepare_threshold is None
    with connect(pooler.dsn(), policy=guard, prepare_threshold=3) as connection:
        assert connection.prepare_threshold == 3
    with connect(pooler.shop.dsn(), policy=guard) as direct:
        assert direct.prepare_threshold == 5


def test_a_driver_that_prepares_would_fail_here(pooler: Pooler) -> None:
    unknown = (psycopg.errors.DuplicatePreparedStatement, psycopg.errors.InvalidSqlStatementName)
    first, other = (psycopg.connect(pooler.dsn(), autocommit=True) for _ in range(2))
    with first, other, pytest.raises(unknown):
        for _ in range(10):
            first.execute("SELECT 1")
            other.execute("SELECT 2")


def test_a_log_that_finds_no_free_session_refuses_in_time_and_works_again(
    pooler: Pooler, shop: Shop, actor: str
) -> None:
    guard = Guard(shop.policy)  # its log has to share the one session with the transaction that waits for it
    with connect(pooler.dsn(), policy=guard) as connection, work("contract", actor):
        connection._recorder.writer.patience = 1.0  # type: ignore[union-attr]
        with pytest.raises(AuditUnavailable, match="pool of its own"):
            connection.execute(CUSTOMERS)
        assert connection.closed
    guard.close()
    with connect(pooler.dsn(), policy=pooler.guard) as connection, work("contract", actor):
        assert one(connection, CUSTOMERS) == PEOPLE


def test_a_role_a_path_and_a_setting_left_by_a_stranger_change_nothing(
    pooler: Pooler, shop: Shop, guard: Guard, unrecorded: Unrecorded, actor: str
) -> None:
    with pooler.stranger() as stranger:
        stranger.execute(f"SET ROLE {shop.name}_marketing")
        stranger.execute("SET search_path = crm; SET sminion.token = 'forged'; SET default_transaction_read_only = on")
        stranger.execute("SET synchronous_commit = off")
    with connect(pooler.dsn(), policy=guard) as connection, work("contract", actor):
        assert one(connection, CUSTOMERS) == PEOPLE
        connection.commit()
    assert on_record(shop, actor) == [("contract", "allowed")]
    with connect(pooler.dsn(), policy=unrecorded) as connection, work("contract", actor):
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT count(*) FROM customer")
        connection.rollback()
        connection.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ WRITE")
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT count(*) FROM customer")
    with pooler.stranger() as stranger:
        stranger.execute("RESET ROLE; RESET ALL")


def test_names_mean_what_they_mean_to_the_login_whatever_path_a_stranger_left(
    pooler: Pooler, shop: Shop, guard: Guard, actor: str
) -> None:
    shop.database.execute(f"ALTER ROLE {shop.name}_app SET search_path = crm")
    try:
        with pooler.stranger("app") as stranger:
            stranger.execute("SET search_path = marketing")
        with connect(pooler.dsn("app"), policy=guard) as connection, work("contract", actor):
            assert one(connection, "SELECT count(*) FROM customer") == PEOPLE
        assert on_record(shop, actor, "relations") == [(["crm.customer"],)]
    finally:
        shop.database.execute(f"ALTER ROLE {shop.name}_app RESET search_path")


def test_a_holdable_cursor_left_by_a_stranger_is_put_away(pooler: Pooler, guard: Guard, shop: Shop) -> None:
    def leave() -> None:
        with pooler.stranger() as stranger:
            stranger.execute("CLOSE ALL")
            stranger.execute("DECLARE left_behind CURSOR WITH HOLD FOR SELECT 1")

    token = ""
    with psycopg.connect(shop.dsn(), autocommit=True) as direct:
        token = one(direct, "SELECT sminion.open_ticket('contract', 'by hand', 'r')")
    leave()
    with pooler.stranger() as by_hand:
        if "server_reset_query_always" not in (pooler.directory / "ini").read_text():
            with pytest.raises(psycopg.Error) as refusal:
                by_hand.execute("SELECT sminion.enter(%s)", [token])
            assert refusal.value.sqlstate == "SG209"
    for isolation in ("", "SET TRANSACTION READ ONLY"):
        leave()
        with connect(pooler.dsn(), policy=guard) as connection, work():
            if isolation:
                connection.execute(isolation.encode())
            assert one(connection, CUSTOMERS) == PEOPLE
            connection.rollback()
            assert one(connection, CUSTOMERS) == PEOPLE
        assert len(pooler.backends()) == 1


def test_an_advisory_lock_left_by_a_stranger_holds_up_nobody(
    pooler: Pooler, guard: Guard, shop: Shop, actor: str
) -> None:
    with pooler.stranger("app") as stranger:
        stranger.execute("SELECT pg_advisory_lock(oid::bigint) FROM pg_class WHERE relkind = 'r'")
    with connect(pooler.dsn(), policy=guard) as connection, work("contract", actor), connection.transaction():
        assert one(connection, CUSTOMERS) == PEOPLE
    assert on_record(shop, actor) == [("contract", "allowed")]
    with pooler.stranger("app") as stranger:
        stranger.execute("SELECT pg_advisory_unlock_all()")


def test_the_log_changes_nothing_for_others_on_its_session(pooler: Pooler, guard: Guard, actor: str) -> None:
    with connect(pooler.dsn(), policy=guard) as connection:
        for number in range(8):
            with work("contract", actor), connection.transaction():
                connection.execute("SELECT email FROM crm.customer WHERE id = %s", [number + 1]).fetchall()
            with pooler.stranger(log=True) as stranger:
                assert one(stranger, "SELECT current_setting('statement_timeout')") == "0"
                assert one(stranger, "SELECT current_setting('default_transaction_read_only')") == "off"
                assert one(stranger, "SELECT count(*) FROM pg_prepared_statements") == 0
    guard.close()
    assert [seen for (seen,) in on_record(pooler.shop, actor, "rows")] == [1] * 8


def test_a_client_that_dies_in_mid_transaction_leaves_nothing(
    pooler: Pooler, guard: Guard, shop: Shop, actor: str
) -> None:
    with connect(pooler.dsn(), policy=guard) as survivor:
        doomed = connect(pooler.dsn(), policy=guard)
        with work("contract", actor):
            doomed.execute("INSERT INTO crm.customer (id, full_name) VALUES (7001, 'half')")
            with socket.socket(fileno=os.dup(doomed.fileno())) as wire:
                wire.shutdown(socket.SHUT_RDWR)
        with work("contract", actor):
            assert one(survivor, "SELECT count(*) FROM crm.customer WHERE id = 7001") == 0
            assert one(survivor, CUSTOMERS) == PEOPLE
            survivor.rollback()
        doomed.close()
    assert len(on_record(shop, actor)) == 3


def test_a_cancelled_statement_and_a_rollback_stay_on_record(
    pooler: Pooler, guard: Guard, shop: Shop, actor: str
) -> None:
    crowd = "SELECT count(*) FROM crm.customer a, crm.customer b, crm.customer c, crm.customer d, crm.customer e"
    with connect(pooler.dsn(), policy=guard) as connection, work("contract", actor):
        timer = Timer(0.5, connection.cancel)
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            connection.execute(crowd)
        timer.join()
        connection.rollback()
        assert one(connection, CUSTOMERS) == PEOPLE
        connection.rollback()
    guard.close()
    assert on_record(shop, actor, "outcomes, codes") == [(["failed"], ["57014"]), (["done"], [])]


def test_an_engine_works_with_many_threads(pooler: Pooler, guard: Guard, shop: Shop, actor: str) -> None:
    engine = create_engine(pooler.url(), plugins=["sminion_guard"], guard_policy=guard, pool_size=4)
    wrong: list[object] = []

    def run(purpose: str, own: str, other: str) -> None:
        try:
            with work(purpose, actor):
                for _ in range(10):
                    with engine.begin() as connection:
                        if connection.scalar(text(own)) != PEOPLE:
                            wrong.append(own)
                    with engine.connect() as connection:
                        try:
                            connection.scalar(text(other))
                            wrong.append(other)
                        except GuardError:
                            pass
        except BaseException as error:
            wrong.append(error)

    threads = [
        Thread(target=run, args=arguments)
        for arguments in (("contract", CUSTOMERS, SUBSCRIBERS), ("marketing", SUBSCRIBERS, CUSTOMERS)) * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert wrong == []
    assert len(pooler.backends()) == 1
    assert len(on_record(shop, actor)) == 80


async def test_an_asynchronous_engine_works_with_many_tasks(
    pooler: Pooler, guard: Guard, shop: Shop, actor: str
) -> None:
    engine = create_async_engine(pooler.url(), plugins=["sminion_guard"], guard_policy=guard, pool_size=4)

    async def run(purpose: str, own: str, other: str) -> None:
        async with processing(purpose, actor=actor, reason="r"):
            for _ in range(10):
                async with engine.begin() as connection:
                    assert await connection.scalar(text(own)) == PEOPLE
                async with engine.connect() as connection:
                    with pytest.raises(GuardError):
                        await connection.scalar(text(other))

    await asyncio.gather(*(
        run(*arguments)
        for arguments in (("contract", CUSTOMERS, SUBSCRIBERS), ("marketing", SUBSCRIBERS, CUSTOMERS)) * 2
    ))
    await engine.dispose()
    assert len(on_record(shop, actor)) == 80
