"""Whom rows are about: kinds of subjects, foreign keys to people, paths, and open questions."""

from __future__ import annotations

import pytest

from sminion_guard.discovery.draft import draft
from sminion_guard.discovery.model import Draft, Relation, Subject
from tests.unit.discovery.columns import column, database, table

CUSTOMER = table("customer", "first_name", "email")
EMPLOYEE = table("employee", "last_name", "phone")
PRODUCT = table("product", "title")
ORDERS = table("orders", column("ordered_at", "date"), refers={"customer_id": "customer"})


def found(*tables: Relation) -> Draft:
    return draft(database(*tables))


def subject(name: str, *tables: Relation) -> Subject:
    return found(*tables).subjects["public", name]


def test_a_table_of_people_is_a_kind_of_subjects() -> None:
    (kind,) = found(CUSTOMER, PRODUCT).kinds
    assert (kind.name, kind.table, kind.column, kind.key, kind.staff) == (
        "customer", ("public", "customer"), "id", "bigint", False)
    assert subject("customer", CUSTOMER).columns == (("id", "customer", False),)


@pytest.mark.parametrize("name", [
    "customers", "tblclients", "auth_user", "customer_entity", "Kunden", "mitarbeiter", "utilisateurs", "pacientes",
    "сотрудники", "klienty",
])
def test_people_are_known_in_five_languages(name: str) -> None:
    assert len(found(table(name, "email")).kinds) == 1


@pytest.mark.parametrize("name", [
    "customer_group", "user_session", "groupe_client", "kundengruppe", "user_roles", "product",
])
def test_what_only_has_a_word_for_people_in_its_name_is_no_kind(name: str) -> None:
    assert found(table(name, "title", "comment")).kinds == ()


def test_a_given_and_a_family_name_make_any_table_one_of_people() -> None:
    assert [kind.table for kind in found(table("xyzzy", "first_name", "surname")).kinds] == [("public", "xyzzy")]


def test_a_table_of_people_without_a_usable_key_is_an_open_question() -> None:
    people = table("customer", "email", column("id", "numeric", required=True))
    assert found(people).kinds == ()
    assert not subject("customer", people).known


def test_a_row_with_a_key_of_a_person_is_about_that_person() -> None:
    assert subject("orders", CUSTOMER, ORDERS).columns == (("customer_id", "customer", False),)


def test_a_row_about_a_customer_is_not_about_who_served_him() -> None:
    both = table("orders", refers={"customer_id": "customer", "employee_id": "employee"})
    answer = subject("orders", CUSTOMER, EMPLOYEE, both)
    assert answer.columns == (("customer_id", "customer", False),)
    assert "`employee_id` names who handled it" in answer.reason


def test_a_row_that_names_only_staff_is_about_them() -> None:
    assert subject("absence", EMPLOYEE, table("absence", refers={"employee_id": "employee"})).columns == (
        ("employee_id", "employee", False),)


def test_a_row_about_two_people_is_about_both_and_says_which_may_be_missing() -> None:
    gift = table("gift", column("taker", "bigint"), refers={"giver": "customer", "taker": "customer"})
    assert subject("gift", CUSTOMER, gift).columns == (("giver", "customer", False), ("taker", "customer", True))


def test_who_only_handled_a_row_is_an_open_question() -> None:
    film = table("film", "title", refers={"created_by": "employee"})
    assert not subject("film", EMPLOYEE, film).known


def test_a_table_below_one_with_handlers_only_is_not_in_doubt() -> None:
    film = table("film", "title", refers={"created_by": "employee"})
    assert subject("copy", EMPLOYEE, film, table("copy", refers={"film_id": "film"})).known


def test_a_path_leads_through_parents() -> None:
    item = table("order_item", refers={"order_id": "orders", "product_id": "product"})
    answer = subject("order_item", CUSTOMER, PRODUCT, ORDERS, item)
    assert answer.path is not None
    assert (answer.path.column, answer.path.parent, answer.path.key) == ("order_id", ("public", "orders"), "id")
    below = table("item_return", refers={"item_id": "order_item"})
    assert subject("item_return", CUSTOMER, PRODUCT, ORDERS, item, below).path is not None


