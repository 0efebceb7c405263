"""The file that is written: a valid policy, whatever the names are, in which everything is closed."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sminion_guard.discovery.draft import draft
from sminion_guard.discovery.model import Database, ForeignKey
from sminion_guard.discovery.values import as_values, summary
from sminion_guard.discovery.write import policy_name, write
from sminion_guard.policy import loads
from tests.unit.discovery.columns import column, database, table

SHOP = database(
    table("customer", "first_name", column("note", "text", limit=None), column("xyzzy", "jsonb")),
    table("employee", "last_name"),
    table("orders", column("total", "numeric"), refers={"customer_id": "customer"}),
    table("order_item", column("quantity", "integer"), refers={"orders_id": "orders"}),
    table("message", "body", column("agent", "bigint"), refers={"sender": "customer", "agent": "employee"}),
    table("gift", column("taker", "bigint"), refers={"giver": "customer", "taker": "customer"}),
    table("product", "title"),
    table("address", "street"),
)
TEXT = """
[schema.public.orders]
subject = "customer_id"  # foreign key `customer_id` to `public.customer`; 0.90
kind = "customer"

[schema.public.orders.columns]
id = "key"  # primary, unique or foreign key; 1.00
total = "payment"  # its name says `total` (en); 0.75
customer_id = "key"  # primary, unique or foreign key; 1.00
"""


def test_a_table_is_written_with_a_reason_for_each_line() -> None:
    assert TEXT in write(draft(SHOP))


def test_the_file_is_a_policy_in_which_everything_is_closed() -> None:
    policy = loads(write(draft(SHOP)))
    assert all(policy.collection_of(one).collected_for == frozenset() for one in policy.tables())
    assert policy.purposes == {} and policy.logins == {}
    assert policy.kinds.keys() == {"customer", "employee"}


def test_open_questions_stay_closed_when_purposes_are_filled_in() -> None:
    text = write(draft(SHOP)).replace(
        "[schema.public]\ncollected_for = []", '[schema.public]\ncollected_for = ["contract"]')
    text += '\n[purpose.contract]\ntitle = "x"\nbasis = "contract"\nneeds = "*"\nmay = ["use"]\n'
    policy = loads(text)
    assert policy.collection_of(policy.schemas["public"].tables["address"]).collected_for == frozenset()
    assert policy.collection_of(policy.schemas["public"].tables["orders"]).collected_for == {"contract"}


def test_the_example_in_the_file_works_when_it_is_uncommented() -> None:
    text = write(draft(SHOP))
    begin = text.index("# [login.app]")
    end = text.index("\n\n", begin)
    example = "\n".join(line.removeprefix("#").removeprefix(" ") for line in text[begin:end].splitlines())
    used = text.replace("[schema.public]\ncollected_for = []", '[schema.public]\ncollected_for = ["contract"]')
    assert loads(used[:begin] + example + used[end:]).purposes.keys() == {"contract"}


def test_subjects_are_written_as_the_policy_wants_them() -> None:
    tables = tomllib.loads(write(draft(SHOP)))["schema"]["public"]
    assert tables["message"]["subject"] == "sender"
    assert tables["gift"]["subject"] == {"giver": "customer", "taker": "customer?"}
    assert tables["order_item"]["subject"] == "orders_id -> public.orders.id"
    assert tables["product"]["subject"] is False
    assert "collected_for" not in tables["product"]
    assert tables["address"] == {"subject": False, "collected_for": [], "columns": {"id": "key", "street": "address"}}
    assert "xyzzy" not in tables["customer"]["columns"]


def test_one_kind_needs_no_section() -> None:
    policy = loads(write(draft(database(table("customer", "email")))))
    assert policy.kinds == {} and policy.subject_key == "bigint"


def test_a_database_without_tables_is_written_too() -> None:
    assert loads(write(draft(Database("empty", {})))).schemas == {}


@pytest.mark.parametrize(("name", "policy"), [
    ("shop", "shop"), ("My Shop", "my_shop"), ("2shop", "shop"), ("pg_test", "shop"), ("магазин", "shop"), ("", "shop"),
    ("a" * 40, "a" * 20), ("sminion", "shop"),
])
def test_the_policy_is_named_after_the_database(name: str, policy: str) -> None:
    assert policy_name(name) == policy


def test_a_table_with_a_name_that_a_schema_uses_cannot_be_listed_and_paths_through_it_are_open() -> None:
    people, used = table("customer", "email"), table("neutral", refers={"customer_id": "customer"})
    text = write(draft(database(people, used, table("child", refers={"neutral_id": "neutral"}))))
    assert "table public.neutral cannot be listed" in text
    child = loads(text).schemas["public"].tables["child"]
    assert child.subject is None and child.collected_for == frozenset()


def test_views_and_partitions_are_named_and_not_listed() -> None:
    text = write(draft(Database("shop", {}, {("public", "v"): "view"})))
    assert "# not listed: view v" in text


def test_the_values_for_programs_say_the_same() -> None:
    answer = draft(SHOP)
    values = as_values(answer)
    assert values["tables"]["public.address"]["subject"] is None  # type: ignore[index]
    assert values["tables"]["public.product"]["subject"] is False  # type: ignore[index]
    assert values["tables"]["public.orders"]["subject"] == {"customer_id": "customer"}  # type: ignore[index]
    assert summary(answer)["tables"] == 8
    assert summary(answer)["open"] == 1


names = st.text(
    st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20,
) | st.sampled_from(["id", "customer", "user", "a.b", "title", "neutral", "collected_for", 'q"x', "a -> b", "c?",
                     "email", "customer_id", "$x$", "new\nline", "#", "a'b", "\\", "тест", "employee", "name"])


@given(st.data())
def test_whatever_the_names_are_the_file_is_a_policy(data: st.DataObject) -> None:
    tables = {}
    for schema, name in data.draw(st.lists(st.tuples(names, names), max_size=6, unique=True)):
        if schema.startswith("pg_") or schema in ("sminion", "information_schema"):
            continue
        columns = data.draw(st.lists(names, min_size=1, max_size=5, unique=True))
        one = table(name, *(column(each, data.draw(st.sampled_from(["bigint", "text", "uuid"]))) for each in columns),
                    key=columns[0], schema=schema)
        parents = [parent for parent in tables.values() if parent.primary]
        if parents and data.draw(st.booleans()):
            parent = data.draw(st.sampled_from(parents))
            one = type(one)(schema, name, one.columns, one.primary, one.keys,
                            (ForeignKey(columns[-1], parent.id, parent.primary[0]),))
        tables[schema, name] = one
    loads(write(draft(Database(data.draw(names), tables))))
