"""Attack: BEGIN, activation and the first statement are one message. Let the activation fail, and see whether the
statement runs all the same: as the login, outside of any compartment, or twice.

A sequence tells: what `nextval` took, no rollback gives back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from threading import Timer
from typing import Any

import psycopg
import pytest
from psycopg import pq

from sminion_guard import GuardedAsyncConnection, connect, processing
from sminion_guard.errors import GuardError
from sminion_guard.session import GuardedConnection
from sminion_guard.session.psycopg.exchange import flush
from sminion_guard.session.tickets.cache import Ticket
from tests.session.unrecorded import Unrecorded
from tests.world import World

COUNT = "SELECT nextval('public.seen')"
WORK = processing("contract", actor="agent:1", reason="attack")


@pytest.fixture
def guard(world: World) -> Iterator[Unrecorded]:
    """Without the analyzer, so that the server alone decides."""
    world.database.execute("CREATE SEQUENCE IF NOT EXISTS public.seen")
    world.database.execute("GRANT USAGE ON SEQUENCE public.seen TO PUBLIC")
    yield Unrecorded(world.policy)


@pytest.fixture
def client(world: World, guard: Unrecorded) -> Iterator[GuardedConnection[Any]]:
    with connect(world.database.dsn(f"{world.name}_app"), policy=guard) as connection:
        yield connection


def taken(world: World) -> int:
    """How often the statement was executed."""
    ((last, called),) = world.database.execute("SELECT last_value, is_called FROM public.seen")
    return int(last) if called else 0


def spoil(guard: Unrecorded, change: Callable[[Ticket], None]) -> None:
    """Change the tickets that are kept."""
    for ticket in list(guard.tickets._kept.values()):
        change(ticket)


def forged(ticket: Ticket) -> None:
    ticket.entering = b"SELECT sminion.enter('1.forged.x')"
    ticket.taken_at = float("-inf")


def of_no_role(ticket: Ticket) -> None:
    assert ticket.setting is not None
    ticket.setting = (ticket.setting[0], b"SET LOCAL ROLE nobody_at_all")


def of_another_role(ticket: Ticket) -> None:
    assert ticket.setting is not None
    ticket.setting = (ticket.setting[0], b"SET LOCAL ROLE sminion_owner")


def that_divides(ticket: Ticket) -> None:
    assert ticket.setting is not None
    ticket.setting = (*ticket.setting, b"SELECT 1/0")


def that_ends_it(ticket: Ticket) -> None:
    assert ticket.setting is not None
    ticket.setting = (b"SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())", *ticket.setting)


@pytest.mark.parametrize("prepare", [False, True])
@pytest.mark.parametrize("change", [of_no_role, that_divides, that_ends_it])
def test_after_an_activation_that_failed_nothing_runs(
    world: World, guard: Unrecorded, client: GuardedConnection[Any], change: Any, prepare: bool
) -> None:
    with WORK:
        client.execute(COUNT, prepare=prepare)
        client.commit()
        before = taken(world)
        client.execute(COUNT, prepare=prepare)
        client.commit()
        assert taken(world) == before + 1, "the control"
        spoil(guard, change)
        with pytest.raises((GuardError, psycopg.Error)):
            client.execute(COUNT, prepare=prepare)
    assert taken(world) == before + 1


@pytest.mark.parametrize("prepare", [False, True])
@pytest.mark.parametrize("change", [forged, of_another_role])
def test_under_a_new_ticket_it_runs_exactly_once(
    world: World, guard: Unrecorded, client: GuardedConnection[Any], change: Any, prepare: bool
) -> None:
    with WORK:
        client.execute(COUNT, prepare=prepare)
        client.commit()
        before = taken(world)
        spoil(guard, change)
        client.execute(COUNT, prepare=prepare)
        role = client.execute("SELECT current_user").fetchone()
        client.commit()
    assert taken(world) == before + 1
    assert role == (next(iter(guard.tickets._kept.values())).role,)


def test_it_never_runs_as_the_login(guard: Unrecorded, client: GuardedConnection[Any]) -> None:
    """Whatever is prepared, and however the transaction before has ended."""
    with WORK:
        roles = set()
        for number in range(20):
            roles.add(client.execute("SELECT current_user::text, current_setting('sminion.token') <> ''").fetchone())
            if number % 3 == 0:
                with pytest.raises(psycopg.errors.DivisionByZero):
                    client.execute("SELECT 1/0")
            (client.commit, client.rollback)[number % 2]()
            with pytest.raises(psycopg.errors.DivisionByZero):
                client.execute("SELECT 1/0")  # the first of its transaction
            client.rollback()
    assert roles == {(next(iter(guard.tickets._kept.values())).role, True)}


def test_an_asynchronous_one_does_not_run_either(world: World, guard: Unrecorded) -> None:
    async def attack() -> None:
        dsn = world.database.dsn(f"{world.name}_app")
        async with await GuardedAsyncConnection.connect(dsn, policy=guard) as connection, WORK:
            await connection.execute(COUNT)
            await connection.commit()
            before = taken(world)
            spoil(guard, that_divides)
            with pytest.raises(psycopg.errors.DivisionByZero):
                await connection.execute(COUNT)
            assert taken(world) == before
            await connection.rollback()
            spoil(guard, lambda ticket: setattr(ticket, "setting", (ticket.setting or ())[:2]))
            await connection.execute(COUNT)
            assert taken(world) == before + 1

    asyncio.run(attack())


def test_a_server_that_runs_it_all_the_same_is_not_believed(client: GuardedConnection[Any]) -> None:
    """Such as a pooler that ends the message in between."""

    def send(*, apart: bool) -> int:
        if apart:
            client.pgconn.pipeline_sync()
        client.pgconn.send_query_params(b"SELECT 1", None)
        return 1

    held = (b"BEGIN", b"SELECT 1/0")
    error, _, answers = client.wait(flush(client, held, lambda: send(apart=False)))
    assert error is not None
    assert (error.state, answers) == ("22012", [])
    client.rollback()
    assert not client.closed, "the control"
    with pytest.raises(psycopg.Error):
        client.wait(flush(client, held, lambda: send(apart=True)))
    assert client.closed


def test_what_was_never_sent_is_not_sent_with_another_statement(
    client: GuardedConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    with WORK:
        with monkeypatch.context() as patch:
            patch.setattr(psycopg.cursor.BaseCursor, "_get_prepared", interrupted)
            with pytest.raises(KeyboardInterrupt):
                client.execute("SELECT 1")
        assert client._transaction.held, "BEGIN and the ticket were about to be sent"
        client.autocommit = True
        client.execute("")
        assert client.info.transaction_status == pq.TransactionStatus.IDLE
        client.autocommit = False
        assert client.execute("SELECT current_user <> session_user").fetchone() == (True,)


def test_a_cancelled_one_leaves_the_connection_whole(client: GuardedConnection[Any]) -> None:
    with WORK:
        Timer(0.5, client.cancel_safe).start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            client.execute("SELECT pg_sleep(30)")
        assert client.info.transaction_status == pq.TransactionStatus.INERROR
        client.rollback()
        assert client.execute("SELECT 1").fetchone() == (1,)
