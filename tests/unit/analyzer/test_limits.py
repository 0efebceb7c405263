"""What a text may cost: the work is counted, not timed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sminion_guard.analyzer import entry
from sminion_guard.analyzer.limits import Budget, lexical
from sminion_guard.session.recording import normalised
from sminion_guard.session.recording.normalise import UNREAD
from tests.unit.analyzer.shop import catalog, codes, judge, relation

WIDE = catalog(relation("crm", "customer", "id full_name email"), relation("sales", "orders", " ".join(
    ["id", *(f"c{number}" for number in range(100))])))


@pytest.fixture
def budgets(monkeypatch: pytest.MonkeyPatch) -> list[Budget]:
    """Every budget that is made meanwhile."""
    found: list[Budget] = []

    def of(size: int) -> Budget:
        found.append(Budget(400_000 + 4 * size, 400_000 + 4 * size))
        return found[-1]

    monkeypatch.setattr(Budget, "of", of)
    entry.clear_cache()
    return found


def doubling(levels: int) -> str:
    queries = ["c0 AS (SELECT id, full_name FROM crm.customer)"]
    queries += [f"c{n} AS (SELECT a.*, b.* FROM c{n - 1} a JOIN c{n - 1} b ON true)" for n in range(1, levels)]
    return f"WITH {', '.join(queries)} SELECT * FROM c{levels - 1}"


def nested_doubling(levels: int) -> str:
    query = "SELECT id, full_name FROM crm.customer"
    for _ in range(levels):
        query = f"WITH q AS ({query}) SELECT a.*, b.* FROM q a CROSS JOIN q b"
    return query


def items(references: str) -> Callable[[int], str]:
    def make(n: int) -> str:
        tables = ", ".join(f"crm.customer a{number}" for number in range(n))
        return f"SELECT 1 FROM {tables} WHERE ({(references + ', ') * n}1) IS NULL"
    return make


GROWING: dict[str, tuple[Callable[[int], str], int]] = {
    "queries that join each other": (doubling, 20),
    "the same, nested": (nested_doubling, 20),
    "names among many items": (items("id"), 3_000),
    "qualified names among many items": (items("a1.id"), 5_000),
    "whole rows": (
        lambda n: f"SELECT 1 FROM (SELECT {'id, ' * 1600}1 FROM orders) q WHERE ({'q, ' * n}1) IS NULL",
        9_000),
    "items of wide queries": (
        lambda n: f"WITH a AS (SELECT {', '.join(f'id AS x{i}' for i in range(1600))} FROM orders) SELECT 1 FROM "
                  + ", ".join(f"a a{i}" for i in range(n)), 9_000),
    "sets of wide queries": (lambda n: "SELECT * FROM orders a, orders b, orders c, orders d"
                             + " UNION SELECT * FROM orders a, orders b, orders c, orders d" * n, 900),
    "lateral stars": (lambda n: "SELECT 1 FROM orders c0" + "".join(
        f", LATERAL (SELECT c{i}.*, 1 AS y{i}) c{i + 1}" for i in range(n)), 1_500),
    "groups": (lambda n: f"SELECT {'id, ' * 1600}1 FROM orders GROUP BY {'id, ' * n}id", 9_000),
    "locks": (
        lambda n: f"SELECT 1 FROM {', '.join(f'orders a{i}' for i in range(n))}" + " FOR UPDATE OF a1" * n, 2_000),
    "unknown names": (lambda n: f"SELECT 1 FROM orders WHERE ({', '.join(f'n{i}' for i in range(n))}) IS NULL", 9_000),
    "statements": (lambda n: "SELECT * FROM orders;" * n, 30_000),
}


@pytest.mark.parametrize("name", GROWING)
def test_what_grows_faster_than_its_text_is_refused_within_the_budget(name: str, budgets: list[Budget]) -> None:
    make, size = GROWING[name]
    assert "SG112" in codes(make(size), within=WIDE)
    for budget in budgets:
        assert budget.spent <= budget.size + 200_000  # one step may be large, and none is taken after it


@pytest.mark.parametrize("name", GROWING)
def test_the_same_in_a_reasonable_size_is_judged(name: str) -> None:
    make, _ = GROWING[name]
    assert "SG112" not in codes(make(4), within=WIDE)


@pytest.mark.parametrize(("more", "allowed"), [(1664, True), (1665, False)])
def test_a_select_list_is_as_wide_as_on_the_server(more: int, allowed: bool) -> None:
    assert (codes(f"SELECT {'1, ' * (more - 1)}1") == []) is allowed
    stars = "SELECT " + "o.*, " * 16 + ", ".join(["1"] * (more - 16 * 101)) + " FROM orders o"
    assert ("SG112" not in codes(stars, within=WIDE)) is allowed


def test_work_in_lists_grows_with_their_length_only(budgets: list[Budget]) -> None:
    def spent(n: int) -> int:
        budgets.clear()
        assert codes("INSERT INTO orders (id, note) VALUES " + ", ".join(f"({i}, 'a{i}')" for i in range(n))) == []
        return sum(budget.spent for budget in budgets)

    small, large = spent(1_000), spent(10_000)
    assert large < 10 * small < 12 * 10_000


def test_statements_after_the_budget_is_spent_are_not_looked_at() -> None:
    assert len(judge("SELECT * FROM orders;" * 30_000, within=WIDE).statements) < 10_000


SIGNS = {
    "nested comments": "SELECT " + "/*" * 100_000 + "*/" * 100_000 + "1",
    "comments in a row": "SELECT " + "/**/" * 100_000 + "1",
    "plus signs": "SELECT 1 " + "+" * 200_000 + "1",
    "several runs": "SELECT " + ("/*" * 4_000 + "*/" * 4_000 + " ") * 20 + "1",
}


@pytest.mark.parametrize("name", SIGNS)
def test_what_the_scanner_reads_again_and_again_is_never_given_to_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pglast import parser

    for function in ("scan", "parse_sql_json", "fingerprint"):
        monkeypatch.setattr(parser, function, None)
    verdict = judge(SIGNS[name])
    assert [reason.code for reason in verdict.reasons] == ["SG112"]
    assert verdict.fingerprint == "unparsed"
    assert normalised(SIGNS[name]) == UNREAD


@pytest.mark.parametrize("sql", [
    "SELECT 1 /* " + "/* a */ " * 20_000 + "*/", "SELECT 1 " + "/* a */" * 20_000, f"SELECT '{'=' * 15_000}'",
    "/*" + "*" * 10_000 + "/ SELECT 1", "SELECT 1 --" + "-" * 15_000,
])
def test_honest_comments_and_rulers_are_read(sql: str) -> None:
    assert lexical(sql) is None
    assert codes(sql) == []


@given(st.integers(2, 12), st.integers(1, 3), st.sampled_from(["JOIN {} b ON true", ", {} b", "CROSS JOIN {} b"]),
       st.sampled_from(["a.*, b.*", "*", "a.*, b.id", "b.*, a.*"]))
@settings(max_examples=30, deadline=None)
def test_towers_of_stars_are_judged_or_refused_within_the_budget(
    levels: int, width: int, join: str, stars: str
) -> None:
    queries = [f"c0 AS (SELECT {', '.join(['id'] * width)} FROM orders)"]
    queries += [f"c{n} AS (SELECT {stars} FROM c{n - 1} a {join.format(f'c{n - 1}')})" for n in range(1, levels)]
    sql = f"WITH {', '.join(queries)} SELECT * FROM c{levels - 1}"
    made: list[Budget] = []
    of = Budget.of
    try:
        Budget.of = lambda size: made.append(of(size)) or made[-1]  # type: ignore[method-assign,func-returns-value]
        entry.clear_cache()
        found = codes(sql)
    finally:
        Budget.of = of  # type: ignore[method-assign]
    assert all(budget.left > -10_000 for budget in made)
    wide = width * 2 ** (levels - 1) if stars != "a.*, b.id" else 0
    assert ("SG112" in found) is (wide > 1664)
