"""Content and amount match the purpose: which columns a purpose may read, fill and change."""

from __future__ import annotations

from sminion_guard.policy import Operation, loads
from sminion_guard.policy.access import TableAccess, leading_columns, may, table_access
from tests.policies import SHOP

POLICY = loads(SHOP)
CRM = POLICY.schemas["crm"].tables


def test_a_purpose_reads_what_it_needs_and_what_is_open_to_all() -> None:
    assert table_access(POLICY, "contract", CRM["customer"]).use == ("email", "id", "last_seen_at", "name")


def test_a_purpose_that_needs_everything_reads_own_categories_too() -> None:
    assert set(table_access(POLICY, "rectification", CRM["customer"]).use) == set(CRM["customer"].columns)


def test_a_compatible_purpose_may_use_but_neither_collect_nor_clarify_nor_delete() -> None:
    assert table_access(POLICY, "accounting", CRM["customer"]) == TableAccess(
        "crm.customer", use=("id", "last_seen_at"), collect=(), clarify=(), delete=False)


def test_new_rows_are_filled_in_the_columns_that_may_be_read() -> None:
    access = table_access(POLICY, "contract", CRM["customer"])
    assert access.collect == access.use
    assert access.delete


def test_keys_and_subjects_never_change() -> None:
    assert table_access(POLICY, "contract", CRM["customer"]).clarify == ("email", "last_seen_at", "name")
    assert table_access(POLICY, "contract", CRM["gift"]).clarify == ("message",)


def test_the_column_a_path_starts_from_never_changes_whatever_its_category() -> None:
    assert leading_columns(CRM["note_word"]) == {"note"}
    assert table_access(POLICY, "contract", CRM["note_word"]).clarify == ("word",)


def test_a_purpose_does_nothing_out_of_its_reach() -> None:
    access = table_access(POLICY, "news", CRM["customer"])
    assert not access.any
    assert not may(POLICY, "news", CRM["customer"], Operation.USE)


def test_an_operation_that_is_not_listed_is_not_allowed() -> None:
    access = table_access(POLICY, "rectification", CRM["customer"])
    assert (access.collect, access.delete) == ((), False)
    assert access.clarify
