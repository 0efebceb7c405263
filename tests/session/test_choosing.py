"""A purpose of several compartments: each transaction enters the one that its statements need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from sminion_guard import connect, processing
from sminion_guard.embedded import Server
from sminion_guard.errors import (
    DataNotNeeded,
    GuardError,
    IncompatibleMerge,
    OpaqueStatement,
    TicketRefused,
)
from sminion_guard.policy import Policy, compartments_of, loads
from sminion_guard.session import Guard, GuardedAsyncConnection, GuardedConnection
from tests.session.shop import PEOPLE, Shop, new_shop, one

Connection = GuardedConnection[Any]
SALES = "SELECT count(*) FROM sales.orders"
NEWS = "SELECT count(*) FROM marketing.subscriber"
MERGE = "SELECT 1 FROM sales.orders o JOIN marketing.subscriber s USING (customer_id)"
_numbers = count()


@pytest.fixture
def conn(shop: Shop, guard: Guard) -> Iterator[Connection]:
    with connect(shop.dsn(), policy=guard) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()


@pytest.fixture
def actor() -> str:
    """Nobody else's."""
    return f"choosing:{next(_numbers)}"


@pytest.fixture
def books(actor: str) -> Callable[..., AbstractContextManager[Any]]:
    return lambda **more: processing("audit_books", actor=actor, reason="yearly", **more)


def roles(policy: Policy) -> dict[str, str]:
    """The role of each schema's compartment."""
    return {room.schemas[0]: room.role for room in compartments_of(policy, "audit_books")}


def tickets(shop: Shop, actor: str) -> list[str]:
    """The roles that tickets were opened for."""
    found = shop.database.execute("SELECT role FROM sminion.ticket WHERE actor = %s ORDER BY id", actor)
    return [role for (role,) in found]


def log(shop: Shop, actor: str) -> list[tuple[str, str]]:
    """The compartment and the relations of each statement on record."""
    return shop.database.execute(
        "SELECT compartment::text, relations[1] FROM sminion.statement_log WHERE actor = %s ORDER BY place", actor
    )


def test_each_transaction_enters_the_compartment_that_its_first_statement_needs(
    shop: Shop, conn: Connection, books: Any, actor: str
) -> None:
    role = roles(shop.policy)
    with books():
        for statement, schema in ((SALES, "sales"), (NEWS, "marketing"), (SALES, "sales")):
            assert one(conn, statement) == PEOPLE
            assert one(conn, "SELECT current_user::text") == role[schema]
            conn.commit()
    assert tickets(shop, actor) == [role["sales"], role["marketing"]], "each is opened once, and kept"
    assert [room for room, relation in log(shop, actor) if relation] == [
        role["sales"], role["marketing"], role["sales"]
    ]


def test_a_block_that_was_begun_waits_for_its_first_statement(conn: Connection, books: Any) -> None:
    with books():
        for statement in (NEWS, SALES):
            with conn.transaction():
                assert one(conn, statement) == PEOPLE
                with conn.transaction():
                    assert one(conn, statement) == PEOPLE
        conn.autocommit = True
        with conn.transaction():
            assert one(conn, NEWS) == PEOPLE


def test_what_touches_nothing_does_not_decide(shop: Shop, conn: Connection, books: Any, actor: str) -> None:
    with books():
        for statement in (NEWS, SALES):
            conn.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
            conn.execute("SET LOCAL statement_timeout = '9s'")
            assert one(conn, "SELECT current_user = session_user") is True
            assert one(conn, statement) == PEOPLE
            assert one(conn, "SHOW transaction_isolation") == "serializable"
            assert one(conn, "SHOW statement_timeout") == "9s"
            conn.rollback()
    assert len(log(shop, actor)) == 12, "what touches nothing is on record too"
    assert sorted(tickets(shop, actor)) == sorted(roles(shop.policy).values())


def test_another_compartment_in_the_same_transaction_is_refused_with_what_to_do(conn: Connection, books: Any) -> None:
    with books():
        assert one(conn, SALES) == PEOPLE
        with pytest.raises(IncompatibleMerge) as refused:
            conn.execute(NEWS)
        assert refused.value.code == "SG101"
        assert "is not in the compartment of this transaction" in refused.value.message
        assert "another transaction" in (refused.value.hint or "")
        assert "name all `schemas`" in (refused.value.hint or "")
        assert one(conn, SALES) == PEOPLE
        conn.commit()
        assert one(conn, NEWS) == PEOPLE


def test_what_fits_no_compartment_is_refused_as_a_merge_and_recorded(
    shop: Shop, conn: Connection, books: Any, actor: str
) -> None:
    with books():
        with pytest.raises(IncompatibleMerge) as refused:
            conn.execute(MERGE)
        assert "may not be merged" in refused.value.message
        with pytest.raises(DataNotNeeded):
            conn.execute("SELECT email FROM crm.customer")
        assert one(conn, NEWS) == PEOPLE, "neither has decided"
    assert shop.database.execute("SELECT count(*) FROM sminion.refusals WHERE actor = %s", actor) == [(2,)]


def test_named_schemas_decide_at_once(shop: Shop, conn: Connection, books: Any) -> None:
    with books(schemas=["marketing"]):
        assert one(conn, "SELECT current_user::text") == roles(shop.policy)["marketing"]
        with pytest.raises(GuardError):
            conn.execute(SALES)


def test_savepoints_before_the_choice_take_the_first_compartment_by_name(
    shop: Shop, conn: Connection, books: Any
) -> None:
    first = min(roles(shop.policy).values())
    statement = SALES if roles(shop.policy)["sales"] == first else NEWS
    with books():
        with conn.transaction(), conn.transaction(force_rollback=True):
            assert one(conn, "SELECT current_user::text") == first
        conn.execute("SAVEPOINT a")
        assert one(conn, statement) == PEOPLE
        conn.execute("ROLLBACK TO a")
        assert one(conn, statement) == PEOPLE


