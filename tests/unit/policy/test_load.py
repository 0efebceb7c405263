"""Reading a policy file: what arrives as values, and files that cannot be read at all."""

from __future__ import annotations

import os
import pickle
from datetime import timedelta
from pathlib import Path

import pytest

from sminion_guard.errors import PolicyError
from sminion_guard.policy import (
    Basis,
    InvalidPolicy,
    Operation,
    RetentionEnd,
    SubjectColumn,
    SubjectKey,
    SubjectPath,
    load,
    loads,
)
from sminion_guard.policy.load import MAX_BYTES
from tests.policies import SHOP


def refusal(path: Path) -> str:
    with pytest.raises(InvalidPolicy) as caught:
        load(path)
    (finding,) = caught.value.findings
    assert finding.code == "SG301"
    return finding.render("FILE").split("\n")[0]


def test_the_head_arrives() -> None:
    policy = loads(SHOP)
    assert (policy.name, policy.version, policy.subject_key) == ("shop", "2026-11-01", SubjectKey.BIGINT)
    assert policy.ticket_lifetime == timedelta(minutes=15)
    assert policy.require_tls is True
    assert policy.trusted_functions == {"public.unaccent"}
    assert policy.own_categories == {"biometric": "Fingerprints and faces"}


def test_purposes_arrive_with_basis_needs_and_operations() -> None:
    news = loads(SHOP).purposes["news"]
    assert (news.basis, news.needs, news.may) == (Basis.CONSENT, {"contact"}, {Operation.USE})
    assert not news.sees_blocked


def test_a_star_needs_every_category_of_the_policy_its_own_too() -> None:
    policy = loads(SHOP)
    assert policy.purposes["rectification"].needs == policy.categories
    assert "biometric" in policy.categories
    assert not policy.purposes["rectification"].needs & {"key", "none", "*"}


def test_subjects_arrive_as_columns_paths_or_nothing() -> None:
    tables = loads(SHOP).schemas["crm"].tables
    assert tables["customer"].subject == (SubjectColumn("id"),)
    assert tables["gift"].subject == (SubjectColumn("giver"), SubjectColumn("taker"))
    assert tables["note"].subject == SubjectPath("customer_id", "crm", "customer", "id")
    assert tables["product"].subject is None


def test_a_path_without_a_column_means_id_or_else_the_only_key_that_is_no_subject() -> None:
    own = SHOP.replace('subject = "customer_id -> crm.customer"', 'subject = "customer_id"')
    assert own != SHOP
    for text in (SHOP, own):
        assert loads(text).schemas["crm"].tables["note_word"].subject == SubjectPath("note", "crm", "note", "note_id")


def test_with_two_keys_beside_the_subject_a_path_must_name_its_column() -> None:
    text = SHOP.replace('note_id = "key", customer_id', 'note_id = "key", number = "key", customer_id')
    text = text.replace('subject = "customer_id -> crm.customer"\n', 'subject = "customer_id"\n')
    with pytest.raises(InvalidPolicy, match=r"no column `id` and not exactly one other `key`"):
        loads(text)


def test_a_path_may_quote_names_that_hold_dots_and_blanks() -> None:
    text = SHOP.replace("[schema.crm.note]", '[schema."old crm"."my.notes"]').replace(
        '"note -> crm.note"', """'note -> "old crm"."my.notes".note_id'""")
    policy = loads(text + '\n["schema"."old crm"]\ncollected_for = ["contract"]\n')
    assert policy.schemas["crm"].tables["note_word"].subject == SubjectPath("note", "old crm", "my.notes", "note_id")


def test_retention_arrives_as_it_was_written() -> None:
    retention = loads(SHOP).schemas["crm"].tables["customer"].retention
    assert retention is not None
    assert (retention.after, retention.keep, retention.then) == ("last_seen_at", "3 years", RetentionEnd.DESTROY)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "privacy.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SHOP.replace("\n", "\r\n").encode())
    assert load(file) == loads(SHOP)


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    assert refusal(tmp_path / "privacy.toml") == "FILE: the policy file does not exist [SG301]"


def test_a_directory_is_a_finding(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "FILE: the policy file is a directory [SG301]"


def test_a_path_through_a_file_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    message = refusal(tmp_path / "file" / "privacy.toml")
    assert message == "FILE: the policy file cannot be read: not a directory [SG301]"


def test_a_path_with_a_nul_is_a_finding() -> None:
    assert "cannot be read: embedded null byte" in refusal(Path("a\0b"))


def test_an_empty_file_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "privacy.toml").write_text("# nothing yet\n")
    assert refusal(tmp_path / "privacy.toml") == "FILE: the file is empty [SG301]"


def test_a_file_that_is_not_utf_8_is_a_finding_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "privacy.toml").write_bytes(b"# one\n# two \xfc\n")
    assert refusal(tmp_path / "privacy.toml") == "FILE:2: the file is not UTF-8 [SG301]"


def test_a_huge_file_is_not_parsed(tmp_path: Path) -> None:
    (tmp_path / "privacy.toml").write_bytes(b"#" * (MAX_BYTES + 1))
    assert refusal(tmp_path / "privacy.toml") == "FILE: the policy file is larger than 4 MiB [SG301]"


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="no endless device here")
def test_an_endless_device_is_not_read_to_its_end() -> None:
    assert refusal(Path("/dev/zero")) == "FILE: the policy file is larger than 4 MiB [SG301]"


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 100_000, "a = " + "{a=" * 100_000, "[" + "a." * 100 + "a]", "a." * 100 + "a = 1"]
)
def test_hostile_nesting_is_a_finding(text: str) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        loads(text)
    assert [finding.message for finding in caught.value.findings] == ["the file is nested too deeply"]


def test_a_number_too_long_for_python_is_a_finding() -> None:
    with pytest.raises(InvalidPolicy):
        loads(SHOP.replace('"15 minutes"', "9" * 10_000))


def test_the_error_is_a_policy_error_that_lists_all_findings_and_survives_pickling() -> None:
    with pytest.raises(PolicyError) as caught:
        loads(SHOP.replace('basis = "consent"', 'basis = "consnt"').replace('"payment"]', '"paymnt"]'), source="p.toml")
    error = caught.value
    assert isinstance(error, InvalidPolicy)
    assert str(error).split("\n") == [
        "SG300: `p.toml` has 2 findings",
        "p.toml:27: unknown category `paymnt` [SG309]",
        "    hint: did you mean `payment`?",
        "p.toml:32: unknown legal basis `consnt` [SG310]",
        "    hint: did you mean `consent`?",
    ]
    again = pickle.loads(pickle.dumps(error))
    assert (again.findings, str(again)) == (error.findings, str(error))


def test_findings_hold_no_characters_that_steer_a_terminal() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        loads(SHOP + '\n[login."a\\u001b[2J\\nb"]\npurposes = ["contract", "x\\u0007"]\n')
    assert all(char.isprintable() or char == "\n" for char in str(caught.value))
    assert "`x\\x07`" in str(caught.value)


def test_tables_of_the_policy_cannot_be_changed() -> None:
    policy = loads(SHOP)
    with pytest.raises(TypeError):
        policy.schemas["crm"].tables["customer"].columns["born_on"] = "none"  # type: ignore[index]
