"""The documents say what the program does: the example loads, and every key, word and code is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sminion_guard.codes import CODES
from sminion_guard.policy import CATEGORIES, Basis, Operation, RetentionEnd, SubjectKey, loads, shape
from sminion_guard.policy.build import SECTIONS

DOCS = Path(__file__).parents[3] / "docs"
POLICY = (DOCS / "POLICY.md").read_text(encoding="utf-8")
WORDS = (DOCS / "WORDS.md").read_text(encoding="utf-8")


def example() -> str:
    (block,) = re.findall(r"```toml\n(.*?)```", POLICY, re.DOTALL)
    return str(block)


def test_the_example_of_the_reference_is_a_policy_without_findings() -> None:
    assert loads(example()).name == "shop"


def test_the_example_uses_every_section() -> None:
    for section in SECTIONS:
        assert re.search(rf"^\[+{section}\b", example(), re.MULTILINE), section


@pytest.mark.parametrize("kind", shape.Shape.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_key_is_in_the_reference(kind: type[shape.Shape]) -> None:
    reference = POLICY.replace(example(), "")
    missing = [key for key in kind.model_fields if not re.search(rf"\b{key}\b", reference)]
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