def test_every_kind_of_statement_can_be_the_first(conn: Connection, books: Any) -> None:
    with books():
        for schema, column in (("marketing.subscriber", "customer_id"), ("sales.orders", "id")):
            query = f"SELECT {column} FROM {schema}"
            with conn.cursor().copy(f"COPY ({query}) TO STDOUT") as copy:
                assert len(list(copy)) == PEOPLE
            conn.rollback()
            assert len(list(conn.cursor().stream(query))) == PEOPLE
            conn.rollback()
            with conn.cursor("c") as cursor:
                assert len(cursor.execute(query).fetchall()) == PEOPLE
            conn.rollback()
            with conn.pipeline():
                assert len(conn.execute(query).fetchall()) == PEOPLE
            conn.rollback()
            cursor = conn.cursor()
            cursor.executemany(f"{query} WHERE {column} = %s", iter([(1,), (2,), (3,)]), returning=True)
            found = [cursor.fetchall()]
            while cursor.nextset():
                found.append(cursor.fetchall())
            assert found == [[(1,)], [(2,)], [(3,)]], "an iterator loses nothing"
            conn.rollback()


def test_a_cursor_of_somebody_else_is_not_fetched_from_before_the_choice(conn: Connection, books: Any) -> None:
    with books(), conn.cursor("nobody") as cursor:
        with pytest.raises(OpaqueStatement, match="cursor `nobody` is not known"):
            cursor.fetchone()
        conn.rollback()
        with conn.transaction(), pytest.raises(OpaqueStatement, match="cursor `nobody` is not known"):
            cursor.fetchone()


def test_a_two_phase_transaction_chooses_too(shop: Shop, conn: Connection, books: Any) -> None:
    with books():
        for number, statement in enumerate((NEWS, SALES)):
            conn.tpc_begin(f"{shop.name}-choosing-{number}")
            assert one(conn, statement) == PEOPLE
            conn.tpc_prepare()
            conn.tpc_commit()


def test_an_engine_chooses(shop: Shop, guard: Guard, books: Any) -> None:
    engine = create_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard)
    with books():
        for statement in (NEWS, SALES):
            with engine.begin() as connection:
                assert connection.scalar(text(statement)) == PEOPLE
            options = {"isolation_level": "SERIALIZABLE"}
            with engine.connect().execution_options(**options) as connection:
                assert connection.scalar(text(statement)) == PEOPLE
                assert connection.scalar(text("SHOW transaction_isolation")) == "serializable"
    engine.dispose()


async def test_async_connections_and_engines_choose(shop: Shop, guard: Guard, books: Any) -> None:
    with books():
        async with await GuardedAsyncConnection.connect(shop.dsn(), policy=guard) as conn:
            for statement in (NEWS, SALES):
                async with conn.transaction():
                    assert await (await conn.execute(statement)).fetchone() == (PEOPLE,)
        engine = create_async_engine(shop.url(), plugins=["sminion_guard"], guard_policy=guard)
        for statement in (NEWS, SALES):
            async with engine.begin() as connection:
                assert await connection.scalar(text(statement)) == PEOPLE
        await engine.dispose()


def test_a_revoked_ticket_ends_the_access_to_its_compartment_only(
    shop: Shop, conn: Connection, books: Any, actor: str
) -> None:
    with books():
        for statement in (SALES, NEWS):
            assert one(conn, statement) == PEOPLE
            conn.commit()
        shop.database.execute(
            "SELECT sminion.revoke_ticket(id, 'enough') FROM sminion.ticket WHERE actor = %s AND role = %s", actor,
            roles(shop.policy)["marketing"],
        )
        assert one(conn, SALES) == PEOPLE
        conn.commit()
        for _ in range(2):
            with pytest.raises(TicketRefused) as refused:
                conn.execute(NEWS)
            assert refused.value.code == "SG205"
            conn.rollback()


def test_tickets_of_an_earlier_policy_are_opened_anew(own_shop: Shop, books: Any) -> None:
    with connect(own_shop.dsn()) as conn, books():
        assert one(conn, SALES) == PEOPLE
        conn.commit()
        own_shop.apply(own_shop.policy)
        for ticket in conn.guard.tickets._kept.values():
            ticket.taken_at = float("-inf")
        assert one(conn, SALES) == PEOPLE
    conn.guard.close()


OVERLAPPING = """
[schema.web_log]
collected_for = ["contract", "marketing", "accounting"]

[schema.web_log.visit]
subject = "customer_id"
columns = { customer_id = "key", page = "none" }
"""


def test_of_several_that_fit_the_first_by_name_is_taken(server: Server) -> None:
    with new_shop(server, more=OVERLAPPING, tables="CREATE SCHEMA web_log;"
                  " CREATE TABLE web_log.visit (customer_id bigint, page text);") as shop:
        rooms = compartments_of(loads(shop.text()), "audit_books")
        assert [room.schemas for room in rooms if "web_log" in room.schemas] == [room.schemas for room in rooms]
        with connect(shop.dsn()) as conn, processing("audit_books", actor="a", reason="r"):
            conn.execute("SELECT page FROM web_log.visit")
            assert one(conn, "SELECT current_user::text") == min(room.role for room in rooms)
            conn.rollback()
            for schema, statement in (("sales", SALES), ("marketing", NEWS)):
                assert one(conn, statement) == PEOPLE
                conn.execute("SELECT page FROM web_log.visit")
                (role,) = (room.role for room in rooms if schema in room.schemas)
                assert one(conn, "SELECT current_user::text") == role
                conn.rollback()
        conn.guard.close()
