"""`--sample` looks at values on the server: no value leaves it, nothing is written, nothing takes long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sminion_guard.discovery import discover
from sminion_guard.discovery.patterns import PATTERNS
from tests.database.discovery.shop import ROWS, SECRETS, SHOP
from tests.database.discovery.test_catalog import traced
from tests.servers import Database


@pytest.fixture
def shop(fresh_database: Database) -> Database:
    fresh_database.execute(SHOP + ROWS)
    return fresh_database


def test_no_value_of_a_cell_passes_the_connection(shop: Database, tmp_path: Path) -> None:
    with shop.connect() as connection:
        traffic = traced(connection, tmp_path / "trace", sample=True)
        assert [secret for secret in SECRETS if secret in traffic] == []
        assert "contact_note" in traffic
        # The recording would show them: a control.
        with (tmp_path / "control").open("w") as file:
            connection.pgconn.trace(file.fileno())
            connection.execute("SELECT full_name FROM crm.customer LIMIT 1")
            connection.pgconn.untrace()
    assert "Zebedee" in (tmp_path / "control").read_text(errors="replace")


def test_values_decide_where_names_say_nothing(shop: Database) -> None:
    with shop.connect() as connection:
        without, seen = discover(connection), discover(connection, sample=True)
    note = ("sales", "contact_note")
    assert without.columns[note]["plugh"].category is None
    assert (seen.columns[note]["plugh"].category, seen.columns[note]["plugh"].rule) == ("contact", "values")
    assert seen.columns["crm", "customer"]["mail"].confidence > without.columns["crm", "customer"]["mail"].confidence
    assert not without.sampled and seen.sampled


def test_a_table_that_takes_too_long_is_named_and_the_others_are_read(shop: Database) -> None:
    shop.execute(
        "CREATE FUNCTION public.slowly() RETURNS boolean LANGUAGE sql AS 'SELECT pg_catalog.pg_sleep(30) IS NULL';"
        "ALTER TABLE crm.staff ENABLE ROW LEVEL SECURITY; ALTER TABLE crm.staff FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY slow ON crm.staff USING (public.slowly()); CREATE ROLE slow_reader LOGIN;"
        "GRANT USAGE ON SCHEMA crm, sales TO slow_reader;"
        "GRANT SELECT ON ALL TABLES IN SCHEMA crm, sales TO slow_reader")
    with shop.connect("slow_reader") as connection:
        found = discover(connection, sample=True, timeout=2000)
    assert found.unsampled == {("crm", "staff"): "it took too long"}
    assert found.columns["crm", "customer"]["mail"].confidence == 0.95


def test_a_table_with_texts_that_may_not_be_read_is_named(shop: Database, unique: Callable[[str], str]) -> None:
    name = unique("r")
    shop.execute(f"CREATE ROLE {name} LOGIN; GRANT USAGE ON SCHEMA crm TO {name};"
                 f"GRANT SELECT ON crm.customer TO {name}")
    with shop.connect(name) as connection:
        found = discover(connection, sample=True)
    assert found.unsampled.keys() == {("crm", "staff"), ("sales", "contact_note"), ("sales", "product")}
    assert set(found.unsampled.values()) == {"this role may not read it"}


def test_only_so_many_rows_are_looked_at(shop: Database) -> None:
    shop.execute("UPDATE crm.customer SET xyzzy = 'a@b.example' WHERE id = 50")
    with shop.connect() as connection:
        assert discover(connection, sample=True, rows=10).columns["crm", "customer"]["xyzzy"].category == "birth"


@pytest.mark.parametrize(("pattern", "meets", "fails"), [
    ("email", "o'brien+x@mail.example.org", "user@localhost"),
    ("iban", "DE89 3704 0044 0532 0130 00", "DE89"),
    ("card", "4111 1111 1111 1111", "1234567"),
    ("ip", "192.0.2.17", "1.2.3"),
    ("ip", "2001:db8:0:0:1::1", "12:30:00"),
    ("mac", "00:1A:2b:3c:4D:5e", "00:1A"),
    ("phone", "+49 (30) 901820", "2024-01-02"),
    ("phone", "030/901820-0", "01.02.2024"),
    ("snils", "112-233-445 95", "112-233"),
    ("ssn", "078-05-1120", "078-051-120"),
    ("prose", "He came back and was angry", "Called again"),
])
def test_each_pattern_meets_what_it_says(fresh_database: Database, pattern: str, meets: str, fails: str) -> None:
    (regex,) = (one.regex for one in PATTERNS if one.name == pattern)
    assert fresh_database.execute("SELECT %s ~ %s, %s ~ %s", meets, regex, fails, regex) == [(True, False)]
