"""Compartments of recipients: their roles, what they read, who enters them, and what ends their tickets."""

from __future__ import annotations

import pytest

from sminion_guard.compiler.compiled import compile_policy
from sminion_guard.policy import Policy, compartments, holds, loads, recipient_compartments
from sminion_guard.policy.access import compartment_access
from sminion_guard.policy.differences.held import held
from sminion_guard.policy.names import MAX_BYTES, compartment_role

TEXT = """
[policy]
name = "p"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"

[login.app]
purposes = ["delivery"]
[login.job]
transfers_to = ["carrier"]

[purpose.delivery]
title = "Deliver"
basis = "contract"
needs = ["contact", "behaviour"]
may = ["collect", "use", "clarify", "delete", "transfer"]
views = "seen"
[purpose.care]
title = "Answer"
basis = "contract"
needs = ["contact"]
may = ["use"]

[schema.shop]
collected_for = ["delivery", "care"]
[schema.shop.person]
subject = "id"
columns = { id = "key", mail = "contact", word = "behaviour", born_on = "birth", seen_at = "none" }
[schema.shop.country]
subject = false
columns = { id = "key", name = "none" }

[recipient.carrier]
title = "Carrier"
contract = "1"
purposes = ["delivery", "care"]
never = ["behaviour"]
until = 2030-01-31
[recipient.counter]
title = "Counter"
contract = "2"
purposes = ["delivery"]
gives = ["behaviour"]
never = ["key"]
"""


def reads(text: str = TEXT, table: str = "person") -> dict[str | None, tuple[str, ...]]:
    policy = loads(text)
    held = policy.schemas["shop"].tables[table]
    found = [entry for entry in (*compartments(policy), *recipient_compartments(policy)) if entry.purpose == "delivery"]
    return {entry.recipient: compartment_access(policy, entry, held).use for entry in found}


def test_each_recipient_has_a_role_for_each_purpose_that_transfers() -> None:
    found = recipient_compartments(loads(TEXT))
    assert [(entry.role, entry.purpose, entry.recipient) for entry in found] == [
        ("p_delivery_to_carrier", "delivery", "carrier"), ("p_delivery_to_counter", "delivery", "counter")]
    assert {entry.collections for entry in found} == {("shop",)}


def test_it_reads_what_the_recipient_may_get_and_the_places_of_rows() -> None:
    assert reads() == {
        None: ("id", "mail", "seen_at", "word"),
        "carrier": ("ctid", "id", "mail", "seen_at", "tableoid"),
        "counter": ("ctid", "seen_at", "tableoid", "word"),
    }
    assert reads(table="country") == {None: ("id", "name"), "carrier": ("id", "name"), "counter": ("name",)}


def test_it_writes_nothing() -> None:
    policy = loads(TEXT)
    for entry in recipient_compartments(policy):
        for table in policy.tables():
            found = compartment_access(policy, entry, table)
            assert (found.collect, found.clarify, found.delete) == ((), (), False)
    texts = [statement.sql for statement in compile_policy(policy).statements]
    for text in texts:
        if "_to_carrier" in text and text.startswith(("GRANT", "REVOKE ALL ON TABLE", "CREATE POLICY")):
            assert not any(
                f"{verb} (" in text or f"FOR {verb}" in text for verb in ("INSERT", "UPDATE", "DELETE")), text


def test_who_exports_enters_it_and_nobody_else() -> None:
    policy = loads(TEXT)
    all_of_them = (*compartments(policy), *recipient_compartments(policy))
    entered = {
        name: {entry.role for entry in all_of_them if holds(login, entry)} for name, login in policy.logins.items()}
    assert entered == {"app": {"p_delivery"}, "job": {"p_delivery_to_carrier"}}


def test_a_view_of_the_purpose_is_read_if_all_its_columns_may_be() -> None:
    def granted(policy: Policy) -> set[str]:
        return {statement.key for statement in compile_policy(policy).statements
                if statement.key.startswith("view:") and "p_delivery_to_carrier" in statement.sql}

    assert granted(loads(TEXT)) == {"view:shop.country:seen.country"}
    assert granted(loads(TEXT.replace('never = ["behaviour"]', "never = []"))) == {
        "view:shop.country:seen.country", "view:shop.person:seen.person"}


@pytest.mark.parametrize(("old", "new", "ends"), [
    ('never = ["behaviour"]', 'never = ["behaviour", "contact"]', True),
    ('never = ["behaviour"]', "never = []", False),
    ("until = 2030-01-31", "until = 2030-01-30", True),
    ('title = "Carrier"', 'title = "The carrier"', False),
])
def test_less_for_the_recipient_ends_its_tickets(old: str, new: str, ends: bool) -> None:
    def of(text: str) -> tuple[set[str], object]:
        policy = loads(text)
        found = held(policy, recipient_compartments(policy)[0])
        return set(found.gives["shop.person"]["read"]), found.terms

    (before, was), (after, now) = of(TEXT), of(TEXT.replace(old, new))
    assert (not before <= after or was != now) == ends


def test_long_names_are_cut_and_stay_apart() -> None:
    long = "p" * 40
    roles = {
        compartment_role("policy", long, ["a"], alone=alone, recipient=recipient)
        for alone in (True, False) for recipient in (None, "r" * 40, "r" * 39, "a")
    }
    # whether a purpose has several compartments does not change a name that is cut
    assert len(roles) == 6
    assert all(len(role.encode()) <= MAX_BYTES for role in roles)
