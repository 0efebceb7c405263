"""Refusals as people read them."""

from __future__ import annotations

from sminion_guard.analyzer.explain import explain, line_of
from tests.unit.analyzer.shop import judge


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
    assert len(lines[1]) < 200
    assert lines[1][lines[2].index("^"):].startswith("born_on")


def test_an_allowed_statement_says_so() -> None:
    assert explain(judge("SELECT 1")) == "allowed for purpose `contract`"


def test_every_reason_is_told() -> None:
    text = explain(judge("SELECT born_on FROM crm.customer, hr.employee"))
    assert [code for code in ("SG101", "SG102", "SG103") if code in text] == ["SG101", "SG102", "SG103"]


def test_lines_are_counted_from_one() -> None:
    assert [line_of("ä\nb\nc", place) for place in (0, 3, 5)] == [1, 2, 3]
