"""The catalog is read with one query for each kind of object, in a transaction that cannot write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from sminion_guard.discovery import discover
from sminion_guard.discovery.catalog import QUERIES, read
from sminion_guard.discovery.model import Shape
from sminion_guard.migrate import Step
from tests.database.discovery.shop import SHOP
from tests.servers import Database


@pytest.fixture
def shop(fresh_database: Database) -> Database:
    fresh_database.execute(SHOP)
    return fresh_database


def traced(connection: psycopg.Connection[Any], path: Path, **options: Any) -> str:
    """Everything that discovery sends and gets, as libpq records it."""
    with path.open("w") as file:
        connection.pgconn.trace(file.fileno())
        discover(connection, **options)
        connection.pgconn.untrace()
    return path.read_text(errors="replace")


def statements(traffic: str) -> int:
    return traffic.count("\tQuery\t") + traffic.count("\tParse\t")


def test_tables_columns_and_keys_are_read(shop: Database) -> None:
    with shop.connect() as connection:
        found = read(connection)
    assert set(found.relations) == {
        ("crm", "customer"), ("crm", "staff"), ("sales", "orders"), ("sales", "item"), ("sales", "product"),
        ("sales", "contact_note")}
    assert found.others == {("sales", "orders_1"): "partition", ("sales", "big"): "view"}
    customer, orders = found.relations["crm", "customer"], found.relations["sales", "orders"]
    mail, made = customer.columns["mail"], customer.columns["created_at"]
    assert (mail.kind, mail.limit, mail.shape) == ("character varying", 120, Shape.TEXT)
    assert (made.shape, customer.columns["blob"].shape) == (Shape.TIME, Shape.OTHER)
    assert customer.columns["id"].numbered and customer.columns["id"].required
    assert customer.columns["note"].limit is None
    assert customer.columns["xyzzy"].comment.startswith("Date of birth")
    assert found.relations["crm", "staff"].columns["office_ip"].shape is Shape.NETWORK
    assert found.relations["crm", "staff"].columns["staff_no"].numbered
    assert orders.columns["state"].shape is Shape.ENUM
    assert (customer.primary, customer.keys) == (("id",), ("id",))
    assert {(key.column, key.parent, key.key) for key in orders.references} == {
        ("customer_id", ("crm", "customer"), "id"), ("staff_no", ("crm", "staff"), "staff_no")}
    item = found.relations["sales", "item"]
    assert (item.primary, item.keys) == (("order_id", "place"), ())


def test_what_is_not_the_applications_is_not_read(guarded_database: Database) -> None:
    guarded_database.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    with guarded_database.connect() as connection:
        assert read(connection).relations == {}


def test_a_domain_over_a_domain_has_the_type_and_limit_below(fresh_database: Database) -> None:
    fresh_database.execute(
        "CREATE DOMAIN short AS varchar(7); CREATE DOMAIN shorter AS short; CREATE TABLE t (a shorter, b short[])")
    with fresh_database.connect() as connection:
        columns = read(connection).relations["public", "t"].columns
    assert (columns["a"].kind, columns["a"].limit) == ("character varying", 7)
    assert columns["b"].shape is Shape.OTHER


def test_a_key_over_several_columns_identifies_no_row_by_one(fresh_database: Database) -> None:
    fresh_database.execute(
        "CREATE TABLE p (a int, b int, PRIMARY KEY (a, b));"
        "CREATE TABLE c (a int, b int, FOREIGN KEY (a, b) REFERENCES p);"
        "CREATE TABLE u (a int UNIQUE, b int NOT NULL UNIQUE, d int NOT NULL);"
        "CREATE UNIQUE INDEX ON u (d) WHERE a > 0")
    with fresh_database.connect() as connection:
        found = read(connection).relations
    assert (found["public", "p"].keys, found["public", "c"].references) == ((), ())
    assert found["public", "c"].compound == {"a", "b"}
    assert found["public", "u"].keys == ("b",)


def test_the_number_of_statements_does_not_depend_on_the_number_of_tables(shop: Database, tmp_path: Path) -> None:
    with shop.connect() as connection:
        few = statements(traced(connection, tmp_path / "few"))
        for number in range(40):
            connection.execute(f"CREATE TABLE extra_{number} (id int PRIMARY KEY, name text)")
        many = statements(traced(connection, tmp_path / "many"))
    assert few == many
    assert few >= len(QUERIES)


def test_steps_are_told(shop: Database) -> None:
    steps: list[Step] = []
    with shop.connect() as connection:
        discover(connection, sample=True, progress=steps.append)
    assert [step.work for step in steps] == ["catalog"] * len(QUERIES) + ["values"] * 6
    assert [step.done for step in steps] == [*range(1, len(QUERIES) + 1), *range(1, 7)]


def test_the_connection_is_as_it_was_before(shop: Database) -> None:
    settings = "SELECT current_setting('search_path'), current_setting('statement_timeout')"
    with shop.connect() as connection:
        before = connection.execute(settings).fetchone()
        discover(connection)
        assert connection.info.transaction_status.name == "IDLE"
        connection.execute("CREATE TABLE writes_again ()")
        after = connection.execute(settings).fetchone()
    assert before == after


def test_nothing_can_be_written_meanwhile(shop: Database) -> None:
    refused: list[str] = []

    def write(step: Step) -> None:
        try:
            with connection.transaction():
                connection.execute("CREATE TABLE written ()")
        except psycopg.errors.ReadOnlySqlTransaction as error:
            refused.append(str(error))

    with shop.connect() as connection:
        discover(connection, progress=write)
    assert len(refused) == len(QUERIES)


def test_names_are_not_looked_up_in_the_applications_schemas(shop: Database) -> None:
    shop.execute("CREATE FUNCTION public.current_database() RETURNS name LANGUAGE sql AS $$ SELECT 'trap'::name $$")
    with shop.connect() as connection:
        connection.execute("SET search_path = public, pg_catalog")
        assert discover(connection).database.name == shop.name
