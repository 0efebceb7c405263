"""Attack: in autocommit each statement is a transaction of its own. Let one run without its ticket, outlive it, or
leave something to the next: a role, an open transaction, a result that is not on record.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from threading import Timer
from typing import Any

import psycopg
import pytest
from psycopg import pq

from sminion_guard import GuardedAsyncConnection, connect, processing
from sminion_guard.errors import AuditUnavailable, ContextEscape, ContextMissing, GuardError
from sminion_guard.session import Guard, GuardedConnection
from tests.session.unrecorded import Unrecorded
from tests.world import World

COUNT = "SELECT count(*) FROM crm.customer"
SEEN = "SELECT nextval('public.seen')"
WORK = processing("contract", actor="agent:1", reason="attack")


@pytest.fixture
def guard(world: World) -> Iterator[Guard]:
    guard = Guard(world.policy)
    yield guard
    guard.close()


@pytest.fixture
def client(world: World, guard: Guard) -> Iterator[GuardedConnection[Any]]:
    with connect(world.database.dsn(f"{world.name}_app"), policy=guard, autocommit=True) as connection:
        yield connection


@pytest.fixture
def alone(world: World) -> Iterator[GuardedConnection[Any]]:
    """Without the analyzer, so that the server alone decides; with a sequence, which tells what was executed."""
    world.database.execute("CREATE SEQUENCE IF NOT EXISTS public.seen")
    world.database.execute("GRANT USAGE ON SEQUENCE public.seen TO PUBLIC")
    with connect(
        world.database.dsn(f"{world.name}_app"), policy=Unrecorded(world.policy), autocommit=True
    ) as connection:
        yield connection


def idle(connection: GuardedConnection[Any]) -> bool:
    return connection.pgconn.transaction_status == pq.TransactionStatus.IDLE


def role(connection: GuardedConnection[Any]) -> object:
    with connection.setting_up():
        (found,) = connection.execute("SELECT current_setting('role')").fetchone()
        return found


def people(world: World) -> int:
    return int(world.database.execute("SELECT count(*) FROM crm.customer")[0][0])


def taken(world: World) -> int:
    ((last, called),) = world.database.execute("SELECT last_value, is_called FROM public.seen")
    return int(last) if called else 0


def test_each_statement_stands_under_a_ticket_and_leaves_nothing(
    world: World, client: GuardedConnection[Any]
) -> None:
    with WORK:
        for prepare in (False, True, True):
            assert client.execute(COUNT, prepare=prepare).fetchone() == (people(world),)
            assert idle(client)
        assert role(client) == "none"
        assert str(client.execute("SELECT current_user").fetchone()[0]).endswith("_contract")  # type: ignore[index]
    with pytest.raises(ContextMissing):
        client.execute(COUNT)
    assert idle(client)


def test_what_is_written_is_committed_and_what_fails_is_not(world: World, client: GuardedConnection[Any]) -> None:
    before = people(world)
    insert = "INSERT INTO crm.customer (id, email) VALUES (%s, 'new@example.org')"
    with WORK:
        client.execute(insert, (990001,))
        assert people(world) == before + 1 and idle(client)
        with pytest.raises(psycopg.errors.UniqueViolation):
            client.execute(insert, (990001,))
        assert idle(client) and role(client) == "none"
        client.cursor().executemany(insert, [(990002,), (990003,)])
        assert people(world) == before + 3 and idle(client)
        with pytest.raises(psycopg.errors.UniqueViolation):
            client.cursor().executemany(insert, [(990004,), (990001,)])
        assert people(world) == before + 3 and idle(client), "one transaction: all of it, or nothing"
        client.execute("DELETE FROM crm.customer WHERE id > 990000")
    assert people(world) == before


def test_a_refused_statement_is_not_sent_and_leaves_nothing(client: GuardedConnection[Any]) -> None:
    with WORK:
        client.execute(COUNT)
        for sql in ("SELECT * FROM marketing.subscriber", "SELECT 1; SELECT id FROM hr.employee", "COMMIT", "VACUUM",
                    "BEGIN", "SET ROLE none", "SELECT 1; COMMIT; SELECT count(*) FROM crm.customer", "SELEC"):
            with pytest.raises(GuardError):
                client.execute(sql)
            assert idle(client), sql
        assert client.execute("SELECT 1; SELECT 2").fetchone() == (1,)
        assert idle(client) and role(client) == "none"


@pytest.mark.parametrize("last", [b"SET LOCAL ROLE nobody_at_all", b"SELECT 1/0"])
def test_where_the_activation_fails_nothing_runs(
    world: World, alone: GuardedConnection[Any], last: bytes
) -> None:
    with WORK:
        alone.execute(SEEN)
        before = taken(world)
        alone.execute(SEEN)
        assert taken(world) == before + 1, "the control"
        for ticket in list(alone.guard.tickets._kept.values()):
            assert ticket.setting is not None
            ticket.setting = (ticket.setting[0], last)
        with pytest.raises((GuardError, psycopg.Error)):
            alone.execute(SEEN)
    assert taken(world) == before + 1
    assert idle(alone)


def test_what_needs_an_open_transaction_is_refused_and_works_in_a_block(client: GuardedConnection[Any]) -> None:
    def stream() -> object:
        return list(client.cursor().stream(COUNT))

    def copy() -> object:
        with client.cursor().copy("COPY (SELECT count(*) FROM crm.customer) TO STDOUT") as rows:
            return list(rows)

    def server_cursor() -> object:
        with client.cursor("mine") as cursor:
            return cursor.execute(COUNT).fetchall()

    def pipeline() -> object:
        with client.pipeline():
            return client.execute(COUNT).fetchall()

    for attempt in (stream, copy, server_cursor, pipeline):
        with WORK:
            with pytest.raises(ContextEscape) as refusal:
                attempt()
            assert refusal.value.code == "SG230" and idle(client)
            with client.transaction():
                assert attempt()
            assert idle(client)


def test_a_block_is_one_transaction(world: World, client: GuardedConnection[Any]) -> None:
    before = people(world)
    with WORK:
        with suppress(ZeroDivisionError), client.transaction():
            client.execute("INSERT INTO crm.customer (id, email) VALUES (990009, 'n@example.org')")
            client.execute(COUNT)
            assert not idle(client)
            raise ZeroDivisionError
        assert people(world) == before
        client.execute(COUNT)
        assert idle(client)


def test_an_interrupted_statement_leaves_no_transaction_to_the_next(
    world: World, client: GuardedConnection[Any]
) -> None:
    with WORK:
        client.execute(COUNT)
        timer = Timer(0.3, client.cancel)
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            client.execute("SELECT count(*) FROM crm.customer, LATERAL pg_sleep(5)")
        timer.join()
        assert idle(client) and role(client) == "none"
        timer = Timer(0.3, lambda: world.database.execute(
            "SELECT pg_terminate_backend(%s)", client.info.backend_pid))
        timer.start()
        with pytest.raises(psycopg.OperationalError):
            client.execute("SELECT count(*) FROM crm.customer, LATERAL pg_sleep(5)")
        timer.join()
        assert client.closed


async def test_a_cancelled_task_leaves_no_transaction_to_the_next(world: World, guard: Guard) -> None:
    dsn = world.database.dsn(f"{world.name}_app")
    connection = await GuardedAsyncConnection.connect(dsn, policy=guard, autocommit=True)
    with WORK:
        assert await (await connection.execute(COUNT)).fetchone() == (people(world),)
        assert connection.pgconn.transaction_status == pq.TransactionStatus.IDLE
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await connection.execute("SELECT count(*) FROM crm.customer, LATERAL pg_sleep(5)")
        assert connection.closed or connection.pgconn.transaction_status == pq.TransactionStatus.IDLE
    await connection.close()


@pytest.mark.parametrize("mode", ["strict", "strict_transaction"])
def test_nothing_is_committed_that_is_not_on_record(world: World, mode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard(world.policy, audit=mode)
    before = people(world)
    with connect(world.database.dsn(f"{world.name}_app"), policy=guard, autocommit=True) as client, WORK:
        client.execute(COUNT)
        assert client._recorder is not None
        writer = client._recorder.writer
        client._state.guard.tickets.begin_anew()

        def lost(receipt: Any) -> None:
            raise AuditUnavailable("SG601", "the log is gone")

        monkeypatch.setattr(writer, "await_receipt", lost)
        with pytest.raises(AuditUnavailable):
            client.execute("INSERT INTO crm.customer (id, email) VALUES (990010, 'n@example.org')")
        monkeypatch.undo()
        assert client.closed
    guard.close()
    assert people(world) == before
