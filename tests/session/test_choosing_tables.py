"""Where tables of one schema name their own purposes, a transaction enters the compartment of the tables it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sminion_guard import connect, processing
from sminion_guard.embedded import Server
from sminion_guard.errors import GuardError, IncompatibleMerge, OperationNotAllowed, TicketRefused
from sminion_guard.policy import compartments_of
from sminion_guard.session import Guard, GuardedConnection
from tests.session.shop import PEOPLE, Shop, new_shop, one
from tests.session.unrecorded import Unrecorded

Connection = GuardedConnection[Any]
MORE = """
[schema.public]
neutral = ["ref_*"]
[schema.public.payment]
collected_for = ["accounting"]
subject = "customer_id"
columns = { customer_id = "key", iban = "payment" }
[schema.public.opening]
collected_for = ["marketing"]
subject = "customer_id"
columns = { customer_id = "key", email = "contact" }
[schema.public.unsaid]
subject = "customer_id"
columns = { customer_id = "key", email = "contact" }
"""
TABLES = f"""
CREATE TABLE public.payment (customer_id bigint, iban text);
CREATE TABLE public.opening (customer_id bigint, email text);
CREATE TABLE public.unsaid (customer_id bigint, email text);
CREATE TABLE public.ref_country (code text);
CREATE FUNCTION public.twice(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n';
INSERT INTO public.payment SELECT i, 'DE' || i FROM generate_series(1, {PEOPLE}) i;
INSERT INTO public.opening SELECT i, 'e' || i FROM generate_series(1, {PEOPLE}) i;
INSERT INTO public.unsaid SELECT i, 'e' || i FROM generate_series(1, {PEOPLE}) i;
INSERT INTO public.ref_country VALUES ('DE');
"""
PAID = "SELECT count(*) FROM payment"
OPENED = "SELECT count(*) FROM opening"


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server, more=MORE, tables=TABLES) as shop:
        yield shop


@pytest.fixture
def conn(shop: Shop, guard: Guard) -> Iterator[Connection]:
    with connect(shop.dsn(), policy=guard) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()


def books(**more: Any) -> processing:
    return processing("audit_books", actor="auditor:1", reason="yearly", **more)


def role(shop: Shop, table: str) -> str:
    (found,) = (room.role for room in compartments_of(shop.policy, "audit_books") if table in room.collections)
    return found


def test_each_transaction_enters_the_compartment_of_the_table_that_comes_first(shop: Shop, conn: Connection) -> None:
    with books():
        for statement, table in ((PAID, "public.payment"), (OPENED, "public.opening"), (PAID, "public.payment")):
            assert one(conn, statement) == PEOPLE
            assert one(conn, "SELECT current_user::text") == role(shop, table)
            conn.commit()


def test_what_all_may_read_is_read_in_the_first_compartment_by_name(shop: Shop, conn: Connection) -> None:
    first = min(room.role for room in compartments_of(shop.policy, "audit_books"))
    with books():
        for neutral, value in (("SELECT code FROM ref_country", "DE"), ("SELECT public.twice(2)", 4)):
            assert one(conn, neutral) == value
            assert one(conn, "SELECT current_user::text") == first
            conn.commit()
            for statement in (OPENED, PAID):
                assert one(conn, statement) == PEOPLE
                assert one(conn, neutral) == value
                conn.commit()
        with books(schemas=["public.opening"]):
            assert one(conn, "SELECT code FROM ref_country") == "DE"
            assert one(conn, OPENED) == PEOPLE
            conn.commit()


def test_tables_of_two_compartments_meet_in_no_statement_and_in_no_transaction(conn: Connection) -> None:
    with books():
        with pytest.raises(IncompatibleMerge) as merged:
            conn.execute("SELECT 1 FROM payment JOIN opening USING (customer_id)")
        assert merged.value.message == "`public.opening` and `public.payment` may not be merged"
        assert one(conn, OPENED) == PEOPLE
        with pytest.raises(IncompatibleMerge) as refused:
            conn.execute(PAID)
        assert refused.value.message == "`public.payment` is not in the compartment of this transaction"
        conn.rollback()
        assert one(conn, PAID) == PEOPLE


def test_named_tables_decide_at_once(shop: Shop, conn: Connection) -> None:
    for names in (["public.opening"], ["public.opening", "marketing"], ["marketing.subscriber"]):
        with books(schemas=names):
            assert one(conn, "SELECT current_user::text") == role(shop, "public.opening")
            with pytest.raises(GuardError):
                conn.execute(PAID)
            conn.rollback()


@pytest.mark.parametrize("names", [
    ["public"], [], ["public.opening", "public.payment"], ["public.unsaid"], ["public.ref_country"], ["public.nothing"],
    ["sales", "public.opening"],
])
def test_names_that_fit_several_compartments_or_none_get_no_ticket(conn: Connection, names: list[str]) -> None:
    with books(schemas=names), pytest.raises(TicketRefused) as refused:
        conn.execute(PAID)
    assert refused.value.code == "SG213"
    assert "public.opening" in (refused.value.detail or "") or "marketing" in (refused.value.detail or "")


def test_what_is_closed_says_what_is_missing(conn: Connection) -> None:
    with books():
        with pytest.raises(GuardError) as refused:
            conn.execute("SELECT 1 FROM unsaid")
        assert refused.value.code == "SG102"
        assert "`collected_for` of its own" in (refused.value.hint or "")
        with pytest.raises(OperationNotAllowed):
            conn.execute("INSERT INTO ref_country VALUES ('FR')")


def test_a_guard_without_a_policy_file_judges_by_tables_too(shop: Shop) -> None:
    guard = Guard()
    try:
        with connect(shop.dsn(), policy=guard) as connection, books():
            assert one(connection, OPENED) == PEOPLE
            with pytest.raises(IncompatibleMerge):
                connection.execute(PAID)
            connection.rollback()
    finally:
        guard.close()


def test_a_refusal_of_the_server_is_told_by_tables(shop: Shop) -> None:
    with connect(shop.dsn(), policy=Unrecorded(shop.policy)) as told, books(schemas=["public.payment"]):
        with pytest.raises(IncompatibleMerge) as merged:
            told.execute("SELECT 1 FROM public.payment JOIN public.opening USING (customer_id)")
        assert "policy explain public.payment public.opening" in (merged.value.hint or "")
        told.rollback()
        with pytest.raises(GuardError) as refused:
            told.execute("SELECT count(*) FROM public.opening")
        assert refused.value.code == "SG102"
        told.rollback()
