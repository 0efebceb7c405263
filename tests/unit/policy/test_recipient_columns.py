# ruff: noqa: E501 - what is sent or said stands on one line
"""What a recipient newly gets is told by its columns, whatever line of the policy gives them."""

from __future__ import annotations

import pytest

from sminion_guard.policy import loads
from sminion_guard.policy.differences.policies import difference
from sminion_guard.policy.differences.recipient_columns import differences_of_columns
from sminion_guard.policy.differences.renewal import renewals

BASE = """
[policy]
name = "shop"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"
consent = "renew"

[login.mailer]
purposes = ["letters"]

[purpose.letters]
title = "Letters"
basis = "consent"
needs = ["contact"]
may = ["use", "transfer"]
[purpose.orders]
title = "Orders"
basis = "contract"
needs = "*"
may = ["collect", "use"]
[purpose.counting]
title = "Count"
basis = "legitimate_interest"
needs = ["birth"]
may = ["use", "transfer"]

[schema.crm]
collected_for = ["letters", "orders", "counting"]
[schema.crm.customer]
subject = "id"
columns = { id = "key", email = "contact", page = "behaviour", city = "address", born_on = "birth", seen_at = "none" }
[schema.crm.note]
subject = "customer_id"
collected_for = ["orders"]
columns = { customer_id = "key", phone = "contact" }

[view.for_counting.customers]
from = "crm.customer"
for = ["counting"]
columns = { year = "year(born_on)" }
k = 5

[recipient.printer]
title = "Printer"
contract = "1"
purposes = ["letters"]
never = ["behaviour"]
[recipient.institute]
title = "Institute"
contract = "2"
purposes = ["counting"]
gives = ["social"]
never = ["address"]
"""
CITY = "`crm.customer.city` (`address`)"
CHANGES = {
    "a new column": ('email = "contact", page', 'email = "contact", tel = "contact", page',
                     "recipient `printer` may now also get for `letters`: `crm.customer.tel` (`contact`)"),
    "a column of another category": ('city = "address"', 'city = "contact"',
                                     "recipient `printer` may now also get for `letters`: `crm.customer.city` (`contact`)"),
    "a purpose that needs more": ('needs = ["contact"]', 'needs = ["contact", "address"]',
                                  f"recipient `printer` may now also get for `letters`: {CITY}"),
    "a table that a purpose newly reaches": (
        'collected_for = ["orders"]', 'collected_for = ["orders", "letters"]',
        "recipient `printer` may now also get for `letters`: `crm.note.phone` (`contact`)"),
    "a key that the contract covers": (
        'never = ["behaviour"]', 'never = ["behaviour"]\ngives = ["contact", "key"]',
        "recipient `printer` may now also get for `letters`: `crm.customer.id` (`key`)"),
    "a view with one more column": (
        '{ year = "year(born_on)" }', '{ year = "year(born_on)", n = "count()" }',
        "recipient `institute` may now also get for `counting`: `for_counting.customers.n` (of groups)"),
    "another operator of a view": (
        "year(born_on)", "month(born_on)",
        "recipient `institute` may now also get for `counting`: `for_counting.customers.year` (of groups)"),
    "a purpose that transfers": (
        'needs = "*"\nmay = ["collect", "use"]', 'needs = ["contact"]\nmay = ["use", "transfer"]', None),
    "a recipient": (
        "[recipient.printer]", '[recipient.post]\ntitle = "P"\ncontract = "3"\npurposes = ["counting"]\nnever = []\n'
        "[recipient.printer]", "recipient `post` may now get for `counting`: `for_counting.customers.year` (of groups)"),
}


def told(old: str, new: str) -> list[tuple[bool, str]]:
    return [(entry.widens, entry.text) for entry in differences_of_columns(loads(old), loads(new))]


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_recipient_newly_gets_is_told_and_widens_and_the_way_back_does_not(name: str) -> None:
    old, new, sentence = CHANGES[name]
    assert BASE.count(old) == 1
    other = BASE.replace(old, new)
    there, back = told(BASE, other), told(other, BASE)
    if sentence is None:
        assert there == back == []
        return
    assert (True, sentence) in there
    narrowed = sentence.replace("may now also get", "may no longer get").replace("may now get", "may no longer get")
    assert (False, narrowed) in back
    assert sentence in {entry.text for entry in difference(loads(BASE), loads(other)).widening}


@pytest.mark.parametrize(("old", "new"), [
    ('version = "1"', 'version = "2"'), ('page = "behaviour"', 'page = "behaviour", more = "behaviour"'),
    ('never = ["address"]', 'never = ["address", "birth"]\nuntil = 2030-01-01'),
    ('born_on = "birth", seen_at', 'born_on = "birth", home = "address", seen_at'),
])
def test_what_no_recipient_gets_is_no_news(old: str, new: str) -> None:
    found = told(BASE, BASE.replace(old, new))
    assert [text for widens, text in found if widens] == []


def test_a_view_is_not_shown_to_whom_never_names_what_it_is_made_of() -> None:
    other = BASE.replace('never = ["address"]', 'never = ["address", "birth"]')
    assert told(BASE, other) == [
        (False, "recipient `institute` may no longer get for `counting`: `for_counting.customers.year` (of groups)")]


def test_many_columns_make_a_line_with_every_category_and_all_names_for_programs() -> None:
    columns = ", ".join(f'c{n} = "{"contact" if n % 2 else "address"}"' for n in range(100))
    tables = "".join(f'[schema.crm.t{n}]\nsubject = "id"\ncolumns = {{ id = "key", a = "contact", b = "none" }}\n'
                     for n in range(9))
    other = BASE.replace("[view.", tables + "[view.", 1).replace(
        "seen_at = \"none\" }", f'seen_at = "none", {columns} }}').replace(
        'needs = ["contact"]', 'needs = ["contact", "address"]')
    institute, sentence = differences_of_columns(loads(BASE), loads(other))
    assert sentence.text == (
        "recipient `printer` may now also get for `letters`: 101 columns of `crm.customer` (`address`, `contact`);"
        + "".join(f" 2 columns of `crm.t{n}` (`contact`, `none`);" for n in range(4))
        + " 10 columns of 5 more tables (`contact`, `none`)")
    assert institute.text.endswith("; ".join(f"`crm.t{n}.b` (`none`)" for n in range(9)))
    assert len(sentence.columns) == 101 + 18
    assert {"crm.customer.city", "crm.customer.c99", "crm.t8.b"} <= set(sentence.columns)


def test_a_key_that_a_recipient_newly_gets_asks_for_consents_again() -> None:
    keyed = BASE.replace('never = ["behaviour"]', 'never = ["behaviour"]\ngives = ["contact", "key"]')
    assert renewals(loads(BASE), loads(keyed)) == {"letters": ("recipient `printer` may now get `key` for `letters`",)}
