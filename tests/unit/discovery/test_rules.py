"""The rules for columns: each has its place, each decides something, and the first that answers decides."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace

import pytest

from sminion_guard.discovery import rules
from sminion_guard.discovery.classify import classify
from sminion_guard.discovery.model import Column, Decision, Relation, Sampled
from sminion_guard.discovery.patterns import PATTERNS
from sminion_guard.policy.model import CATEGORIES, OPEN_CATEGORIES
from tests.unit.discovery.columns import column, table


def decide(relation: Relation, name: str, *, leads: bool = False, seen: dict[str, float] | None = None) -> Decision:
    sampled = {name: Sampled(100, seen)} if seen else None
    return classify(relation, leads=leads, sampled=sampled)[name]


EXAMPLES: dict[str, tuple[Relation, str, bool, dict[str, float] | None, str | None]] = {
    "joins": (table("invoice", refers={"product_id": "product"}), "product_id", False, None, "key"),
    "network": (table("visit", column("seen_from", "inet")), "seen_from", False, None, "device"),
    "yes_or_no": (table("customer", column("is_locked", "boolean")), "is_locked", False, None, "none"),
    "operational": (table("customer", "email_status"), "email_status", False, None, "none"),
    "reference_list": (table("country", "country"), "country", False, None, "none"),
    "certain_name": (table("anything", "email"), "email", False, None, "contact"),
    "name_beside_people": (table("customer", "name"), "name", False, None, "identity"),
    "values": (table("customer", "xyzzy"), "xyzzy", False, {"email": 0.97}, "contact"),
    "sentences": (table("customer", "xyzzy"), "xyzzy", False, {"prose": 0.5}, "free_text"),
    "comment": (table("thing", column("xyzzy", comment="The customer's date of birth")), "xyzzy", False, None, "birth"),
    "name_of_key": (table("shipment", "batch_ref"), "batch_ref", False, None, "key"),
    "identifies": (table("setting", column("xyzzy"), key="xyzzy"), "xyzzy", False, None, "key"),
    "neutral_name": (table("customer", "created_at"), "created_at", False, None, "none"),
    "prose": (table("visit", column("xyzzy", "text", limit=None)), "xyzzy", True, None, "free_text"),
    "unknown": (table("customer", "xyzzy"), "xyzzy", False, None, None),
}
"""Rule to a column that it decides: the table, its name, whether the table leads to people, values, the answer."""


def test_the_list_has_each_rule_once_and_nothing_else() -> None:
    written = [
        node.name for node in ast.parse(inspect.getsource(rules)).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name != "decide"
    ]
    assert [rule.__name__ for rule in rules.RULES] == written
    assert EXAMPLES.keys() == set(written)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_rule_decides_something(name: str) -> None:
    relation, called, leads, seen, category = EXAMPLES[name]
    decision = decide(relation, called, leads=leads, seen=seen)
    assert (decision.rule, decision.category) == (name, category)
    assert decision.reason


def test_rules_answer_with_categories_of_the_policy_only() -> None:
    assert {pattern.category for pattern in PATTERNS} - {""} <= CATEGORIES
    assert {example[4] for example in EXAMPLES.values()} - {None} <= CATEGORIES | OPEN_CATEGORIES


def test_what_is_not_known_stays_closed() -> None:
    for kind in ("character varying", "numeric", "boolean", "date", "jsonb", "bytea"):
        assert decide(table("customer", column("xyzzy", kind)), "xyzzy").category is None


def test_a_foreign_key_that_tells_something_is_no_key() -> None:
    relation = table("patient", refers={"diagnosis_id": "diagnosis", "religion_id": "religion", "ward_id": "ward"})
    found = classify(relation, person=True)
    assert [found[name].category for name in ("diagnosis_id", "religion_id", "ward_id")] == ["health", "social", "key"]


def test_a_foreign_key_to_a_person_is_a_key_whatever_it_is_called() -> None:
    relation = table("claim", refers={"spouse": "person"})
    assert classify(relation, leading=frozenset({"spouse"}))["spouse"].category == "key"


def test_a_number_is_no_free_text_and_a_date_no_address() -> None:
    relation = table("customer", column("remark", "integer"), column("street", "date"))
    assert decide(relation, "remark").category is None
    assert decide(relation, "street").category is None


def test_description_is_personal_where_keys_lead_to_people_only() -> None:
    assert decide(table("product", "description"), "description").category is None
    assert decide(table("claim_file", column("description", "text")), "description", leads=True).category == "free_text"


def test_a_message_is_free_text_without_keys_too() -> None:
    assert decide(table("note", "content"), "content").category == "free_text"


def test_a_state_is_an_address_beside_a_street_only() -> None:
    assert decide(table("job", "state", "attempt"), "state").category is None
    assert decide(table("site", "state", "street"), "state").category == "address"


def test_a_name_of_a_thing_in_a_table_of_people_is_not_theirs() -> None:
    assert decide(table("customer", "product_name"), "product_name").category is None


def test_two_certain_columns_make_a_table_one_about_people() -> None:
    assert decide(table("xyzzy", "name"), "name").category is None
    assert decide(table("xyzzy", "name", "email", "phone"), "name").category == "identity"


def test_a_yes_or_no_about_health_is_health() -> None:
    assert decide(table("patient", column("is_pregnant", "boolean")), "is_pregnant").category == "health"


def test_values_that_agree_with_the_name_make_it_more_certain() -> None:
    relation = table("customer", "email")
    alone, both = decide(relation, "email"), decide(relation, "email", seen={"email": 1.0})
    assert both.category == alone.category == "contact"
    assert both.confidence > alone.confidence
    assert "100%" in both.reason


def test_few_values_of_a_form_prove_nothing() -> None:
    assert decide(table("customer", "xyzzy"), "xyzzy", seen={"email": 0.5}).category is None


def test_a_prefix_of_all_columns_says_nothing() -> None:
    relation = table("customer", "c_name", "c_phone", "c_custkey", key=None)
    assert {name: decision.category for name, decision in classify(relation).items()} == {
        "c_name": "identity", "c_phone": "contact", "c_custkey": "key"}


def test_columns_of_a_document_are_read_in_their_own_group() -> None:
    relation = table("owner", "teams.name", "contact.name", key=None)
    assert {name: decision.category for name, decision in classify(relation).items()} == {
        "teams.name": None, "contact.name": "identity"}


def test_every_decision_has_a_confidence_between_0_and_1() -> None:
    for relation, called, leads, seen, _ in EXAMPLES.values():
        assert 0 <= decide(relation, called, leads=leads, seen=seen).confidence <= 1


def test_the_type_of_a_column_is_not_what_decides_its_certain_name() -> None:
    phone = Column("phone", "bigint", column("n", "bigint").shape)
    assert decide(table("customer", phone), "phone").category == "contact"
    assert decide(table("customer", replace(phone, kind="integer")), "phone").category == "contact"


def test_a_unique_text_or_number_about_a_person_is_no_key() -> None:
    """A key is open to every purpose that reaches the table."""
    columns = ("name", "login", "email", column("phone", "bigint"), column("ssn", "integer"))
    relation = replace(table("users", *columns), keys=("id", "name", "login", "email", "phone", "ssn"))
    assert {name: decision.category for name, decision in classify(relation, person=True).items()} == {
        "id": "key", "name": "identity", "login": "identity", "email": "contact", "phone": "contact", "ssn": "identity"}


@pytest.mark.parametrize("name", [
    "diagnosis_type", "income_level", "religion_group", "disability_status", "has_allergy", "salary_class",
])
def test_a_type_or_a_level_of_something_private_is_not_neutral(name: str) -> None:
    assert decide(table("patient", name), name).category not in ("none", "key")


def test_a_question_with_a_word_that_nobody_knows_stays_closed() -> None:
    assert decide(table("patient", column("has_xyzzy", "boolean")), "has_xyzzy").category is None
    assert decide(table("patient", column("xyzzy", "boolean")), "xyzzy").category is None


def test_values_overrule_a_name_that_says_nothing_personal() -> None:
    relation = table("customer", "status", "email_type", "batch_ref")
    for name in ("status", "email_type", "batch_ref"):
        assert decide(relation, name).category in ("none", "key")
        assert decide(relation, name, seen={"email": 1.0}).category == "contact"
    assert decide(relation, "status", seen={"prose": 0.9}).category == "free_text"
