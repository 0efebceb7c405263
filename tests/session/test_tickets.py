"""The life of tickets: opened, shared, expired, revoked, overtaken by another policy."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest

from sminion_guard import connect, processing
from sminion_guard.errors import TicketRefused
from sminion_guard.session import Guard, GuardedConnection
from sminion_guard.session.tickets.cache import TicketCache
from tests.session.shop import PEOPLE, Shop, one
from tests.session.unrecorded import Unrecorded

Connection = GuardedConnection[Any]
CUSTOMERS = "SELECT count(*) FROM crm.customer"
TOKEN = "SELECT current_setting('sminion.token')"


def work(purpose: str = "contract", actor: str = "agent:17", **more: Any) -> processing:
    return processing(purpose, actor=actor, reason="ticket 1", **more)


def live(shop: Shop, seconds: float) -> None:
    """How long tickets live from now on; the policy file knows nothing shorter than a minute."""
    shop.database.execute("UPDATE sminion.policy SET ticket_lifetime = make_interval(secs => %s)", seconds)


def test_a_ticket_says_what_the_context_says(shop: Shop, connection: Connection) -> None:
    context = work("rectification", "agent:all", unit="complaints", basis_ref="letter 12", subject=7)
    with context, connection.transaction():
        number = one(connection, TOKEN).split(".")[0]
        assert one(connection, CUSTOMERS) == 1
    row = shop.database.execute(
        "SELECT purpose, actor, reason, unit, basis_ref, subject FROM sminion.ticket WHERE id = %s", number
    )
    assert row == [("rectification", "agent:all", "ticket 1", "complaints", "letter 12", "7")]


def test_what_a_context_says_cannot_be_sql(shop: Shop, connection: Connection) -> None:
    actor = "o'brien\\'; DROP TABLE sminion.ticket; --"
    with work(actor=actor), connection.transaction():
        assert shop.ticket(one(connection, TOKEN))[2] == actor


def test_a_ticket_about_to_expire_is_replaced_before_it_does(own_shop: Shop) -> None:
    class Clock:
        now = 0.0

        def __call__(self) -> float:
            return self.now

    clock = Clock()
    with connect(own_shop.dsn(), policy=Guard(own_shop.policy, tickets=TicketCache(clock))) as connection, work():
        first = one(connection, TOKEN)
        connection.commit()
        clock.now = 15 * 60 - 61
        assert one(connection, TOKEN) == first
        connection.commit()
        clock.now = 15 * 60 - 59
        assert one(connection, TOKEN) != first


def test_a_ticket_that_expired_unnoticed_is_replaced_once(own_shop: Shop) -> None:
    # A clock that stands still, as ours does while a laptop sleeps.
    guard = Guard(own_shop.policy, tickets=TicketCache(lambda: 0.0))
    live(own_shop, 0.3)
    with connect(own_shop.dsn(), policy=guard) as connection, work():
        first = one(connection, TOKEN)
        connection.commit()
        own_shop.database.execute("SELECT pg_sleep(0.4)")
        assert one(connection, TOKEN) != first
        connection.commit()
    assert own_shop.tickets("agent:17") == 2


def test_a_ticket_that_expires_within_a_transaction_ends_it_and_the_next_one_works(own_shop: Shop) -> None:
    guard = Guard(own_shop.policy, tickets=TicketCache(lambda: 0.0))
    live(own_shop, 0.3)
    with connect(own_shop.dsn(), policy=guard) as connection, work():
        assert one(connection, CUSTOMERS) == PEOPLE
        own_shop.database.execute("SELECT pg_sleep(0.4)")
        with pytest.raises(TicketRefused) as refusal:
            connection.execute(CUSTOMERS)
        assert refusal.value.code == "SG204"
        connection.rollback()
        assert one(connection, CUSTOMERS) == PEOPLE


def test_a_ticket_that_is_born_expired_is_refused_and_not_tried_for_ever(own_shop: Shop) -> None:
    live(own_shop, 0.000001)
    with connect(own_shop.dsn(), policy=Guard(own_shop.policy)) as connection, work():
        with pytest.raises(TicketRefused) as refusal:
            connection.execute("SELECT 1")
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert refusal.value.code == "SG204"
    assert own_shop.tickets("agent:17") == 1


def test_a_revoked_access_ends_and_is_not_opened_anew(shop: Shop, guard: Guard, connection: Connection) -> None:
    with work(actor="agent:revoked"):
        number = one(connection, TOKEN).split(".")[0]
        shop.database.execute("SELECT sminion.revoke_ticket(%s, 'he left')", number)
        with pytest.raises(TicketRefused) as refusal:
            connection.execute(CUSTOMERS)
        assert refusal.value.code == "SG205"
        connection.rollback()
        with connect(shop.dsn(), policy=guard) as other:
            for _ in range(2):
                with pytest.raises(TicketRefused, match="ended by an officer"):
                    other.execute("SELECT 1")
    assert shop.tickets("agent:revoked") == 1
    with work(actor="agent:still here"):
        assert one(connection, CUSTOMERS) == PEOPLE


def test_a_ticket_revoked_between_transactions_begins_none(shop: Shop, connection: Connection) -> None:
    with work(actor="agent:left"):
        number = one(connection, TOKEN).split(".")[0]
        connection.commit()
        shop.database.execute("SELECT sminion.revoke_ticket(%s, 'he left')", number)
        for _ in range(2):
            with pytest.raises(TicketRefused) as refusal:
                connection.execute("SELECT 1")
            assert refusal.value.code == "SG205"
    assert shop.tickets("agent:left") == 1


def test_the_server_wants_the_schemas_named_where_a_purpose_has_several_compartments(
    shop: Shop, connection: Connection, unrecorded: Unrecorded
) -> None:
    with connect(shop.dsn(), policy=unrecorded) as told, work("audit_books"), pytest.raises(TicketRefused) as refusal:
        told.execute("SELECT 1")
    assert refusal.value.code == "SG213"
    with work("audit_books", schemas=["sales"]):
        assert one(connection, "SELECT count(DISTINCT customer_id) FROM sales.orders") == PEOPLE
        connection.commit()
    with work("audit_books", schemas=["marketing"]):
        assert one(connection, "SELECT count(*) FROM marketing.subscriber") == PEOPLE


@pytest.mark.parametrize(
    ("login", "purpose", "code"),
    [("app", "marketing", "SG212"), ("app", "nonsense", "SG212"), ("all", "rectification", "SG214")],
)
def test_what_gets_no_ticket_is_told_why(shop: Shop, guard: Guard, login: str, purpose: str, code: str) -> None:
    with connect(shop.dsn(login), policy=guard) as connection, work(purpose):
        with pytest.raises(TicketRefused) as refusal:
            connection.execute("SELECT 1")
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert refusal.value.code == code
    assert isinstance(refusal.value.__cause__, psycopg.Error)


def test_a_ticket_is_on_disk_even_where_the_session_does_not_wait_for_that(shop: Shop, guard: Guard) -> None:
    # A DEFAULT of the ticket's row is evaluated in the transaction that opens it.
    options = "-c synchronous_commit=off"
    with shop.database.ddl_guard_suspended():
        shop.database.execute(
            "ALTER TABLE sminion.ticket ADD COLUMN durable text DEFAULT current_setting('synchronous_commit')"
        )
        try:
            with connect(shop.dsn(), policy=guard, options=options) as connection, work(actor="agent:durable"):
                assert one(connection, "SHOW synchronous_commit") == "off"
            found = shop.database.execute("SELECT durable FROM sminion.ticket WHERE actor = 'agent:durable'")
        finally:
            shop.database.execute("ALTER TABLE sminion.ticket DROP COLUMN durable")
    assert found == [("on",)]


def test_threads_that_begin_at_once_get_each_a_good_ticket(shop: Shop, guard: Guard) -> None:
    barrier, seen = Barrier(4), []

    def run(number: int) -> None:
        with connect(shop.dsn(), policy=guard) as connection, work(actor=f"thread {number % 2}"):
            barrier.wait()
            for _ in range(20):
                with connection.transaction():
                    seen.append((one(connection, TOKEN), f"thread {number % 2}"))

    threads = [Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 80
    assert {(token, shop.ticket(token)[2]) for token, _ in seen} == set(seen)
    assert shop.tickets("thread 0") <= 2


def test_tickets_of_one_guard_are_those_of_one_login(shop: Shop, guard: Guard, connection: Connection) -> None:
    with connect(shop.dsn("app"), policy=guard) as other, work():
        tokens = {one(connection, TOKEN), one(other, TOKEN)}
    assert {shop.ticket(token)[0] for token in tokens} == {f"{shop.name}_all", f"{shop.name}_app"}