def test_of_two_ways_the_one_that_the_table_is_named_after_is_taken() -> None:
    visit = table("visit", refers={"customer_id": "customer"})
    item = table("orders_item", refers={"order_id": "orders", "visit_id": "visit"})
    answer = subject("orders_item", CUSTOMER, ORDERS, visit, item)
    assert answer.path is not None and answer.path.parent == ("public", "orders")


def test_two_ways_that_are_alike_are_an_open_question() -> None:
    transfer = table("transfer", refers={"source_order": "orders", "target_order": "orders"})
    assert not subject("transfer", CUSTOMER, ORDERS, transfer).known


def test_a_path_to_a_row_about_several_people_is_an_open_question() -> None:
    gift = table("gift", refers={"giver": "customer", "taker": "customer"})
    assert not subject("wrapping", CUSTOMER, gift, table("wrapping", refers={"gift_id": "gift"})).known


def test_personal_columns_that_lead_to_nobody_are_an_open_question() -> None:
    address = table("address", "street", "zip")
    answer = subject("address", address)
    assert not answer.known
    assert "street" in answer.reason
    assert not subject("depot", address, table("depot", "title", refers={"address_id": "address"})).known


def test_a_table_of_things_is_about_nobody() -> None:
    answer = subject("product", CUSTOMER, PRODUCT)
    assert answer.known and not answer.leads


def test_a_key_that_the_database_does_not_declare_is_supposed_from_its_name() -> None:
    cart = table("cart", column("customer_id", "bigint", required=True))
    answer = subject("cart", CUSTOMER, cart)
    assert answer.columns == (("customer_id", "customer", False),)
    assert answer.confidence < subject("orders", CUSTOMER, ORDERS).confidence
    assert "the name of" in answer.reason


@pytest.mark.parametrize(("people", "key"), [
    ("customers", "customer_id"), ("Kunden", "kunde_id"), ("kunden", "KundeNr"), ("clients", "client_id"),
    ("clientes", "id_cliente"), ("klienty", "klient_id"), ("сотрудники", "КодСотрудника"), ("auth_user", "user_id"),
    ("tblclients", "clientid"), ("customer_entity", "customer_id"), ("customer", "billing_customer_id"),
])
def test_a_key_is_known_by_the_name_of_its_table_in_singular_and_plural(people: str, key: str) -> None:
    assert subject("xyzzy", table(people, "email"), table("xyzzy", column(key, "bigint"))).leads


def test_a_key_is_known_by_the_name_that_its_table_gives_it() -> None:
    people = table("kunden", "vorname", column("kd_nr", "bigint", required=True), key="kd_nr")
    assert subject("rechnung", people, table("rechnung", column("kd_nr", "bigint"))).leads
    plain = table("kunden", "vorname", column("nr", "bigint", required=True), key="nr")
    assert not subject("rechnung", plain, table("rechnung", column("nr", "bigint"))).leads


def test_a_name_that_may_mean_two_tables_is_not_supposed_to_mean_one() -> None:
    other = table("customer", "email", schema="shop")
    cart = table("cart", column("customer_id", "bigint"), schema="third")
    assert not draft(database(CUSTOMER, other, cart)).subjects["third", "cart"].leads


def test_a_column_of_another_type_is_not_supposed_to_be_a_key() -> None:
    assert not subject("cart", CUSTOMER, table("cart", column("customer_id", "uuid"))).leads


def test_a_key_of_people_of_which_nothing_says_who_they_are_is_an_open_question() -> None:
    assert not subject("ballot", CUSTOMER, table("ballot", column("voter", "bigint"))).known


def test_a_table_that_extends_people_is_of_their_kind() -> None:
    staff = table("employee", "salary", refers={"id": "person"})
    answer = found(table("person", "first_name"), staff)
    assert [kind.table for kind in answer.kinds] == [("public", "person")]
    assert answer.subjects["public", "employee"].columns == (("id", "person", False),)


def test_parents_in_a_circle_end_the_search() -> None:
    hen = table("hen", refers={"egg_id": "egg"})
    assert subject("egg", hen, table("egg", refers={"hen_id": "hen"})).known


def test_what_leads_to_a_subject_is_listed_and_never_neutral() -> None:
    answer = found(CUSTOMER, ORDERS, table("order_item", refers={"orders_id": "orders"}))
    for name, about in answer.subjects.items():
        for led, _, _ in about.columns:
            assert answer.columns[name][led].category not in (None, "none")
        if about.path is not None:
            assert answer.columns[about.path.parent][about.path.key].category not in (None, "none")
