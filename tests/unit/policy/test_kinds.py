"""Kinds of subjects, as the policy file says them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sminion_guard.cli import main
from sminion_guard.policy import Policy, SubjectColumn, SubjectKey, doubts, load, loads
from sminion_guard.policy.document import document, from_document
from sminion_guard.policy.file.kinds import kinds_of
from sminion_guard.policy.show import overview

TEXT = """
[policy]
name = "firm"
version = "1"
ticket_lifetime = "15 minutes"
[subject.customer]
key = "bigint"
[subject.employee]
key = "uuid"
[purpose.work]
title = "Work"
basis = "contract"
needs = "*"
may = ["use"]
[schema.crm]
collected_for = ["work"]
[schema.crm.customer]
subject = "id"
kind = "customer"
columns = { id = "key", name = "identity" }
[schema.crm.employee]
subject = "id"
kind = "employee"
columns = { id = "key", name = "identity" }
[schema.crm.orders]
subject = "customer_id -> crm.customer"
columns = { no = "key", customer_id = "key" }
[schema.crm.item]
subject = "order_no -> crm.orders"
columns = { id = "key", order_no = "key" }
[schema.crm.message]
subject = { sender = "customer", "read by" = "employee?" }
columns = { sender = "key", "read by" = "key" }
[schema.crm.gift]
subject = ["giver", "taker?"]
kind = "customer"
columns = { giver = "key", taker = "key" }
[schema.crm.odd]
subject = ["giver", "taker?"]
kind = "customer"
columns = { giver = "key", "taker?" = "key" }
"""
ONE_KIND = (
    TEXT.replace('[subject.customer]\nkey = "bigint"\n[subject.employee]\nkey = "uuid"\n', "")
    .replace('version = "1"', 'version = "1"\nsubject_key = "bigint"')
    .replace('kind = "customer"\n', "").replace('kind = "employee"\n', "")
    .replace('{ sender = "customer", "read by" = "employee?" }', '["sender", "read by?"]')
)


@pytest.fixture
def policy() -> Policy:
    return loads(TEXT)


def test_each_table_knows_the_kinds_of_its_subjects(policy: Policy) -> None:
    assert policy.subject_key is None
    assert policy.subject_keys == {"customer": SubjectKey.BIGINT, "employee": SubjectKey.UUID}
    tables = policy.schemas["crm"].tables
    assert {name: kinds_of(policy, table) for name, table in tables.items()} == {
        "customer": ("customer",), "employee": ("employee",), "orders": ("customer",), "item": ("customer",),
        "message": ("customer", "employee"), "gift": ("customer", "customer"), "odd": ("customer", "customer"),
    }


def test_a_mark_says_that_a_subject_is_optional_unless_it_belongs_to_the_name(policy: Policy) -> None:
    tables = policy.schemas["crm"].tables
    assert tables["message"].subject == (
        SubjectColumn("sender", "customer"), SubjectColumn("read by", "employee", optional=True))
    assert tables["gift"].subject == (
        SubjectColumn("giver", "customer"), SubjectColumn("taker", "customer", optional=True))
    assert tables["odd"].subject == (SubjectColumn("giver", "customer"), SubjectColumn("taker?", "customer"))


def test_a_policy_without_kinds_has_one_without_a_name() -> None:
    policy = loads(ONE_KIND)
    assert (policy.subject_keys, policy.key_of(None)) == ({"": SubjectKey.BIGINT}, SubjectKey.BIGINT)
    assert kinds_of(policy, policy.schemas["crm"].tables["message"]) == (None, None)


def test_the_database_gives_back_the_same_policy(policy: Policy) -> None:
    assert from_document(json.loads(json.dumps(document(policy)))) == policy
    assert from_document(json.loads(json.dumps(document(loads(ONE_KIND))))) == loads(ONE_KIND)


def test_show_names_the_kinds_and_their_tables(policy: Policy) -> None:
    view = overview(policy)
    assert view.kinds == {"customer": "bigint", "employee": "uuid"}
    assert {table.name: table.kinds for table in view.schemas[0].tables}["message"] == ("customer", "employee")


def test_two_tables_of_people_by_id_are_a_warning_where_no_kind_is_named(tmp_path: Path) -> None:
    file = tmp_path / "privacy.toml"
    file.write_text(ONE_KIND, encoding="utf-8")
    (found,) = doubts(file, load(file))
    line = ONE_KIND.split("\n").index("[schema.crm.employee]") + 2
    assert (found.code, found.line) == ("SG352", line)
    assert "`crm.employee` and of `crm.customer`" in found.message
    file.write_text(TEXT, encoding="utf-8")
    assert doubts(file, load(file)) == ()


def test_policy_check_tells_of_the_warning_and_exits_with_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("privacy.toml").write_text(ONE_KIND, encoding="utf-8")
    for words in ((), ("--format", "json")):
        monkeypatch.setattr(sys, "argv", ["sminion-guard", "policy", "check", *words])
        with pytest.raises(SystemExit) as caught:
            main.app_main()
        assert not caught.value.code
    text, _, said = capsys.readouterr().out.partition("{")
    assert text.startswith("warning: privacy.toml:")
    assert text.endswith("no findings\n")
    assert [entry["code"] for entry in json.loads("{" + said)["warnings"]] == ["SG352"]
