"""What `policy show` and `policy explain` say."""

from __future__ import annotations

import pytest

from sminion_guard.cli.policy_page import render
from sminion_guard.cli.policy_text import overview as printed_overview
from sminion_guard.policy import loads
from sminion_guard.policy.explain import explain
from sminion_guard.policy.page.notice import notice
from sminion_guard.policy.page.words import words
from sminion_guard.policy.show import overview
from tests.policies import SHOP, policy


def test_the_overview_says_who_reaches_what() -> None:
    view = overview(loads(SHOP))
    reached = {schema.name: schema.reached_by for schema in view.schemas}
    assert reached == {
        "books": ("accounting", "contract"),
        "crm": ("accounting", "contract", "rectification"),
        "mail": ("news",),
        "web_log": (),
    }


def test_the_overview_names_roles_logins_and_tables_of_a_purpose() -> None:
    (contract,) = [purpose for purpose in overview(loads(SHOP)).purposes if purpose.name == "contract"]
    (compartment,) = contract.compartments
    assert (contract.logins, contract.collected_in) == (("shop_app",), ("crm",))
    assert (compartment.role, compartment.schemas) == ("shop_contract", ("books", "crm"))
    assert [table.table for table in compartment.tables] == [
        "books.invoice", "crm.customer", "crm.gift", "crm.note", "crm.note_word", "crm.product"]


def test_the_order_of_the_file_changes_no_overview() -> None:
    head, *sections = SHOP.strip().split("\n\n")
    assert overview(loads("\n\n".join([head, *reversed(sections)]))) == overview(loads(SHOP))


def test_the_overview_says_what_tickets_carry_and_which_rows_they_open() -> None:
    text = SHOP + """
[ticket]
values = { shop = "int", region = "text" }
may_set = ["app.locale"]
trusted_operators = ["<(numeric,numeric)"]
[schema.attic]
collected_for = ["contract"]
[schema.attic.box]
subject = false
columns = { shop = "none" }
rows = '''
shop IS NULL
OR shop = :shop'''
"""
    printed = printed_overview(overview(loads(text))).splitlines()
    at = printed.index("tickets")
    assert printed[at + 1 : at + 5] == [
        "  each carries region (text), shop (integer)",
        "  of attic.box only rows where shop IS NULL OR shop = :shop",
        "  operators trusted in rules of rows: <(numeric,numeric)",
        "  settings for a transaction: app.locale",
    ]
    assert "tickets" not in printed_overview(overview(loads(SHOP))).splitlines()


def test_a_login_that_holds_incompatible_schemas_is_shown_with_the_pair_and_the_reason() -> None:
    text = SHOP.replace('purposes = ["news"]\n\n[purpose', 'purposes = ["news", "contract"]\n'
                        'may_hold_incompatible = "Nightly import"\n\n[purpose')
    login = {entry.name: entry for entry in overview(loads(text)).logins}["shop_newsletter"]
    assert (login.incompatible, login.why) == (("books", "mail"), "Nightly import")


def test_explain_names_the_shared_purpose() -> None:
    answer = explain(policy({"a": ["x", "y"], "b": ["y"]}), "a", "b")
    assert (answer.mergeable, answer.shared, answer.pairs, answer.roles) == (True, ("y",), (), ("shop_y",))


def test_explain_names_the_declared_pair() -> None:
    answer = explain(loads(SHOP), "books", "crm")
    assert [pair.why for pair in answer.pairs] == ["Invoices are part of the contract"]
    assert answer.roles == ("shop_accounting", "shop_contract")
    assert answer.needed == ()


def test_explain_says_which_pair_would_be_needed_and_that_declared_pairs_do_not_chain() -> None:
    declared = policy({"a": ["x"], "b": ["y"], "c": ["z"]}, compatible=[("x", "y"), ("z", "y")])
    answer = explain(declared, "a", "c")
    assert (answer.mergeable, answer.chain, answer.needed) == (False, ("x", "y", "z"), (("x", "z"),))
    assert answer.apart == ("y",)


@pytest.mark.parametrize("template", ["policy.html.j2", "policy.md.j2"])
def test_the_page_holds_no_markup_of_the_policy_itself(template: str) -> None:
    text = SHOP.replace('"Newsletter"', '"<script>alert(1)</script> [x](javascript:1) **b**"')
    page = render(notice(loads(text)), template, words("en"))
    assert "<script>" not in page
    assert "[x](" not in page or template.endswith("html.j2")
    assert "alert" in page


@pytest.mark.parametrize("template", ["policy.html.j2", "policy.md.j2"])
def test_the_page_tells_purposes_bases_retention_and_recipients(template: str) -> None:
    page = render(notice(loads(SHOP)), template, words("en"))
    for said in ("Newsletter", "ou have given your consent", "Web analytics",
                 "Used for 3 years. Then no purpose shows it any more, and it is to be destroyed",
                 "free text"):
        assert said in page


@pytest.mark.parametrize("template", ["policy.html.j2", "policy.md.j2"])
def test_the_page_claims_no_category_that_no_column_has_and_nothing_that_is_not_done(template: str) -> None:
    found = loads(SHOP)
    view = overview(found)
    held = {category for table in found.tables() for category in table.columns.values()}
    assert any(set(purpose.needs) - held for purpose in view.purposes), "the control: one needs what no column has"
    page = render(notice(found), template, words("en")).lower().rpartition("<body>")[2]
    for category in {name for purpose in view.purposes for name in purpose.needs} - held:
        assert category.replace("_", " ") not in page
    assert "then destroyed" not in page
