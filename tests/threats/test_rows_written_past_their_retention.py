"""Attack: write a row that nobody can see any more. It is refused, by a code that says what to do."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard import connect, processing
from sminion_guard.embedded import Server
from sminion_guard.errors import OperationNotAllowed
from sminion_guard.session import Guard
from tests.session.shop import Shop, new_shop, one
from tests.world import Connection, refusal

MORE = """
[schema.support]
collected_for = ["contract"]

[schema.support.request]
subject = "customer_id"
retention = { after = "closed_at", keep = "3 years", then = "destroy" }
columns = { id = "key", customer_id = "key", closed_at = "none" }

[schema.support.reply]
subject = false
retention = { after = "sent_at", keep = "1 day", then = "destroy" }
columns = { id = "none", sent_at = "none" }
"""
TABLES = """
CREATE SCHEMA support;
CREATE TABLE support.request (id bigint PRIMARY KEY, customer_id bigint, closed_at timestamptz);
CREATE TABLE support.reply (id bigint PRIMARY KEY, sent_at timestamptz);
INSERT INTO support.request VALUES (1, 1, now()), (2, 2, NULL), (3, 3, now() - interval '4 years');
INSERT INTO support.reply VALUES (1, now());
"""
REFUSED = {
    "update": "UPDATE support.request SET closed_at = '2010-01-01' WHERE id = 1",
    "update of one that has not ended": "UPDATE support.request SET closed_at = '2010-01-01' WHERE id = 2",
    "insert": "INSERT INTO support.request VALUES (9, 9, '2010-01-01')",
    "insert that reads": "INSERT INTO support.request VALUES (9, 9, '2010-01-01') RETURNING id",
    "upsert": "INSERT INTO support.request VALUES (1, 1, now())"
              " ON CONFLICT (id) DO UPDATE SET closed_at = '2010-01-01'",
    "merge": "MERGE INTO support.request r USING (VALUES (1)) v (id) ON r.id = v.id"
             " WHEN MATCHED THEN UPDATE SET closed_at = '2010-01-01'",
    "a table about nobody": "UPDATE support.reply SET sent_at = now() - interval '2 days' WHERE id = 1",
}
ALLOWED = {
    "update": "UPDATE support.request SET closed_at = now() - interval '35 months' WHERE id = 1",
    "it has not ended": "UPDATE support.request SET closed_at = NULL WHERE id = 1",
    "insert": "INSERT INTO support.request VALUES (9, 9, now() - interval '35 months')",
    "a table about nobody": "UPDATE support.reply SET sent_at = now() - interval '1 hour' WHERE id = 1",
}


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    with new_shop(server, more=MORE, tables=TABLES) as shop:
        yield shop


@pytest.fixture
def acting(shop: Shop) -> Iterator[Connection]:
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app:
        token = one(app, "SELECT sminion.open_ticket('contract', 'a', 'r')")
        with app.transaction(force_rollback=True):
            app.execute("SELECT sminion.enter(%s)", [token])
            yield app


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_a_row_past_its_retention_is_refused_by_a_code(acting: Connection, statement: str) -> None:
    with pytest.raises(psycopg.Error) as refused, acting.transaction():
        acting.execute(statement.encode())
    assert refused.value.sqlstate == "SG228"
    assert "support.re" in str(refused.value)
    assert refused.value.diag.message_hint


@pytest.mark.parametrize("statement", ALLOWED.values(), ids=ALLOWED)
def test_a_row_within_its_retention_is_written(acting: Connection, statement: str) -> None:
    assert acting.execute(statement.encode()).rowcount == 1


def test_a_row_of_somebody_who_is_blocked_is_refused_for_that(shop: Shop, acting: Connection) -> None:
    """Whoever may not be seen is not told by another code."""
    shop.database.execute("SELECT sminion.block('5', 'court')")
    insert = "INSERT INTO support.request VALUES (9, 5, '2010-01-01')"
    assert refusal(acting, insert) == "42501"


def test_without_a_ticket_it_is_the_ticket_that_is_missing(shop: Shop) -> None:
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app, app.transaction(force_rollback=True):
        app.execute(f"SET LOCAL ROLE {shop.name}_contract")
        assert refusal(app, REFUSED["insert"]) == "SG201"


@pytest.mark.parametrize("statement", ["update", "insert", "upsert"])
def test_a_guarded_session_raises_it_as_a_class_of_its_own(shop: Shop, statement: str) -> None:
    guard = Guard(shop.policy)
    with processing("contract", actor="a", reason="r"), connect(shop.dsn("app"), policy=guard) as connection:
        with pytest.raises(OperationNotAllowed) as refused:
            connection.execute(REFUSED[statement])
        assert refused.value.code == "SG228"
        assert "closed_at" in str(refused.value.hint)
        connection.rollback()
    guard.close()
