"""Refusals arrive as the classes of the catalogue: those of the analyzer, and those of the server behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from sminion_guard import codes, connect, processing
from sminion_guard.errors import GuardError
from sminion_guard.session import GuardedConnection
from tests.session.shop import Shop
from tests.session.unrecorded import Unrecorded

Connection = GuardedConnection[Any]
MERGE = "SELECT 1 FROM crm.customer c JOIN marketing.subscriber s ON s.customer_id = c.id"
REFUSED = [
    ("contract", "SELECT * FROM marketing.subscriber", "SG102"),
    ("contract", MERGE, "SG101"),
    ("marketing", MERGE, "SG101"),
    ("marketing", "SELECT 'crm.customer' FROM sales.orders", "SG102"),
    ("contract", "SELECT born_on FROM crm.customer", "SG103"),
    ("contract", "SELECT 'insert' || born_on FROM crm.customer", "SG103"),
    ("accounting", "INSERT INTO sales.orders (customer_id) VALUES (1)", "SG104"),
    ("accounting", "UPDATE sales.orders SET total = 1", "SG104"),
    ("accounting", "DELETE FROM sales.orders", "SG104"),
    ("contract", "UPDATE crm.customer SET born_on = now()", "SG103"),
    ("contract", "UPDATE crm.customer SET id = 1", "SG103"),
    ("contract", "TRUNCATE crm.customer", "SG103"),
    ("contract", "SET ROLE pg_read_all_data", "SG106"),
    ("contract", "COPY (SELECT 1) TO PROGRAM 'true'", "SG106"),
    ("contract", "CREATE TEMPORARY TABLE parked (id bigint)", "SG106"),
    ("contract", "CREATE TABLE crm.parked (id bigint)", "SG108"),
    ("contract", "SELECT sminion.settle()", "SG104"),
]
SEEN_BETTER = {
    "TRUNCATE crm.customer": "SG104",
    "CREATE TEMPORARY TABLE parked (id bigint)": "SG108",
    "SELECT sminion.settle()": "SG106",
}
"""What the analyzer calls otherwise, since it knows what the server only finds forbidden."""


def work(purpose: str) -> processing:
    return processing(purpose, actor="agent:17", reason="ticket 1")


@pytest.fixture
def told(shop: Shop, unrecorded: Unrecorded) -> Iterator[Connection]:
    """Nothing is refused before the server refuses it."""
    with connect(shop.dsn(), policy=unrecorded) as connection:
        yield connection


@pytest.mark.parametrize(("purpose", "statement", "code"), REFUSED)
def test_a_refusal_of_the_server_has_its_class_code_and_hint(
    told: Connection, purpose: str, statement: str, code: str
) -> None:
    with work(purpose), pytest.raises(GuardError) as refusal:
        told.execute(statement)
    assert refusal.value.code == code
    assert type(refusal.value) is codes.CODES[code].error
    assert refusal.value.hint
    assert isinstance(refusal.value.__cause__, psycopg.Error)


@pytest.mark.parametrize(("purpose", "statement", "code"), REFUSED)
def test_the_analyzer_refuses_the_same_before_anything_is_sent(
    connection: Connection, purpose: str, statement: str, code: str
) -> None:
    with work(purpose), pytest.raises(GuardError) as refusal:
        connection.execute(statement)
    assert refusal.value.code == SEEN_BETTER.get(statement, code)
    assert type(refusal.value) is codes.CODES[refusal.value.code].error
    assert refusal.value.hint
    assert refusal.value.__cause__ is None
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS, "it could go on"


def test_a_changed_token_is_refused_by_the_next_statement(told: Connection) -> None:
    with work("contract"):
        told.execute("SELECT set_config('sminion.token', '1.x', true)")
        with pytest.raises(GuardError) as refusal:
            told.execute("SELECT id FROM crm.customer")
    assert refusal.value.code == "SG202"


def test_the_analyzer_lets_nobody_change_the_token(connection: Connection) -> None:
    with work("contract"), pytest.raises(GuardError) as refusal:
        connection.execute("SELECT set_config('sminion.token', '1.x', true)")
    assert refusal.value.code == "SG106"


def test_another_compartment_in_one_transaction_is_an_incompatible_merge(told: Connection) -> None:
    with work("marketing"), told.transaction():
        token = told.execute("SELECT current_setting('sminion.token')").fetchone()[0]
    with work("contract"), pytest.raises(GuardError) as refusal:
        told.execute("SELECT 1")
        told.execute("SELECT sminion.enter(%s)", [token])
    assert refusal.value.code == "SG210"


def test_a_new_row_of_a_blocked_person_is_refused_as_such(shop: Shop, connection: Connection) -> None:
    shop.database.execute("SELECT sminion.block('9', 'court order')")
    try:
        with work("contract"), pytest.raises(GuardError) as refusal:
            connection.execute("INSERT INTO sales.orders (customer_id) VALUES (9)")
    finally:
        shop.database.execute("SELECT sminion.unblock('9', 'court order')")
    assert refusal.value.code == "SG216"


def test_the_hint_for_a_refusal_of_the_server_names_what_is_open(told: Connection) -> None:
    with work("contract"), pytest.raises(GuardError) as refusal:
        told.execute("SELECT born_on FROM crm.customer")
    assert refusal.value.hint == "of `crm.customer` purpose `contract` needs only: email, full_name, id"


def test_a_refusal_of_the_analyzer_shows_the_place_and_who_may(connection: Connection) -> None:
    with work("contract"), pytest.raises(GuardError) as refusal:
        connection.execute("SELECT born_on FROM crm.customer")
    assert refusal.value.hint == "leave the columns out, or act for `rectification`"
    assert str(refusal.value).splitlines()[1:3] == [
        "  line 1: SELECT born_on FROM crm.customer", "                 ^^^^^^^"
    ]


def test_a_star_is_answered_with_the_columns_to_write(connection: Connection) -> None:
    with work("contract"), pytest.raises(GuardError) as refusal:
        connection.execute("SELECT * FROM sales.orders")
    columns = (refusal.value.hint or "").split("`")[1]
    with work("contract"):
        connection.execute(f"SELECT {columns} FROM sales.orders")


@pytest.mark.parametrize(
    ("statement", "code"),
    [("SELECT * FROM marketing.subscriber", "SG102"), ("SELECT born_on FROM crm.customer", "SG103"),
     ("DELETE FROM crm.customer WHERE born_on IS NULL", "SG103")],
)
def test_without_a_policy_of_its_own_an_application_is_judged_by_the_one_in_force(
    shop: Shop, statement: str, code: str
) -> None:
    with connect(shop.dsn()) as connection, work("contract"), pytest.raises(GuardError) as refusal:
        connection.execute(statement)
    connection.guard.close()
    assert refusal.value.code == code
    assert refusal.value.__cause__ is None
    assert connection.guard.policy is None


def test_errors_that_are_no_refusals_stay_those_of_psycopg(connection: Connection) -> None:
    with work("contract"):
        for statement in ("SELECT 1 / 0", "SELECT 'x'::int", "SELECT 1 FROM crm.customer WHERE id = 'x'"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
            connection.rollback()


@pytest.mark.parametrize(("statement", "code"), [("SELECT nonsense", "SG107"), ("SELEC", "SG111")])
def test_what_cannot_be_judged_is_refused(connection: Connection, statement: str, code: str) -> None:
    with work("contract"), pytest.raises(GuardError) as refusal:
        connection.execute(statement)
    assert refusal.value.code == code
