"""The documents say what the program does: the example loads, and every key, word and code is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sminion_guard.codes import CODES
from sminion_guard.policy import CATEGORIES, Basis, Operation, RetentionEnd, SubjectKey, loads, mergeable
from sminion_guard.policy.file import shape
from sminion_guard.policy.file.build import SECTIONS
from sminion_guard.policy.file.kinds import kinds_of

DOCS = Path(__file__).parents[3] / "docs"
POLICY = (DOCS / "POLICY.md").read_text(encoding="utf-8")
WORDS = (DOCS / "WORDS.md").read_text(encoding="utf-8")


def example() -> str:
    (block,) = re.findall(r"```toml\n(.*?)```", POLICY, re.DOTALL)
    return str(block)


def test_the_example_of_the_reference_is_a_policy_without_findings() -> None:
    assert loads(example()).name == "shop"


def test_the_example_of_tables_with_purposes_of_their_own_is_a_part_of_a_policy() -> None:
    (part,) = re.findall(r"```\n(\[schema\.public\].*?)```", POLICY, re.DOTALL)
    policy = loads(example().replace("[schema.web_log]\n", part + "\n[schema.web_log]\n"))
    assert policy.collections["public.recipient"].collected_for == {"newsletter"}
    assert not mergeable(policy, "public.customer", "public.recipient")
    assert policy.schemas["public"].is_neutral("ref_colour")
    assert not policy.schemas["public"].is_neutral("customer")


def test_the_example_of_kinds_is_a_part_of_a_policy() -> None:
    (part,) = re.findall(r"```\n(\[subject\.customer\].*?)```", POLICY, re.DOTALL)
    head = (
        '[policy]\nname = "x"\nversion = "1"\nticket_lifetime = "15 minutes"\n'
        '[purpose.work]\ntitle = "Work"\nbasis = "contract"\nneeds = "*"\nmay = ["use"]\n'
        '[schema.crm]\ncollected_for = ["work"]\n'
    )
    policy = loads(head + part)
    kinds = {name: kinds_of(policy, table) for name, table in policy.schemas["crm"].tables.items()}
    assert policy.kinds == {"customer": SubjectKey.BIGINT, "employee": SubjectKey.UUID}
    assert kinds == {
        "customer": ("customer",), "orders": ("customer",), "gift": ("customer", "customer"),
        "message": ("customer", "employee"),
    }


def test_the_example_uses_every_section() -> None:
    for section in set(SECTIONS) - {"subject"}:  # it has an example of its own
        assert re.search(rf"^\[+{section}\b", example(), re.MULTILINE), section


@pytest.mark.parametrize("kind", shape.Shape.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_key_is_in_the_reference(kind: type[shape.Shape]) -> None:
    reference = POLICY.replace(example(), "")
    keys = [field.alias or key for key, field in kind.model_fields.items()]
    missing = [key for key in keys if not re.search(rf"\b{key}\b", reference)]
    assert not missing


@pytest.mark.parametrize("words", [CATEGORIES, Basis, Operation], ids=["categories", "bases", "operations"])
def test_every_fixed_word_is_in_both_documents(words: frozenset[str]) -> None:
    for word in words:
        assert f"`{word}`" in POLICY
        assert f"`{word}`" in WORDS


def test_every_other_fixed_word_is_in_the_reference() -> None:
    for word in (*SubjectKey, *RetentionEnd):
        assert f"`{word}`" in POLICY


def test_the_codes_of_the_reference_are_those_of_the_catalogue() -> None:
    rows = re.findall(r"^\| (SG3\d\d) \| (.*) \|$", POLICY, re.MULTILINE)
    assert rows == [
        (code, f"{entry.title}: {entry.fix}") for code, entry in sorted(CODES.items()) if code.startswith("SG3")]
