"""Refusals of the server arrive as the classes of the catalogue."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from sminion_guard import codes, connect, processing
from sminion_guard.errors import GuardError
from sminion_guard.session import Guard, GuardedConnection
from tests.session.shop import Shop

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


def work(purpose: str) -> processing:
    return processing(purpose, actor="agent:17", reason="ticket 1")


@pytest.mark.parametrize(("purpose", "statement", "code"), REFUSED)
def test_a_refusal_has_its_class_code_and_hint(connection: Connection, purpose: str, statement: str, code: str) -> None:
    with work(purpose), pytest.raises(GuardError) as refusal:
        connection.execute(statement)
    assert refusal.value.code == code
    assert type(refusal.value) is codes.CODES[code].error
    assert refusal.value.hint
    assert isinstance(refusal.value.__cause__, psycopg.Error)


def test_a_changed_token_is_refused_by_the_next_statement(connection: Connection) -> None:
    with work("contract"):
        connection.execute("SELECT set_config('sminion.token', '1.x', true)")
        with pytest.raises(GuardError) as refusal:
            connection.execute("SELECT id FROM crm.customer")
    assert refusal.value.code == "SG202"


def test_another_compartment_in_one_transaction_is_an_incompatible_merge(shop: Shop, connection: Connection) -> None:
    with work("marketing"), connection.transaction():
        token = connection.execute("SELECT current_setting('sminion.token')").fetchone()[0]
    with work("contract"), pytest.raises(GuardError) as refusal:
        connection.execute("SELECT 1")
        connection.execute("SELECT sminion.enter(%s)", [token])
    assert refusal.value.code == "SG210"


def test_a_new_row_of_a_blocked_person_is_refused_as_such(shop: Shop, connection: Connection) -> None:
    shop.database.execute("SELECT sminion.block('9', 'court order')")
    try:
        with work("contract"), pytest.raises(GuardError) as refusal:
            connection.execute("INSERT INTO sales.orders (customer_id) VALUES (9)")
    finally:
        shop.database.execute("SELECT sminion.unblock('9', 'court order')")
    assert refusal.value.code == "SG216"


def test_the_hint_names_what_is_open(connection: Connection) -> None:
    with work("contract"), pytest.raises(GuardError) as refusal:
        connection.execute("SELECT born_on FROM crm.customer")
    assert refusal.value.hint == "of `crm.customer` purpose `contract` needs only: email, full_name, id"


@pytest.mark.parametrize(
    ("statement", "code"),
    [("SELECT * FROM marketing.subscriber", "SG102"), ("SELECT born_on FROM crm.customer", "SG103"),
     ("DELETE FROM crm.customer WHERE born_on IS NULL", "SG104")],
)
def test_without_a_policy_of_its_own_an_application_is_told_what_can_be(shop: Shop, statement: str, code: str) -> None:
    with connect(shop.dsn(), policy=Guard()) as connection, work("contract"), pytest.raises(GuardError) as refusal:
        connection.execute(statement)
    assert refusal.value.code == code


def test_errors_that_are_no_refusals_stay_those_of_psycopg(connection: Connection) -> None:
    with work("contract"):
        for statement in ("SELECT 1 / 0", "SELECT nonsense", "SELEC"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
            connection.rollback()
