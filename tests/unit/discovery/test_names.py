"""Names of columns in five languages, each with what it is, or that nobody can know."""

from __future__ import annotations

from pathlib import Path

import pytest

from sminion_guard.discovery.classify import classify
from sminion_guard.discovery.vocabulary import LANGUAGES
from tests.unit.discovery.columns import column, table

CASES = [
    tuple(line.split("\t")) for line in Path(__file__).with_name("names.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("language", "relation", "name", "category"), CASES)
def test_a_column_is_what_its_name_says(language: str, relation: str, name: str, category: str) -> None:
    decision = classify(table(relation, column(name), key=None))[name]
    assert (decision.category or "closed") == category, decision.reason


def test_every_language_has_cases() -> None:
    assert {case[0] for case in CASES} == set(LANGUAGES)
