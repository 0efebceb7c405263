"""Views of what one purpose may read: `SELECT *` works under a ticket, in psql and everywhere, and gives no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from sminion_guard import connect, processing
from sminion_guard.errors import OpaqueStatement, PurposeViolation
from sminion_guard.migrate.plan import State
from tests.database.migrate.conftest import Shop

Row = tuple[Any, ...]


@pytest.fixture
def viewed(shop: Shop) -> Shop:
    """The shop under its policy, in which `contract` has views."""
    shop.apply()
    return shop


def named(shop: Shop) -> str:
    """The schema of the views."""
    return f"{shop.name}_contract_views"


@pytest.fixture
def session(viewed: Shop) -> Iterator[psycopg.Connection[Any]]:
    """A session of the application as psql makes one, in a transaction under a ticket, with the views in its path."""
    with viewed.database.connect(f"{viewed.name}_app", autocommit=False) as connection:
        token = connection.execute("SELECT sminion.open_ticket('contract', 'sam', 'looks')").fetchone()
        connection.commit()
        assert token is not None
        connection.execute("SELECT sminion.enter(%s)", token)
        connection.execute(f"SET LOCAL search_path = {named(viewed)}")
        yield connection


def columns(connection: psycopg.Connection[Any], query: str) -> list[str]:
    return [column.name for column in connection.execute(query.encode()).description or ()]


def test_select_star_gives_the_columns_of_the_purpose(session: psycopg.Connection[Any]) -> None:
    assert columns(session, "SELECT * FROM customer") == ["id", "full_name", "email", "last_seen_at"]
    assert columns(session, "SELECT * FROM item") == ["id", "order_id", "what"]
    joined = "SELECT count(*) FROM customer JOIN orders ON customer_id = customer.id"
    assert session.execute(joined).fetchone() == (600,)
    with pytest.raises(errors.InsufficientPrivilege):  # the control: the table has columns of the guard's
        session.execute("SELECT * FROM crm.customer")


def test_it_gives_the_rows_of_the_purpose(viewed: Shop, session: psycopg.Connection[Any]) -> None:
    viewed.database.execute("SELECT sminion.block('7', 'contested')")
    assert session.execute("SELECT count(*), count(*) FILTER (WHERE id = 7) FROM customer").fetchone() == (299, 0)


def test_it_gives_nothing_without_a_ticket(viewed: Shop) -> None:
    with viewed.database.connect(f"{viewed.name}_app") as connection:
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f"SELECT * FROM {named(viewed)}.customer")
        (role,) = viewed.database.execute(
            "SELECT role FROM sminion.compartment WHERE purpose = 'contract'")[0]
        connection.execute(f'SET ROLE "{role}"')
        with pytest.raises(psycopg.Error) as refusal:
            connection.execute(f"SELECT * FROM {named(viewed)}.customer")
        assert refusal.value.sqlstate == "SG201"


def test_another_purpose_cannot_use_them(viewed: Shop) -> None:
    with viewed.database.connect(f"{viewed.name}_news", autocommit=False) as connection:
        token = connection.execute("SELECT sminion.open_ticket('marketing', 'sam', 'looks')").fetchone()
        connection.commit()
        assert token is not None
        connection.execute("SELECT sminion.enter(%s)", token)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(f"SELECT * FROM {named(viewed)}.customer")


def test_nothing_is_written_through_them(session: psycopg.Connection[Any]) -> None:
    for statement in ("INSERT INTO orders (id) VALUES (901)", "DELETE FROM orders", "UPDATE orders SET total = 1"):
        with pytest.raises(errors.InsufficientPrivilege), session.transaction():
            session.execute(statement.encode())


def test_a_guarded_session_reads_them(viewed: Shop) -> None:
    dsn = viewed.database.dsn(f"{viewed.name}_app")
    with connect(dsn, policy=viewed.policy) as connection, processing("contract", actor="sam", reason="looks"):
        row = connection.execute(f"SELECT * FROM {named(viewed)}.customer WHERE id = 7").fetchone()
        assert row is not None
        assert row[:3] == (7, "n7", "e7")
        connection.commit()
        # Their tables are what the statement is judged by, and what the log names.
        with pytest.raises(PurposeViolation):
            connection.execute(f"DELETE FROM {named(viewed)}.orders")
        connection.rollback()
    with viewed.database.connect() as admin:
        ((relations,),) = admin.execute(
            "SELECT relations FROM sminion.statement_log WHERE statement LIKE 'SELECT%' ORDER BY at LIMIT 1").fetchall()
    assert "crm.customer" in relations
    dsn = viewed.database.dsn(f"{viewed.name}_news")
    with (
        connect(dsn, policy=viewed.policy) as connection, processing("marketing", actor="sam", reason="looks"),
        pytest.raises((PurposeViolation, OpaqueStatement)),
    ):
        connection.execute(f"SELECT * FROM {named(viewed)}.customer")


DAMAGES = (
    "DROP VIEW {schema}.customer",
    "ALTER VIEW {schema}.customer SET (security_invoker = false)",
    "CREATE OR REPLACE VIEW {schema}.customer WITH (security_invoker = true) AS"
    " SELECT id, full_name, email, last_seen_at FROM crm.customer WHERE id < 5",
    "GRANT SELECT ON {schema}.customer TO PUBLIC",
    "GRANT UPDATE ON {schema}.customer TO {role}",
    "GRANT USAGE ON SCHEMA {schema} TO PUBLIC",
    "REVOKE SELECT (email) ON {schema}.customer FROM {role}",
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_altered_is_seen_and_mended(viewed: Shop, damage: str) -> None:
    assert viewed.plan().clean
    (role,) = viewed.database.execute("SELECT role FROM sminion.compartment WHERE purpose = 'contract'")[0]
    viewed.database.suspend_ddl_guard()
    viewed.database.execute(damage.format(schema=named(viewed), role=role))
    assert {change.state for change in viewed.plan().changes} > {State.INSTALLED}
    viewed.apply()
    assert viewed.plan().clean


def test_a_column_that_the_policy_closes_leaves_its_view(viewed: Shop) -> None:
    viewed.apply(viewed.changed('needs = ["identity", "contact", "payment"]', 'needs = ["identity", "payment"]'))
    with viewed.database.connect() as admin:
        assert "email" not in columns(admin, f"SELECT * FROM {named(viewed)}.customer")
    viewed.apply()
    with viewed.database.connect() as admin:
        assert "email" in columns(admin, f"SELECT * FROM {named(viewed)}.customer")


def test_they_go_when_the_policy_no_longer_asks_for_them(viewed: Shop) -> None:
    there = "SELECT count(*) FROM pg_namespace WHERE nspname = %s"
    assert viewed.database.execute(there, named(viewed)) == [(1,)]
    viewed.apply(viewed.changed(f'views = "{named(viewed)}"\n', ""))
    assert viewed.database.execute(there, named(viewed)) == [(0,)]
    viewed.apply()
    viewed.remove()
    assert viewed.database.execute(there, named(viewed)) == [(0,)]


def test_a_schema_that_is_there_is_not_taken(shop: Shop) -> None:
    shop.database.execute(f"CREATE SCHEMA {named(shop)}")
    assert "SG463" in [problem.code for problem in shop.plan().problems if problem.refuses]


def test_tables_of_one_name_get_views_with_their_schemas(shop: Shop) -> None:
    shop.database.execute("CREATE TABLE sales.customer (id bigint PRIMARY KEY, email text)")
    shop.apply(shop.changed("[schema.news]", '[schema.sales.customer]\nsubject = "id"\n'
                            'columns = { id = "key", email = "contact" }\n[schema.news]'))
    found = shop.database.execute(
        "SELECT relname::text FROM pg_class WHERE relnamespace = %s::regnamespace ORDER BY 1", named(shop))
    assert [name for (name,) in found] == ["crm_customer", "item", "orders", "sales_customer"]
