"""What docs/DISCOVERY.md says of labelled columns is what comes out, and does not get worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.discovery import Tally, labels, measure, tally

PAGE = Path(__file__).parents[3] / "docs" / "DISCOVERY.md"


@pytest.fixture(scope="module")
def built() -> Tally:
    return tally((label, answer) for label, answer in measure(labels()).items() if label.built)


@pytest.fixture(scope="module")
def aside() -> Tally:
    return tally((label, answer) for label, answer in measure(labels()).items() if not label.built)


def test_most_personal_columns_are_found(built: Tally, aside: Tally) -> None:
    assert aside.recall >= 0.85
    assert built.recall >= 0.85


def test_few_others_are_taken_for_personal(built: Tally) -> None:
    assert built.false_positives <= 0.10


def test_most_categories_are_right(aside: Tally) -> None:
    assert aside.category >= 0.75


def test_the_docs_have_these_figures(built: Tally, aside: Tally) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for found in (built, aside):
        assert f"{found.found} of {found.personal} ({found.recall:.3f})" in page
    assert f"{built.mistaken} of {built.others} ({built.false_positives:.3f})" in page
    assert f"{aside.right} of {aside.categorized} ({aside.category:.3f})" in page
