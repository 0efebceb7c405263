"""What other people's checkers find is explained, each thing once, and the page for people says the same."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from tests.checkers.finding import Explanation, Finding, explanations, gone, unexplained

PAGE = Path(__file__).parents[2] / "docs" / "CHECKERS.md"
START = "<!-- from tests/checkers/explained.toml -->\n"
KNOWN = (Explanation("linter", "L1", ("crm.*", "hr.employee"), "a reason"),)


def table() -> str:
    """The explanations, as the page has them."""
    lines = ["| checker | finding | of | why it is no fault |", "| --- | --- | --- | --- |"]
    for entry in explanations():
        places = ", ".join(f"`{place}`" for place in entry.places)
        lines.append(f"| {entry.checker} | {entry.rule} | {places} | {entry.why} |")
    return "\n".join(lines) + "\n"


def test_the_page_says_what_is_explained() -> None:
    head, mark, found = PAGE.read_text(encoding="utf-8").partition(START)
    if os.environ.get("SMINION_GUARD_GOLDEN"):
        PAGE.write_text(head + mark + table(), encoding="utf-8")
        return
    assert found == table(), "write it again: SMINION_GUARD_GOLDEN=1 pytest tests/unit/test_checkers.py"


def test_each_rule_is_explained_once() -> None:
    counted = Counter((entry.checker, entry.rule) for entry in explanations())
    assert {rule for rule, count in counted.items() if count > 1} == set()


def test_a_finding_elsewhere_or_of_another_rule_or_checker_is_not_explained() -> None:
    explained = Finding("linter", "L1", "crm.customer")
    others = [Finding("linter", "L1", "sales.orders"), Finding("linter", "L2", "crm.customer"),
              Finding("other", "L1", "crm.customer")]
    assert list(unexplained([explained, *others], KNOWN)) == sorted(others)


def test_an_explanation_of_what_is_found_no_more_is_named_with_its_place() -> None:
    assert list(gone([Finding("linter", "L1", "crm.customer")], KNOWN)) == ["linter: L1: hr.employee"]
    assert list(gone([Finding("linter", "L1", "crm.customer"), Finding("linter", "L1", "hr.employee")], KNOWN)) == []
