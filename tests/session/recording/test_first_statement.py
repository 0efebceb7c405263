"""The row of a first statement, which may be handed in before the server has accepted its ticket, tells the truth."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from sminion_guard import connect, processing
from sminion_guard.session import Guard, GuardedConnection
from tests.session.shop import Shop

_numbers = itertools.count()
COUNT = "SELECT count(*) FROM crm.customer"


@pytest.fixture
def guard(shop: Shop) -> Iterator[Guard]:
    guard = Guard(shop.policy)
    yield guard
    guard.close()


@pytest.fixture
def conn(shop: Shop, guard: Guard) -> Iterator[GuardedConnection[Any]]:
    with connect(shop.dsn(), policy=guard) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()


def spoil(guard: Guard, last: bytes) -> None:
    """Let the next activation of the tickets that are kept end with ``last``."""
    for ticket in list(guard.tickets._kept.values()):
        assert ticket.setting is None, "of this login, whose transactions are marked"
        ticket.entering = last + b" -- " + ticket.entering.replace(b"\n", b" ")


def rows(shop: Shop, guard: Guard, actor: str) -> list[tuple[Any, ...]]:
    for services in guard._services.values():
        services.recorder.writer.flush()
    return shop.database.execute(
        "SELECT ticket, outcomes, codes, rows FROM sminion.statement_log WHERE actor = %s ORDER BY place", actor)


def test_it_is_handed_in_before_the_statement_is_sent_once_the_ticket_was_taken(
    shop: Shop, guard: Guard, conn: GuardedConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the transaction holds when its row is handed in tells whether anything was sent."""
    seen: list[bool] = []
    with processing("contract", actor=f"first:{next(_numbers)}", reason="r"):
        conn.execute(COUNT)
        conn.commit()
        services = guard.services_at(conn._home)
        assert services is not None
        announce = services.recorder.announce

        def announced(*args: Any, **kwargs: Any) -> Any:
            seen.append(bool(conn._transaction.held))
            return announce(*args, **kwargs)

        monkeypatch.setattr(type(services.recorder), "announce", lambda _, *args, **kwargs: announced(*args, **kwargs))
        conn.execute(COUNT)
        conn.commit()
        for ticket in list(guard.tickets._kept.values()):
            ticket.taken_at = float("-inf")
        conn.execute(COUNT)
        conn.commit()
    assert seen == [True, False], "before, and behind a ticket of long ago afterwards"


def test_where_the_ticket_is_refused_it_says_that_nothing_was_executed(
    shop: Shop, guard: Guard, conn: GuardedConnection[Any]
) -> None:
    actor = f"first:{next(_numbers)}"
    with processing("contract", actor=actor, reason="r"):
        conn.execute(COUNT)
        conn.commit()
        spoil(guard, b"SET LOCAL ROLE sminion_owner")  # not permitted: a new ticket is opened
        assert conn.execute(COUNT).fetchone() == (40,)
        conn.commit()
    first, failed, again = rows(shop, guard, actor)
    assert first[0] == failed[0] != again[0], "each under its own ticket"
    assert [entry[1] for entry in (first, failed, again)] == [["done"], ["failed"], ["done"]]
    assert failed[2] == ["42501"] and failed[3] is None


def test_where_it_fails_for_good_it_says_so_once(shop: Shop, guard: Guard, conn: GuardedConnection[Any]) -> None:
    actor = f"first:{next(_numbers)}"
    with processing("contract", actor=actor, reason="r"):
        conn.execute(COUNT)
        conn.commit()
        spoil(guard, b"SELECT 1/0")
        with pytest.raises(psycopg.errors.DivisionByZero):
            conn.execute(COUNT)
        conn.rollback()
        assert [entry[1:3] for entry in rows(shop, guard, actor)] == [(["done"], []), (["failed"], ["22012"])]
        spoil(guard, b"SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())")
        started = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            conn.execute(COUNT)
        assert time.monotonic() - started < 5
    assert [entry[1] for entry in rows(shop, guard, actor)][2:] == [["failed"]]


def test_what_was_not_executed_is_nothing_that_the_transaction_has_touched(
    shop: Shop, guard: Guard, conn: GuardedConnection[Any]
) -> None:
    with processing("contract", actor=f"first:{next(_numbers)}", reason="r"):
        conn.execute(COUNT)
        conn.commit()
        spoil(guard, b"SET LOCAL ROLE sminion_owner")
        conn.execute(COUNT)
        touched = conn._transaction.statements._staged.touched
        conn.execute("SELECT 1")
        assert conn._transaction.statements._staged.touched == touched != {}
