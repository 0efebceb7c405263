"""A ticket that the server has just taken is activated without asking: what becomes of it is found in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from sminion_guard import connect, processing
from sminion_guard.errors import TicketRefused
from sminion_guard.session import GuardedConnection
from sminion_guard.session.tickets.cache import TRUSTED, TicketCache
from tests.session.shop import PEOPLE, Shop, one
from tests.session.unrecorded import Unrecorded

Connection = GuardedConnection[Any]
CUSTOMERS = "SELECT count(*) FROM crm.customer"
ROLE = "SELECT current_user::text"
PREPARED = "SELECT count(*) FROM pg_prepared_statements"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bound(own_shop: Shop, clock: Clock) -> Iterator[Connection]:
    """Of a login whose purposes may all be merged, so that nothing is marked at the beginning."""
    guard = Unrecorded(own_shop.policy, tickets=TicketCache(clock))
    with connect(own_shop.dsn("app"), policy=guard) as connection:
        yield connection


def work() -> processing:
    return processing("contract", actor="agent:17", reason="ticket 1")


def test_it_is_asked_for_once_in_a_while_and_reads_the_same(bound: Connection, clock: Clock) -> None:
    with work():
        for now in (0.0, 0.1, TRUSTED, TRUSTED + 0.1, 3 * TRUSTED):
            clock.now = now
            assert one(bound, CUSTOMERS) == PEOPLE
            assert one(bound, ROLE).endswith("_contract")
            bound.commit()
            assert bound.pgconn.parameter_status(b"is_superuser") == b"off"


def test_the_role_ends_with_the_transaction(own_shop: Shop, bound: Connection) -> None:
    with work():
        for _ in range(2):
            one(bound, CUSTOMERS)
            bound.rollback()
    with bound.setting_up():
        assert one(bound, ROLE) == f"{own_shop.name}_app"
        assert one(bound, "SELECT current_setting('sminion.token', true)") in ("", None)
        bound.rollback()


def live(shop: Shop, seconds: float) -> None:
    """How long tickets live from now on; the policy file knows nothing shorter than a minute."""
    shop.database.execute("UPDATE sminion.policy SET ticket_lifetime = make_interval(secs => %s)", seconds)


def test_a_revoked_one_is_found_by_the_first_statement(own_shop: Shop, bound: Connection) -> None:
    with work():
        assert one(bound, CUSTOMERS) == PEOPLE
        bound.commit()
        own_shop.database.execute("SELECT sminion.revoke_ticket(max(id), 'he left') FROM sminion.ticket")
        with pytest.raises(TicketRefused) as refusal:
            one(bound, CUSTOMERS)
        assert refusal.value.code == "SG205"


def test_an_expired_one_is_found_by_the_first_statement_and_the_next_transaction_works(
    own_shop: Shop, bound: Connection
) -> None:
    live(own_shop, 0.3)  # our clock stands still, as it does while a laptop sleeps
    with work():
        assert one(bound, CUSTOMERS) == PEOPLE
        bound.commit()
        own_shop.database.execute("SELECT pg_sleep(0.4)")
        with pytest.raises(TicketRefused) as refusal:
            one(bound, CUSTOMERS)
        assert refusal.value.code == "SG204"
        bound.rollback()
        assert one(bound, CUSTOMERS) == PEOPLE
    assert own_shop.tickets("agent:17") == 2


def test_after_a_while_an_expired_one_is_replaced_without_a_word(
    own_shop: Shop, bound: Connection, clock: Clock
) -> None:
    live(own_shop, 3 * TRUSTED)
    with work():
        assert one(bound, CUSTOMERS) == PEOPLE
        bound.commit()
        own_shop.database.execute("SELECT pg_sleep(%s)", 3.1 * TRUSTED)
        clock.now += 2 * TRUSTED
        assert one(bound, CUSTOMERS) == PEOPLE
    assert own_shop.tickets("agent:17") == 2


def test_a_login_whose_transactions_are_marked_asks_each_time(own_shop: Shop) -> None:
    with connect(own_shop.dsn("all"), policy=Unrecorded(own_shop.policy)) as connection, work():
        for _ in range(3):
            assert one(connection, CUSTOMERS) == PEOPLE
            ticket = connection._transaction.ticket
            assert ticket is not None and ticket.setting is None
            connection.commit()


def test_prepared_statements_outlive_a_rollback_without_error_and_no_other(bound: Connection) -> None:
    def prepared() -> int:
        with bound.setting_up():
            found = int(one(bound, PREPARED))
            bound.commit()
        return found

    with work():
        for _ in range(8):
            one(bound, "SELECT count(*) FROM crm.customer WHERE id < %s", 100)
            bound.rollback()
        assert prepared() >= 1
        with pytest.raises(psycopg.errors.DivisionByZero):
            bound.execute("SELECT 1 / 0 FROM crm.customer")
        bound.rollback()
        one(bound, CUSTOMERS)
        bound.commit()
        assert prepared() == 0
