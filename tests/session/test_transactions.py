"""However a transaction begins on a guarded psycopg connection, it begins under a ticket."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel, sql

from sminion_guard import connect, processing
from sminion_guard.errors import ContextEscape, ContextMissing, PurposeViolation
from sminion_guard.session import GuardedConnection
from tests.session.shop import PEOPLE, Shop, one
from tests.session.unrecorded import Unrecorded

Connection = GuardedConnection[Any]
WHO = "SELECT current_user::text, current_setting('sminion.token')"
CUSTOMERS = "SELECT count(*) FROM crm.customer"


def work(purpose: str = "contract", reason: str = "ticket 1", **more: Any) -> processing:
    return processing(purpose, actor="agent:17", reason=reason, **more)


def test_without_a_purpose_nothing_of_anybody_is_executed(connection: Connection) -> None:
    with pytest.raises(ContextMissing) as refusal:
        connection.execute(CUSTOMERS)
    assert refusal.value.code == "SG218"
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_statement_runs_as_its_compartment_under_its_ticket(shop: Shop, connection: Connection) -> None:
    with work():
        role, token = connection.execute(WHO).fetchone()
        assert one(connection, CUSTOMERS) == PEOPLE
    assert role == f"{shop.name}_contract"
    assert shop.ticket(token) == (f"{shop.name}_all", "contract", "agent:17", "ticket 1")


def test_the_ticket_is_kept_and_shared(shop: Shop, connection: Connection) -> None:
    tokens = set()
    for _ in range(3):
        with work(reason="shared"), connection.transaction():
            tokens.add(connection.execute(WHO).fetchone()[1])
    with work(reason="not shared"), connection.transaction():
        tokens.add(connection.execute(WHO).fetchone()[1])
    assert len(tokens) == 2


def test_a_transaction_refuses_the_statements_of_another_context(connection: Connection) -> None:
    with work():
        connection.execute("SELECT 1")
        for other in (work("marketing"), work(reason="ticket 2")):
            with other, pytest.raises(ContextEscape) as refusal:
                connection.execute("SELECT 1")
            assert refusal.value.code == "SG231"
        assert one(connection, "SELECT 1") == 1
        connection.commit()
        with work("marketing"):
            assert one(connection, "SELECT current_user").endswith("_marketing")


def test_a_transaction_goes_on_in_an_equal_context_and_not_outside_of_any(connection: Connection) -> None:
    with work():
        connection.execute("SELECT 1")
    with pytest.raises(ContextMissing):
        connection.execute("SELECT 1")
    with work():
        assert one(connection, CUSTOMERS) == PEOPLE


def test_a_transaction_may_be_ended_outside_of_its_context(connection: Connection) -> None:
    with work():
        connection.execute("SELECT 1")
    connection.commit()
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_after_its_transaction_a_connection_is_clean(connection: Connection) -> None:
    for end in (connection.commit, connection.rollback):
        with work():
            connection.execute("SELECT 1")
            end()
        with connection.setting_up():
            clean = "SELECT current_user = session_user, current_setting('sminion.token')"
            found = connection.execute(clean).fetchone()
        connection.rollback()
        assert found == (True, "")


def test_blocks_and_savepoints_keep_the_ticket(connection: Connection) -> None:
    with work(), connection.transaction():
        with pytest.raises(psycopg.errors.DivisionByZero), connection.transaction():
            connection.execute("SELECT 1 / 0")
        assert one(connection, CUSTOMERS) == PEOPLE
        with connection.transaction(force_rollback=True):
            assert one(connection, CUSTOMERS) == PEOPLE
        assert one(connection, CUSTOMERS) == PEOPLE


def test_a_block_that_could_not_begin_leaves_no_trace(connection: Connection) -> None:
    with pytest.raises(ContextMissing), connection.transaction():
        pytest.fail("it began")
    with work():
        with connection.transaction():
            assert one(connection, CUSTOMERS) == PEOPLE
        connection.execute("SELECT 1")
        connection.commit()


def test_set_transaction_may_come_first_as_postgresql_wants_it(connection: Connection) -> None:
    with work():
        connection.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        connection.execute(sql.SQL("set local transaction read only"))
        with connection.transaction():
            assert one(connection, CUSTOMERS) == PEOPLE
        with pytest.raises(psycopg.errors.DivisionByZero), connection.transaction():
            connection.execute("SELECT 1 / 0")
        assert one(connection, CUSTOMERS) == PEOPLE
        assert one(connection, "SHOW transaction_isolation") == "serializable"
        assert one(connection, "SHOW transaction_read_only") == "on"
        connection.rollback()


def test_a_rolled_back_savepoint_after_set_transaction_does_not_take_the_ticket_away(connection: Connection) -> None:
    with work():
        connection.execute("SET TRANSACTION READ ONLY")
        with connection.transaction(force_rollback=True):
            connection.execute("SELECT 1")
        assert one(connection, CUSTOMERS) == PEOPLE
        connection.rollback()


def test_set_transaction_needs_a_purpose_too(connection: Connection) -> None:
    with pytest.raises(ContextMissing):
        connection.execute("SET TRANSACTION READ ONLY")


def test_the_characteristics_of_the_connection_are_those_of_its_transactions(connection: Connection) -> None:
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    with work():
        assert one(connection, "SHOW transaction_isolation") == "repeatable read"
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("INSERT INTO sales.orders (customer_id) VALUES (1)")


def test_a_ticket_can_be_opened_where_sessions_are_read_only_by_default(shop: Shop, guard: Any) -> None:
    options = "-c default_transaction_read_only=on"
    with GuardedConnection.connect(shop.dsn(), policy=guard, options=options) as connection, work(reason="read only"):
        assert one(connection, CUSTOMERS) == PEOPLE


def test_in_autocommit_each_statement_is_a_transaction_and_a_block_is_one(connection: Connection) -> None:
    connection.autocommit = True
    with work():
        assert one(connection, CUSTOMERS) == PEOPLE
        connection.execute(" ; ")  # what pools ping with
        with connection.transaction():
            assert one(connection, CUSTOMERS) == PEOPLE


def test_the_ticket_is_opened_before_set_transaction_and_not_inside(shop: Shop, connection: Connection) -> None:
    before = shop.tickets("agent:deferred")
    with processing("contract", actor="agent:deferred", reason="ticket 1"):
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert one(connection, "SHOW transaction_isolation") == "repeatable read"
        connection.rollback()
    assert shop.tickets("agent:deferred") == before + 1


def test_a_two_phase_transaction_is_committed_by_who_prepared_it(shop: Shop, connection: Connection) -> None:
    before = shop.database.execute("SELECT count(*) FROM sales.orders WHERE note = 'two-phase'")[0][0]
    with work():
        connection.tpc_begin(f"{shop.name}-1")
        connection.execute("INSERT INTO sales.orders (customer_id, note) VALUES (1, 'two-phase')")
        connection.tpc_prepare()
        connection.tpc_commit()
        connection.tpc_begin(f"{shop.name}-2")
        connection.execute("INSERT INTO sales.orders (customer_id, note) VALUES (1, 'two-phase')")
        connection.tpc_rollback()
    assert shop.database.execute("SELECT count(*) FROM sales.orders WHERE note = 'two-phase'")[0][0] == before + 1
    shop.database.execute("DELETE FROM sales.orders WHERE note = 'two-phase'")  # others count the rows of this shop


def test_a_two_phase_transaction_that_could_not_begin_leaves_no_trace(shop: Shop, connection: Connection) -> None:
    with pytest.raises(ContextMissing):
        connection.tpc_begin(f"{shop.name}-3")
    with work():
        assert one(connection, CUSTOMERS) == PEOPLE


def test_setting_up_is_not_a_way_round_inside_a_transaction(connection: Connection) -> None:
    with work():
        connection.execute("SELECT 1")
        with pytest.raises(ContextEscape), connection.setting_up():
            pytest.fail("it was set up")


def test_what_runs_while_setting_up_reads_nothing_and_its_transaction_serves_nobody(connection: Connection) -> None:
    with connection.setting_up():
        assert one(connection, "SELECT current_user = session_user") is True
    with work(), pytest.raises(ContextEscape):
        connection.execute("SELECT 1")
    connection.rollback()
    with connection.setting_up(), pytest.raises(PurposeViolation, match="permission denied for schema crm"):
        connection.execute(CUSTOMERS)
    connection.rollback()


@pytest.mark.parametrize("statement", ["COMMIT", "COMMIT AND CHAIN", "ROLLBACK", "BEGIN", "PREPARE TRANSACTION 'x'"])
def test_a_transaction_is_not_ended_in_sql(connection: Connection, statement: str) -> None:
    with work():
        connection.execute("SELECT 1")
        with pytest.raises(ContextEscape) as refusal:
            connection.execute(statement)
        assert refusal.value.code == "SG106"
        assert one(connection, CUSTOMERS) == PEOPLE


def test_a_transaction_that_was_ended_in_sql_does_not_carry_on_its_ticket(shop: Shop, unrecorded: Unrecorded) -> None:
    with connect(shop.dsn(), policy=unrecorded) as told, work():
        told.execute("SELECT 1")
        told.execute("COMMIT")
        assert one(told, CUSTOMERS) == PEOPLE
        told.execute("COMMIT AND CHAIN")
        with pytest.raises(PurposeViolation, match="permission denied for schema crm"):
            told.execute(CUSTOMERS)
