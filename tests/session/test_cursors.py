"""Whatever psycopg sends statements with, it goes through the one door."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.types import TypeInfo

from sminion_guard import connect, processing
from sminion_guard.errors import ContextEscape, ContextMissing, DataNotNeeded
from sminion_guard.session import GuardedConnection
from tests.session.shop import PEOPLE, Shop, one
from tests.session.unrecorded import Unrecorded

Connection = GuardedConnection[Any]
CUSTOMERS = "SELECT id FROM crm.customer ORDER BY id"
CLOSED = "SELECT born_on FROM crm.customer"


def work(purpose: str = "contract") -> processing:
    return processing(purpose, actor="agent:17", reason="ticket 1")


def copied(connection: Connection, statement: str) -> list[bytes]:
    with connection.cursor().copy(statement) as copy:
        return [bytes(data) for data in copy]


def test_copy_goes_through_the_door(connection: Connection) -> None:
    with pytest.raises(ContextMissing):
        copied(connection, f"COPY ({CUSTOMERS}) TO STDOUT")
    with work():
        assert len(copied(connection, f"COPY ({CUSTOMERS}) TO STDOUT")) == PEOPLE
        with pytest.raises(DataNotNeeded):
            copied(connection, f"COPY ({CLOSED}) TO STDOUT")


def test_rows_are_not_copied_into_protected_tables_because_postgresql_cannot(connection: Connection) -> None:
    with work(), pytest.raises(psycopg.errors.FeatureNotSupported, match="row-level security"):
        copied(connection, "COPY sales.orders (customer_id, note) FROM STDIN")


def test_stream_goes_through_the_door(connection: Connection) -> None:
    with pytest.raises(ContextMissing):
        list(connection.cursor().stream(CUSTOMERS))
    with work():
        assert len(list(connection.cursor().stream(CUSTOMERS))) == PEOPLE
        with pytest.raises(DataNotNeeded):
            list(connection.cursor().stream(CLOSED))


def test_executemany_goes_through_the_door(connection: Connection) -> None:
    insert = "INSERT INTO sales.orders (customer_id, note) VALUES (%s, %s)"
    with pytest.raises(ContextMissing):
        connection.cursor().executemany(insert, [(1, "many")])
    with work(), connection.cursor() as cursor:
        cursor.executemany(insert, [(1, "many"), (2, "many")])
        assert cursor.rowcount == 2
        connection.rollback()


def test_a_pipeline_goes_through_the_door(connection: Connection) -> None:
    with connection.pipeline(), pytest.raises(ContextMissing):
        connection.execute(CUSTOMERS)
    with work(), connection.pipeline():
        first, second = connection.execute(CUSTOMERS), connection.execute("SELECT current_user")
        assert len(first.fetchall()) == PEOPLE
        assert second.fetchone()[0].endswith("_contract")
        with work("marketing"), pytest.raises(ContextEscape):
            connection.execute(CUSTOMERS)
        connection.commit()
        with work("marketing"):
            assert one(connection, "SELECT count(*) FROM marketing.subscriber") == PEOPLE


def test_a_refusal_in_a_pipeline_arrives_as_one_and_the_pipeline_can_be_left(connection: Connection) -> None:
    with work():
        with pytest.raises(DataNotNeeded), connection.pipeline():
            connection.execute(CLOSED).fetchall()
        connection.rollback()
        assert len(connection.execute(CUSTOMERS).fetchall()) == PEOPLE


def test_a_transaction_block_in_a_pipeline_has_a_ticket(connection: Connection) -> None:
    with work(), connection.pipeline(), connection.transaction():
        assert len(connection.execute(CUSTOMERS).fetchall()) == PEOPLE


def test_a_server_side_cursor_releases_nothing_in_another_context(connection: Connection) -> None:
    with pytest.raises(ContextMissing):
        connection.cursor("c").execute(CUSTOMERS)
    with work(), connection.cursor("c", scrollable=True) as cursor:
        cursor.execute(CUSTOMERS)
        assert cursor.fetchmany(2) == [(1,), (2,)]
        with work("marketing"):
            for release in (cursor.fetchone, cursor.fetchall, lambda: cursor.scroll(1), lambda: next(iter(cursor))):
                with pytest.raises(ContextEscape):
                    release()
        assert cursor.fetchone() == (3,)


def test_a_cursor_that_would_outlive_its_transaction_is_refused(
    shop: Shop, connection: Connection, unrecorded: Unrecorded
) -> None:
    with work(), pytest.raises(ContextEscape) as refusal:
        connection.cursor("held", withhold=True).execute(CUSTOMERS)
    assert refusal.value.code == "SG106"
    with work(), connect(shop.dsn(), policy=unrecorded) as told:
        told.cursor("held", withhold=True).execute(CUSTOMERS)
        with pytest.raises(ContextEscape) as refusal:
            told.commit()
    assert refusal.value.code == "SG209"


@pytest.mark.parametrize("kind", [psycopg.ClientCursor, psycopg.RawCursor])
def test_a_cursor_factory_gets_the_guard_mixed_in(connection: Connection, kind: type[Any]) -> None:
    connection.cursor_factory = kind
    with pytest.raises(ContextMissing):
        connection.execute(CUSTOMERS)
    with work():
        cursor = connection.execute(CUSTOMERS)
        assert isinstance(cursor, kind)
        assert len(cursor.fetchall()) == PEOPLE


def test_a_cursor_of_a_foreign_class_is_refused(connection: Connection) -> None:
    with work(), pytest.raises(ContextEscape) as refusal:
        psycopg.Cursor(connection).execute(CUSTOMERS)
    assert refusal.value.code == "SG233"


def test_types_are_looked_up_while_setting_up(connection: Connection) -> None:
    with connection.setting_up():
        assert TypeInfo.fetch(connection, "int8").oid == 20
    connection.rollback()


def test_one_connection_that_alternates_keeps_its_prepared_statements_apart(shop: Shop, connection: Connection) -> None:
    statement = "SELECT count(*) FROM crm.customer WHERE id = %s"
    connection.prepare_threshold = 0
    for purpose in ("contract", "accounting") * 2:
        with work(purpose), connection.transaction():
            assert one(connection, statement, 1) == 1
    with connection.setting_up():
        names = connection.execute(
            "SELECT statement, count(*) FROM pg_prepared_statements WHERE statement LIKE %s GROUP BY 1",
            ["SELECT count(*) FROM crm.customer%"],
        ).fetchall()
    connection.rollback()
    assert names == [(statement.replace("%s", "$1"), 2)]
