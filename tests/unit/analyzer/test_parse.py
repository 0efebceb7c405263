"""Hostile and odd text: refused before it can hurt, with the place where there is one."""

from __future__ import annotations

import threading

import pytest

from sminion_guard.analyzer.limits import MAX_BYTES, MAX_COLUMNS, MAX_SETS, MAX_TEXT, MAX_TREE
from sminion_guard.analyzer.parse import parse
from tests.unit.analyzer.shop import codes, judge, marked

HOSTILE = {
    "chained unions": "SELECT 1" + " UNION SELECT 1" * 20_000,
    "nested parentheses": "SELECT " + "(" * 50_000 + "1" + ")" * 50_000,
    "nested brackets": "SELECT ARRAY" + "[" * 5_000 + "1" + "]" * 5_000,
    "nested selects": "SELECT " + "(SELECT " * 3_000 + "1" + ")" * 3_000,
    "a tree of many nodes": "SELECT 1 WHERE 1 IN (" + "a.b, " * 190_000 + "1)",
    "chained not": "SELECT " + "NOT " * 30_000 + "true",
    "chained casts": "SELECT 1" + "::int" * 9_000,
    "chained joins": "SELECT 1 FROM a" + " NATURAL JOIN a" * 9_000,
    "chained operators": "SELECT 1" + " + 1" * 15_000,
    "nested cases": "SELECT " + "CASE WHEN true THEN " * 2_000 + "1" + " END" * 2_000,
    "nested functions": "SELECT " + "abs(" * 150 + "1" + ")" * 150,
    "functions nested deeper than Python goes": "SELECT " + "abs(" * 330 + "1" + ")" * 330,
    "nested with": "WITH RECURSIVE a AS (" * 90 + "SELECT 1" + ") SELECT * FROM a" * 90,
    "just length": "SELECT '" + "x" * MAX_BYTES + "'",
    "nul": "SELECT 1\x00; DROP TABLE x",
    "lone surrogate": "SELECT '\ud800'",
    "unterminated": "SELECT '",
}


@pytest.mark.parametrize("sql", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_gets_a_verdict(sql: str) -> None:
    """Without the limits some of these take minutes, and some kill the interpreter."""
    assert judge(sql).statements


ALLOWED = {"nested functions", "nested with"}
UNPARSED = {"unterminated", "chained not", "chained casts", "chained operators", "chained joins", "nested brackets",
            "nested cases", "nested parentheses", "nested selects"}
"""What the parser itself refuses: how deep it goes depends on the stack of the thread."""


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in ALLOWED | UNPARSED])
def test_text_over_the_limits_is_refused_as_such(name: str) -> None:
    assert codes(HOSTILE[name]) == ["SG112"]


@pytest.mark.parametrize("name", sorted(UNPARSED))
def test_what_the_parser_itself_finds_too_deep_is_refused_too(name: str) -> None:
    assert codes(HOSTILE[name]) in (["SG111"], ["SG112"])


@pytest.mark.parametrize("stack", [128, 512])
def test_chains_are_harmless_on_a_small_stack(stack: int) -> None:
    shapes = ["SELECT 1" + " UNION SELECT 1" * 2_600, "SELECT " + "NOT " * 9_900 + "true", "SELECT 1" + "+1" * 19_000,
              "SELECT 1" + "::a" * 13_000, "SELECT a" + ".a" * 19_000, "SELECT " + "- " * 19_000 + "1",
              "SELECT 1 FROM a" + " NATURAL JOIN a" * 2_600, "SELECT " + "(SELECT " * 190 + "1" + ")" * 190,
              "SELECT " + "CASE WHEN 1 THEN " * 190]
    shapes += [sql for name, sql in HOSTILE.items() if name != "just length"]
    done: list[bool] = []

    def run() -> None:
        for sql in shapes:
            judge(sql)
        done.append(True)

    before = threading.stack_size(stack * 1024)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert done


def test_a_flat_list_may_be_long() -> None:
    numbers = ", ".join(f"{number}.5" for number in range(60_000))
    assert codes(f"SELECT id FROM orders WHERE id IN ({numbers})") == []
    assert len(parse("SELECT " + "1, " * 60_000 + "1")) == 1


def test_a_long_honest_chain_is_allowed() -> None:
    assert codes("SELECT id FROM orders WHERE " + " OR ".join(f"id = {number}" for number in range(2_000))) == []
    assert codes(" UNION ALL ".join(["SELECT id FROM orders"] * 400)) == []


def test_statements_of_a_text_know_their_place() -> None:
    sql = "SELECT 'ä';  SELECT 2 -- two\n;SELECT 3"
    data = sql.encode()
    assert [data[part.start : part.end].decode().strip() for part in parse(sql)] == [
        "SELECT 'ä'", "SELECT 2 -- two", "SELECT 3",
    ]


def test_the_place_of_a_syntax_error_is_shown() -> None:
    assert marked("SELECT 'ä' FORM x", "SG111") == ["x"]


@pytest.mark.parametrize("sql", ["SELECT %s", "SELECT %(a)s", "SELECT :name"])
def test_a_drivers_placeholder_is_refused_with_the_way_out(sql: str) -> None:
    verdict = judge(sql)
    assert [reason.code for reason in verdict.reasons] == ["SG111"]
    assert "$1" in (verdict.reasons[0].hint or "")


def test_a_percent_sign_within_a_literal_is_left_alone() -> None:
    assert codes("SELECT id FROM orders WHERE note LIKE '%s' AND note <> '%(x)s :y'") == []


def test_any_exception_of_a_handler_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    from sminion_guard.analyzer.resolving.walk import EXPRESSIONS

    def broken(*_: object) -> None:
        raise KeyError("nothing")

    monkeypatch.setitem(EXPRESSIONS, "CoalesceExpr", broken)
    assert codes("SELECT coalesce(1, 3)") == ["SG105"]


def test_the_limits_stand_where_the_documentation_says() -> None:
    assert (MAX_TEXT, MAX_BYTES, MAX_TREE, MAX_SETS, MAX_COLUMNS) == (16_000_000, 1_000_000, 16_000_000, 10_000, 1664)
