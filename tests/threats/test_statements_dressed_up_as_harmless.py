# ruff: noqa: E501 - an attack stands on one line, as it is sent
"""Attack: without a purpose, send something that looks like the `SELECT 1` of a health check, and reads or does more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from sminion_guard import connect, processing
from sminion_guard.errors import ContextMissing
from sminion_guard.session import Guard, GuardedConnection
from tests.unit.analyzer.test_harmless import DRESSED
from tests.world import World

BLANK = {"", ";"}
"""These are sent as they are, as a ping: the server does nothing."""


@pytest.fixture(scope="module")
def guard(world: World) -> Iterator[Guard]:
    guard = Guard(world.policy)
    yield guard
    guard.close()


@pytest.fixture
def client(world: World, guard: Guard) -> Iterator[GuardedConnection[Any]]:
    """Of the login whose purposes are all compatible."""
    with connect(world.database.dsn(f"{world.name}_app"), policy=guard) as connection:
        yield connection


def sent(connection: GuardedConnection[Any], text: str) -> None:
    raw = text.replace("%", "%%")
    numbered = raw.replace("$1", "%s")
    connection.execute(numbered, ["1"] if numbered != raw else None)


def test_nothing_of_it_is_sent_at_the_beginning_or_later(client: GuardedConnection[Any]) -> None:
    assert client.execute("SELECT 1").fetchone() == (1,), "the control"
    client.rollback()
    for text in DRESSED:
        if text in BLANK or text == "SELECT %s":
            continue
        with pytest.raises(ContextMissing):
            sent(client, text)
        assert client.info.transaction_status == psycopg.pq.TransactionStatus.IDLE, text
        client.execute("SELECT 1")
        with pytest.raises(ContextMissing):
            sent(client, text)
        client.rollback()


def test_other_ways_to_send_need_a_purpose_even_for_harmless_texts(client: GuardedConnection[Any]) -> None:
    with pytest.raises(ContextMissing), client.transaction():
        pytest.fail("it began")
    with pytest.raises(ContextMissing), client.cursor().copy("COPY (SELECT 1) TO STDOUT"):
        pytest.fail("it was copied")
    with pytest.raises(ContextMissing), client.cursor("c") as cursor:
        cursor.execute("SELECT 1")
    with pytest.raises(ContextMissing), client.cursor("c", withhold=True) as cursor:
        cursor.execute("SELECT 1")
    client.execute("SELECT 1")
    with pytest.raises(ContextMissing), client.cursor("d") as cursor:
        cursor.execute("SELECT 1")
    client.rollback()
    with pytest.raises(ContextMissing):
        client.tpc_begin(client.xid(1, "a", "b"))


def test_a_function_that_somebody_puts_before_the_servers_own_is_not_called(world: World, guard: Guard) -> None:
    login = f"{world.name}_app"
    with world.database.ddl_guard_suspended():
        world.super("CREATE SCHEMA lure; GRANT USAGE ON SCHEMA lure TO PUBLIC;"
                    "CREATE FUNCTION lure.now() RETURNS text LANGUAGE sql SECURITY DEFINER AS"
                    " 'SELECT max(email) FROM marketing.subscriber';"
                    "CREATE FUNCTION lure.version() RETURNS text LANGUAGE sql AS 'SELECT ''lured''::text'")
    options = "-c search_path=lure,pg_catalog"
    try:
        with psycopg.connect(world.database.dsn(login), options=options) as plain:
            row = plain.execute("SELECT version()").fetchone()
            assert row == ("lured",), "the control: a raw session would call it"
        with connect(world.database.dsn(login), policy=guard, options=options) as client:
            row = client.execute("SELECT version()").fetchone()
            assert row is not None and row[0].startswith("PostgreSQL")
    finally:
        world.super("DROP SCHEMA lure CASCADE")


def test_the_session_is_the_login_read_only_whatever_was_before(world: World, client: GuardedConnection[Any]) -> None:
    with processing("contract", actor="a", reason="b"):
        client.execute("SELECT count(*) FROM crm.customer")
        client.commit()
    client.execute("SELECT 1")
    # Past the guard, straight to libpq: the server has neither role nor ticket for it, and writes nothing.
    for text in (b"SELECT count(*) FROM crm.customer", b"CREATE TEMP TABLE parked (a int)"):
        result = client.pgconn.exec_(b"SAVEPOINT s; " + text)
        assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) in (b"42501", b"25006", b"42P01"), text
        client.pgconn.exec_(b"ROLLBACK TO s")
    answer = client.pgconn.exec_(b"SELECT current_user, current_setting('sminion.token', true), current_setting('transaction_read_only')")
    assert [answer.get_value(0, n) for n in range(3)] == [f"{world.name}_app".encode(), b"", b"on"]
    client.rollback()


def test_it_may_be_prepared_and_does_not_follow_into_a_purpose(client: GuardedConnection[Any]) -> None:
    for _ in range(3):
        client.execute("SELECT 1", prepare=True)
        client.rollback()
        with processing("contract", actor="a", reason="b"):
            assert client.execute(sql.SQL("SELECT current_user")).fetchone()[0].endswith("_contract")
            client.commit()
