"""Preflight: one kind of subjects that is two numberings, and numbers that are unique only within a tenant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.policy import loads
from tests.servers import Database, new_guarded_database, unique_name

HEAD = """
[policy]
name = "NAME"
version = "1"
ticket_lifetime = "15 minutes"
SUBJECT_KEY
[purpose.work]
title = "Work"
basis = "contract"
needs = "*"
may = ["use"]
[schema.crm]
collected_for = ["work"]
[schema.hr]
collected_for = ["work"]
KINDS
"""


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[Database]:
    with new_guarded_database(server) as made:
        yield made


def found(database: Database, tables: str, schemas: str, *, kinds: str = "") -> list[tuple[str, str]]:
    """What of ours plan warns of: code, and the columns that are named. Nothing is left in the database."""
    head = HEAD.replace("NAME", unique_name("num")).replace("KINDS", kinds)
    policy = loads(head.replace("SUBJECT_KEY", "" if kinds else 'subject_key = "bigint"') + schemas)
    database.execute("CREATE SCHEMA crm; CREATE SCHEMA hr;" + tables)
    try:
        with database.connect() as admin:
            problems = migrate.plan(admin, policy).problems
    finally:
        database.execute("DROP SCHEMA crm CASCADE; DROP SCHEMA hr CASCADE")
    assert not any(problem.refuses for problem in problems if problem.code in ("SG352", "SG353"))
    return [(problem.code, problem.message) for problem in problems if problem.code in ("SG352", "SG353")]


TWO = """
[schema.crm.customer]
subject = "id"
columns = { id = "key", name = "identity" }
[schema.hr.employee]
subject = "id"
columns = { id = "key", name = "identity" }
"""
KINDS = '[subject.customer]\nkey = "bigint"\n[subject.employee]\nkey = "bigint"\n'
TABLES = (
    "CREATE TABLE crm.customer (id bigint PRIMARY KEY{0}, name text);"
    "CREATE TABLE hr.employee (id bigint PRIMARY KEY{1}, name text);"
)
IDENTITY = " GENERATED ALWAYS AS IDENTITY"


def of(*kinds: str) -> str:
    """The two tables, with their kinds."""
    first, second = TWO.split("[schema.hr")
    parts = zip((first, second), kinds, strict=True)
    return "[schema.hr".join(part.replace('subject = "id"', f'subject = "id"\nkind = "{kind}"') for part, kind in parts)


def test_two_numberings_of_one_kind_are_a_warning(database: Database) -> None:
    ((code, message),) = found(database, TABLES.format("", ""), TWO)
    assert code == "SG352"
    assert message == (
        "`crm.customer.id` and `hr.employee.id` seem to number different people, and the policy takes them for one")


def test_a_kind_for_each_is_the_remedy(database: Database) -> None:
    tables = TABLES.format(IDENTITY, IDENTITY)
    assert found(database, tables, of("customer", "employee"), kinds=KINDS) == []


def test_whoever_names_one_kind_for_both_is_warned_where_both_make_their_own_keys(database: Database) -> None:
    for tables, count in ((TABLES.format("", ""), 0), (TABLES.format(IDENTITY, ""), 0),
                          (TABLES.format(IDENTITY, " DEFAULT nextval('crm.numbers')"), 1)):
        warned = found(database, "CREATE SEQUENCE crm.numbers;" + tables, of("customer", "customer"), kinds=KINDS)
        assert [code for code, _ in warned] == ["SG352"] * count
    assert "one kind, `customer`" in warned[0][1]


@pytest.mark.parametrize("tables", [
    TABLES.format("", " REFERENCES crm.customer"),
    "CREATE TABLE crm.person (id bigint PRIMARY KEY);"
    + TABLES.format(" REFERENCES crm.person", " REFERENCES crm.person"),
], ids=["one refers to the other", "both refer to a third"])
def test_a_foreign_key_ties_two_tables(database: Database, tables: str) -> None:
    assert found(database, tables, TWO) == []


@pytest.mark.parametrize(("column", "warned"), [("customer_id", 0), ("client_id", 1)])
def test_the_name_of_a_column_ties_it_to_a_table(database: Database, column: str, warned: int) -> None:
    first, second = TWO.split("[schema.hr")
    renamed = second.replace('"id"', f'"{column}"').replace("id =", f"{column} =")
    policy = f"{first}[schema.hr{renamed}"
    tables = (f"CREATE TABLE crm.customer (id bigint PRIMARY KEY, name text);"
              f"CREATE TABLE hr.employee ({column} bigint PRIMARY KEY, name text);")
    assert len(found(database, tables, policy)) == warned


PERSON = """
[schema.hr.person]
subject = "number"
columns = { tenant = "none", number = "key", name = "identity" }
"""


def test_a_number_of_each_tenant_is_a_warning(database: Database) -> None:
    tables = "CREATE TABLE hr.person (tenant int, number bigint, name text, PRIMARY KEY (tenant, number));"
    assert found(database, tables, PERSON) == [
        ("SG353", "subject column `hr.person.number` is unique only together with `tenant`")]


@pytest.mark.parametrize("more", [
    ", UNIQUE (number)", ", FOREIGN KEY (number) REFERENCES crm.numbered",
], ids=["unique by itself too", "refers to where it is"])
def test_a_number_that_is_unique_by_itself_is_none(database: Database, more: str) -> None:
    tables = ("CREATE TABLE crm.numbered (id bigint PRIMARY KEY);"
              f"CREATE TABLE hr.person (tenant int, number bigint, name text, PRIMARY KEY (tenant, number){more});")
    assert found(database, tables, PERSON) == []


def test_the_key_of_a_partition_is_no_tenant(database: Database) -> None:
    tables = ("CREATE TABLE hr.person (tenant timestamptz, number bigint, name text, PRIMARY KEY (tenant, number))"
              " PARTITION BY RANGE (tenant);")
    assert found(database, tables, PERSON) == []


def test_a_table_that_refers_to_people_is_no_tenant_unless_its_rule_says_so(database: Database) -> None:
    """A subscriber's key is unique only within a list, and is that of a customer all the same."""
    customer = TWO.split("[schema.hr")[0]
    tables = ("CREATE TABLE crm.customer (id bigint PRIMARY KEY, name text);"
              "CREATE TABLE hr.person (tenant int, number bigint, name text, PRIMARY KEY (tenant, number));")
    assert found(database, tables, customer + PERSON) == []
    ruled = PERSON.replace('subject = "number"', 'subject = "number"\nrows = "tenant = :tenant"')
    ticket = '[ticket]\nvalues = { tenant = "int" }\n'
    assert [code for code, _ in found(database, tables, ticket + customer + ruled)] == ["SG353"]
