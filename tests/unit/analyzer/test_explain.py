"""Refusals as people read them."""

from __future__ import annotations

import pickle
import re
from dataclasses import replace
from types import MappingProxyType

import pytest

from sminion_guard.analyzer.excerpt import line_of
from sminion_guard.analyzer.explain import explain
from tests.unit.analyzer.shop import POLICY, judge


def test_a_merge_is_drawn_with_carets_under_both_sides() -> None:
    text = explain(judge("SELECT c.id\nFROM crm.customer c JOIN hr.employee e USING (id)"))
    assert text.splitlines()[:3] == [
        "SG101: `crm.customer` and `hr.employee` may not be merged",
        "  line 2: FROM crm.customer c JOIN hr.employee e USING (id)",
        "               ^^^^^^^^^^^^        ^^^^^^^^^^^",
    ]


def test_sides_on_two_lines_are_drawn_on_both() -> None:
    lines = explain(judge("SELECT 1 FROM crm.customer,\n  hr.employee")).splitlines()
    assert lines[1:5] == [
        "  line 1: SELECT 1 FROM crm.customer,",
        "                        ^^^^^^^^^^^^",
        "  line 2:   hr.employee",
        "            ^^^^^^^^^^^",
    ]


def test_carets_stand_right_after_letters_of_several_bytes_and_tabs() -> None:
    lines = explain(judge("SELECT 'äö',\tborn_on FROM crm.customer")).splitlines()
    assert lines[2].index("^") == lines[1].index("born_on")
    assert lines[2].count("^") == len("born_on")


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in explain(judge("SELECT '\x1b[2J', born_on FROM crm.customer"))


def test_of_a_long_line_only_the_part_that_matters_is_shown() -> None:
    lines = explain(judge("SELECT " + "id, " * 200 + "born_on FROM crm.customer")).splitlines()
    assert len(lines[1]) <= 80
    assert lines[1][lines[2].index("^"):].startswith("born_on")


def test_an_allowed_statement_says_so() -> None:
    assert explain(judge("SELECT 1")) == "allowed for purpose `contract`"


def test_an_allowed_statement_names_the_rules_that_limit_its_rows() -> None:
    sales = POLICY.schemas["sales"]
    orders = replace(sales.tables["orders"], rows="total = :tenant OR note = 'x'")
    limited = replace(POLICY, schemas=MappingProxyType(
        {**POLICY.schemas, "sales": replace(sales, tables=MappingProxyType({"orders": orders}))}))
    assert explain(judge("UPDATE sales.orders o SET note = 'y'", policy=limited)).splitlines() == [
        "allowed for purpose `contract`",
        "rows: of `sales.orders` only rows where total = :tenant OR note = 'x' (`:tenant` of the ticket)",
    ]
    assert len(explain(judge("SELECT id FROM crm.customer", policy=limited)).splitlines()) == 1


def test_every_reason_is_told() -> None:
    text = explain(judge("SELECT born_on FROM crm.customer, hr.employee"))
    assert [code for code in ("SG101", "SG102", "SG103") if code in text] == ["SG101", "SG102", "SG103"]


def test_lines_are_counted_from_one() -> None:
    assert [line_of("ä\nb\nc", place) for place in (0, 3, 5)] == [1, 2, 3]


def columns(text: str) -> int:
    """The columns that a terminal gives to a text, as the tests know them: wide letters take two."""
    return sum(2 if "\u4e00" <= sign <= "\u9fff" else 0 if sign == "\u0301" else 1 for sign in text)


@pytest.mark.parametrize("before", ["'中文'", "'e\u0301'", "'\t中'", "\t1", "'ä', '中中中中'"])
def test_carets_stand_under_what_is_meant_whatever_stands_before(before: str) -> None:
    lines = explain(judge(f"SELECT {before}, born_on FROM crm.customer")).splitlines()
    assert columns(lines[1][:lines[1].index("born_on")]) == lines[2].index("^")
    assert lines[2].count("^") == len("born_on")


@pytest.mark.parametrize(("sql", "drawn"), [
    ("SELECT 1 FROM crm.customer, " + "(SELECT 1) a, " * 40 + "hr.employee", 2),
    ("SELECT " + "'中文', " * 60 + "1 FROM crm.customer, hr.employee", 1),
    ("SELECT " + "1, " * 90 + "born_on FROM crm.customer" + " WHERE true" * 1 + " AND true" * 90, 1),
])
def test_each_place_of_a_long_line_is_shown_in_80_columns(sql: str, drawn: int) -> None:
    lines = [line for line in explain(judge(sql)).splitlines()[1:] if line.startswith("  ")][: 2 * drawn]
    assert all(columns(line) <= 80 for line in lines)
    assert sum(len(re.findall(r"\^+", line)) for line in lines[1::2]) == (1 if "born_on" in sql else 2)
    for text, carets in zip(lines[::2], lines[1::2], strict=True):
        for found in re.finditer(r"\^+", carets):
            shown = "".join(sign * (2 if columns(sign) == 2 else 1) for sign in text)
            assert shown[found.start():found.end()] in {"crm.customer", "hr.employee", "born_on"}


def test_an_error_shows_the_text_on_lines_of_its_own() -> None:
    error = judge("SELECT born_on FROM crm.customer").error()
    assert error is not None
    lines = str(error).splitlines()
    assert lines[1] == "  line 1: SELECT born_on FROM crm.customer"
    assert lines[2] == "                 ^^^^^^^"
    assert lines[3].startswith("detail: ")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
