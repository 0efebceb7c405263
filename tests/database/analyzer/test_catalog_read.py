"""The snapshot holds what the database holds, and knows when that has changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sminion_guard.analyzer import Catalog, catalog_json
from sminion_guard.analyzer.catalog import Cascade, Column, Operator, Trigger
from sminion_guard.analyzer.catalog_read import FreshCatalog, read_catalog, read_stamp
from sminion_guard.embedded import Server
from tests import servers

WORLD = Path(__file__).with_name("world.sql")


@pytest.fixture
def connection(server: Server) -> Iterator[psycopg.Connection[Any]]:
    with servers.new_database(server) as database, database.connect() as connection:
        connection.execute(WORLD.read_bytes())
        yield connection


@pytest.fixture
def catalog(connection: psycopg.Connection[Any]) -> Catalog:
    return read_catalog(connection, path=("crm", "public"))


def test_tables_have_their_columns_with_types_and_generated_marks(catalog: Catalog) -> None:
    columns = {column.name: column for column in catalog.relations["crm", "customer"].columns}
    assert columns["id"] == Column("id", "pg_catalog.int8")
    assert columns["low"].generated
    assert set(catalog.relations["crm", "customer"].generated) == {"low"}
    assert "email" in catalog.relations["crm", "customer"].generated["low"]
    assert columns["tags"].type == "pg_catalog.text[]"
    assert columns["mood"].type == "crm.mood"


def test_views_have_their_query_with_qualified_names_and_their_rights(catalog: Catalog) -> None:
    view, invoker = catalog.relations["crm", "pay"], catalog.relations["crm", "mails"]
    assert "hr.employee" in (view.definition or "")
    assert (view.kind, view.invoker, invoker.invoker) == ("v", False, True)
    assert catalog.relations["crm", "stored"].kind == "m"


def test_partitions_know_their_parents_and_parents_their_children(catalog: Catalog) -> None:
    assert catalog.relations["crm", "visit"].children == (("hr", "visit_2020"),)
    assert catalog.relations["hr", "visit_2020"].parents == (("crm", "visit"),)


def test_a_serial_columns_sequence_knows_its_table(catalog: Catalog) -> None:
    assert catalog.relations["crm", "customer_id_seq"].parents == (("crm", "customer"),)


def test_triggers_rules_cascades_are_read(catalog: Catalog) -> None:
    customer, orders = catalog.relations["crm", "customer"], catalog.relations["sales", "orders"]
    (trigger,) = customer.triggers
    assert trigger == Trigger("watch", ("crm", "watch"), "iu", condition=trigger.condition)
    assert "new.email" in (trigger.condition or "")
    assert customer.cascades == (Cascade("sales", "orders", ("customer_id",), ("id",), "c", ""),)
    assert len(orders.rules) == 1


def test_a_disabled_trigger_is_left_out(connection: psycopg.Connection[Any]) -> None:
    connection.execute("ALTER TABLE crm.customer DISABLE TRIGGER watch")
    assert read_catalog(connection).relations["crm", "customer"].triggers == ()


def test_only_expressions_that_lead_somewhere_are_kept(catalog: Catalog) -> None:
    customer = catalog.relations["crm", "customer"]
    assert [text for text in customer.policies if "hr.employee" in text]
    assert len(customer.policies) == 1
    assert [text for text in customer.checks if "crm.known" in text]
    assert len(customer.checks) == 1
    defaults = {column.name: column.default for column in customer.columns}
    assert "crm.first_name" in (defaults["full_name"] or "")
    assert defaults["id"] is None


def test_functions_are_read_with_their_bodies(catalog: Catalog) -> None:
    (plain,), (atomic,) = catalog.functions["crm", "salary_of"], catalog.functions["crm", "salary_too"]
    assert (plain.language, plain.names, plain.arguments, plain.atomic) == (
        "sql", ("who",), ("pg_catalog.int8",), False,
    )
    assert atomic.atomic
    (table,) = catalog.functions["crm", "everybody"]
    assert (table.outputs, table.returns_set, table.definer, table.search_path) == (
        ("a", "b"), True, True, "hr, pg_temp",
    )
    (closed,) = catalog.functions["crm", "closed"]
    assert not closed.public
    (total,) = catalog.functions["crm", "total"]
    assert (total.kind, total.helpers) == ("a", (("crm", "add"),))


def test_operators_casts_and_types_are_read(catalog: Catalog) -> None:
    assert catalog.operators["==="] == (Operator("crm", "===", ("crm.mood",), ("crm", "same")),)
    assert [(cast.source, cast.target, cast.function) for cast in catalog.casts] == [
        ("crm.place", "pg_catalog.text", ("crm", "shown")),
    ]
    assert [column.name for column in catalog.types["crm", "place"].attributes] == ["street", "city"]
    assert catalog.types["crm", "odd"].checks == ("crm.known(VALUE)",)
    assert ("crm", "mood") in catalog.types


def test_what_public_may_is_read(catalog: Catalog) -> None:
    assert catalog.relations["public", "country"].public == "r"
    assert catalog.relations["crm", "customer"].public == ""
    assert "crm" not in catalog.public_usage


def test_reading_leaves_the_session_as_it_was(connection: psycopg.Connection[Any]) -> None:
    connection.execute("SET search_path = sales, hr")
    assert read_catalog(connection).search_path == ("sales", "hr")
    assert connection.execute("SHOW search_path").fetchone() == ("sales, hr",)
    with connection.transaction():
        connection.execute("CREATE TABLE crm.new (id int)")
        assert ("crm", "new") in read_catalog(connection).relations
        assert connection.execute("SHOW search_path").fetchone() == ("sales, hr",)


def test_a_snapshot_survives_its_file(catalog: Catalog, tmp_path: Path) -> None:
    file = tmp_path / "catalog.json"
    file.write_bytes(catalog_json.dump(catalog))
    assert catalog_json.load(file).version == catalog.version


def test_a_role_without_privileges_can_take_the_snapshot(connection: psycopg.Connection[Any], catalog: Catalog) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE ROLE nobody_at_all")
        connection.execute("SET LOCAL ROLE nobody_at_all")
        assert read_catalog(connection, path=("crm", "public")).version == catalog.version


CHANGES = [
    "CREATE TABLE crm.more (id int)", "DROP TABLE hr.visit_2020", "ALTER TABLE crm.customer ADD COLUMN more text",
    "ALTER TABLE crm.customer DROP COLUMN tags", "ALTER TABLE crm.customer RENAME COLUMN email TO mail",
    "CREATE OR REPLACE VIEW crm.mails WITH (security_invoker = false) AS SELECT id, email FROM crm.customer",
    "CREATE OR REPLACE FUNCTION crm.salary_of(who bigint) RETURNS numeric LANGUAGE sql AS 'SELECT 2.0'",
    "ALTER FUNCTION crm.salary_of(bigint) SECURITY DEFINER", "DROP FUNCTION crm.closed()",
    "CREATE POLICY more ON sales.orders USING (true)", "DROP TRIGGER watch ON crm.customer",
    "ALTER TABLE crm.customer DISABLE TRIGGER watch", "GRANT SELECT ON crm.customer TO PUBLIC",
    "GRANT USAGE ON SCHEMA crm TO PUBLIC",
    "REVOKE EXECUTE ON FUNCTION crm.salary_of(bigint) FROM PUBLIC", "CREATE SCHEMA more",
    "ALTER TABLE sales.orders SET SCHEMA hr",
    "DROP RULE note ON sales.orders", "ALTER TABLE crm.visit DETACH PARTITION hr.visit_2020",
    "DROP CAST (crm.place AS text)",
    "ALTER TABLE sales.orders ALTER COLUMN id SET DEFAULT 3",
    "ALTER DOMAIN crm.odd ADD CHECK (crm.known(VALUE || 'a'))",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_database_is_noticed(connection: psycopg.Connection[Any], change: str) -> None:
    fresh = FreshCatalog(connection)
    before = fresh.catalog.version
    assert not fresh.refresh(connection)
    connection.execute(change.encode())
    assert fresh.refresh(connection)
    harmless = ("GRANT USAGE", "SET DEFAULT", "USING (true)")
    assert (fresh.catalog.version != before) or any(words in change for words in harmless)


def test_rows_coming_and_going_do_not_count_as_a_change(connection: psycopg.Connection[Any]) -> None:
    before = read_stamp(connection)
    connection.execute("INSERT INTO hr.employee VALUES (1, 2, 3)")
    connection.execute("SELECT nextval('crm.customer_id_seq')")
    connection.execute("ANALYZE hr.employee")
    assert read_stamp(connection) == before
