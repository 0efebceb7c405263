"""Lists that are made short: every length is one text, and nothing is lost that another element would have said."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sminion_guard.analyzer import Verdict, entry
from sminion_guard.analyzer.fold import folded
from sminion_guard.session.recording import normalised
from tests.unit.analyzer.shop import codes, judge

HONEST: dict[str, tuple[Callable[[int], str], str | None]] = {
    "in": (lambda n: f"SELECT id FROM orders WHERE id IN ({', '.join(f'${i}::INTEGER' for i in range(1, n + 1))})",
           "SELECT id FROM orders WHERE id IN ($1::INTEGER, $2::INTEGER)"),
    "numbers": (lambda n: f"SELECT id FROM orders WHERE id NOT IN ({','.join(map(str, range(n)))})",
                "SELECT id FROM orders WHERE id NOT IN (0,1)"),
    "rows": (lambda n: "INSERT INTO orders (id, note) VALUES "
             + ", ".join(f"(${2 * i + 1}::INTEGER, ${2 * i + 2})" for i in range(n)) + " RETURNING id",
             "INSERT INTO orders (id, note) VALUES ($1::INTEGER, $2), ($3::INTEGER, $4) RETURNING id"),
    "rows in FROM": (lambda n: "SELECT p0::VARCHAR FROM (VALUES "
                     + ", ".join(f"(${i + 1}, {i})" for i in range(n)) + ") AS x(p0, c) ORDER BY c",
                     "SELECT p0::VARCHAR FROM (VALUES ($1, 0), ($2, 1)) AS x(p0, c) ORDER BY c"),
    "unions": (lambda n: " UNION ALL ".join(f"SELECT ${i}::INTEGER AS a \nFROM orders" for i in range(1, n + 1)),
               None),
}


@pytest.mark.parametrize("name", HONEST)
def test_a_list_of_every_length_is_one_text(name: str) -> None:
    make, expected = HONEST[name]
    short = folded(make(5))
    assert expected in (short, None)
    assert len(short) < len(make(5))
    assert {len(folded(make(n))) // 10 for n in (5, 6, 9)} == {len(short) // 10}
    assert folded(short) == short
    assert folded(make(2)) == make(2)
    assert codes(make(16_000)) == []


def test_one_verdict_stands_for_every_length() -> None:
    entry.clear_cache()
    make = HONEST["in"][0]
    assert judge(make(3)) is judge(make(4000))
    assert normalised(judge(make(7)).sql) == normalised(make(9)) == normalised(make(15_000))


def test_a_refusal_shows_the_text_that_was_sent() -> None:
    sql = "SELECT id FROM orders WHERE id IN (1, 2, 3, 4, 5) AND nope"
    verdict = judge(sql)
    assert verdict.sql == sql
    assert [sql[start:end] for reason in verdict.reasons for start, end in reason.spans] == ["nope"]


KEPT = {
    "rows that differ": "INSERT INTO orders (id) VALUES ($1), ($2), ((SELECT id FROM hr.employee))",
    "columns with a dollar sign": "SELECT 1 WHERE 1 IN (a$1, a$2, a$3)",
    "rows of such columns": "VALUES (a$1), (a$2), (a$3)",
    "the last element is another": "SELECT 1 WHERE 1 IN ($1, $2, $3, (SELECT id FROM hr.employee))",
    "casts that differ": "SELECT 1 WHERE 1 IN ($1::a, $2::a, $3::b)",
    "arguments": "SELECT app.in (1, 2, 3), app.values (1), (2), (3)",
    "arguments after a space": "SELECT app. in (1, 2, 3), app . VALUES (1), (2), (3)",
    "arguments after a comment": "SELECT app./**/ IN (1, 2, 3)",
    "literals": "SELECT 1 WHERE 1 IN ('a', 'b', 'c')",
    "line comments": "SELECT 1 -- UNION ALL SELECT 1\n UNION ALL SELECT 1\n UNION ALL SELECT 1\n UNION ALL SELECT 2",
    "quoted names": 'WITH "c IN (1, 2, 3)" AS (SELECT 1), "c IN (1, 2)" AS (SELECT 2) SELECT * FROM "c IN (1, 2, 3)"',
    "quoted names after a literal": "SELECT '\"', \"c IN (1, 2, 3)\" FROM x",
    "unions that differ": "SELECT 1 UNION SELECT 1 UNION SELECT 1 UNION ALL SELECT a UNION ALL SELECT b UNION ALL x",
    "whole numbers in calls": "VALUES (f(1)), (f(2)), (f(3)), (f(4))",
}


@pytest.mark.parametrize("sql", KEPT.values(), ids=KEPT.keys())
def test_what_is_no_list_of_equals_stays(sql: str) -> None:
    assert folded(sql) == sql


def test_an_element_in_the_middle_is_not_lost() -> None:
    row = "(SELECT id FROM hr.employee)"
    for sql in (f"INSERT INTO orders (id) VALUES ($1), ($2), ($3), ({row}), ($4), ($5)",
                f"SELECT 1 WHERE 1 IN ($1, $2, $3, {row}, $4, $5)",
                " UNION ALL ".join([*["SELECT 1"] * 4, row, "SELECT 1"])):
        assert row in folded(sql)
        assert "SG102" in codes(sql)


def _said(verdict: Verdict) -> object:
    return [
        (judged.statement.kind, [output.name for output in judged.statement.outputs],
         [output.sources for output in judged.statement.outputs],
         sorted((access.qualified, access.operation, access.columns, access.tested)
                for access in judged.statement.accesses))
        for judged in verdict.statements
    ], {reason.code for reason in verdict.reasons}


VALUE = st.sampled_from(["$1", "$2", "7", "8", "id", "note", "$3::int", "(SELECT id FROM hr.employee)", "lower(note)",
                         "lower($1)", "'a, b'", "'it''s (1), (1), (1)'", "NULL", "$$a$$", "/* c */ 1", '"id"', "a$1"])
ROW = st.lists(VALUE, min_size=1, max_size=2).map(", ".join)
LISTS = st.one_of(
    st.lists(VALUE, min_size=1, max_size=6).map(lambda xs: f"SELECT id FROM orders WHERE id IN ({', '.join(xs)})"),
    st.lists(ROW, min_size=1, max_size=6).map(lambda xs: f"VALUES {', '.join(f'({x})' for x in xs)}"),
    st.lists(ROW, min_size=1, max_size=6).map(lambda xs: " UNION ALL ".join(f"SELECT {x} FROM orders" for x in xs)),
    st.lists(ROW, min_size=1, max_size=6).map(lambda xs: " UNION ALL ".join(f"SELECT {x}\nFROM orders" for x in xs)),
)


@given(LISTS, st.sampled_from(["{}", "SELECT * FROM ({}) q", "({}) UNION ALL SELECT 1", "SELECT '{}'"]))
def test_a_short_list_says_what_the_long_one_says(sql: str, around: str) -> None:
    sql = around.format(sql)
    short = folded(sql)
    with patch.object(entry, "folded", lambda text: text):
        entry.clear_cache()
        assert _said(judge(short)) == _said(judge(sql))
