# ruff: noqa: E501 - a case stands on one line
"""Indexes that row security keeps from being used are named when a policy is planned, and only those."""

from __future__ import annotations

import pytest

from sminion_guard.migrate import Problem
from tests.database.migrate.conftest import Shop

SLOW = {
    "an expression": ("CREATE INDEX own ON crm.customer (lower(email))", "lower(text)"),
    "an expression of an operator": ("CREATE INDEX own ON crm.customer ((full_name || email))", "textcat(text,text)"),
    "a second key": ("CREATE INDEX own ON crm.customer (id, upper(email))", "upper(text)"),
    "numbers of any length": ("CREATE INDEX own ON sales.orders (total)", "numeric_eq(numeric,numeric)"),
    "patterns": ("CREATE INDEX own ON crm.customer (email text_pattern_ops)", "textlike(text,text)"),
    "full text": ("CREATE INDEX own ON crm.customer USING gin (to_tsvector('simple', full_name))",
                  "to_tsvector(regconfig,text)"),
    "arrays": ("ALTER TABLE crm.customer ADD tags text[]; CREATE INDEX own ON crm.customer USING gin (tags)",
               "arraycontains(anyarray,anyarray)"),
    "json": ("ALTER TABLE crm.customer ADD extra jsonb; CREATE INDEX own ON crm.customer USING gin (extra)",
             "jsonb_contains(jsonb,jsonb)"),
}
QUICK = {
    "text": "CREATE INDEX own ON crm.customer (email)",
    "times": "CREATE INDEX own ON crm.customer (last_seen_at)",
    "several": "CREATE INDEX own ON sales.orders (customer_id, id)",
    "a hash": "CREATE INDEX own ON crm.customer USING hash (email)",
    "blocks": "CREATE INDEX own ON crm.customer USING brin (last_seen_at)",
    "dates and uuids": "ALTER TABLE crm.customer ADD d date, ADD u uuid; CREATE INDEX own ON crm.customer (d, u)",
    "an included column": "CREATE INDEX own ON sales.orders (customer_id) INCLUDE (total)",
}


def findings(shop: Shop) -> list[Problem]:
    return [problem for problem in shop.plan().problems if problem.code == "SG330"]


@pytest.mark.parametrize("name", SLOW)
def test_an_index_that_is_not_used_any_more_is_named_with_the_ways_out(shop: Shop, name: str) -> None:
    assert findings(shop) == []
    statement, function = SLOW[name]
    shop.database.execute(statement)
    found = findings(shop)
    assert found
    for problem in found:
        assert "`crm.own`" in problem.message or "`sales.own`" in problem.message
        assert not problem.refuses
        assert "LEAKPROOF" in (problem.hint or "")
    assert any(function in f"{problem.detail}" for problem in found)
    shop.apply()  # it is a warning
    assert findings(shop) == found


@pytest.mark.parametrize("name", QUICK)
def test_an_index_that_is_used_as_before_is_not(shop: Shop, name: str) -> None:
    shop.database.execute(QUICK[name])
    assert findings(shop) == []


def test_the_server_agrees_which_are_used(shop: Shop) -> None:
    """A leakproof condition finds rows by its index under row security, another does not."""
    shop.database.execute("CREATE INDEX plain ON crm.customer (email); CREATE INDEX folded ON crm.customer (lower(email))")
    shop.apply()
    with shop.database.connect(autocommit=False) as connection:
        role = f"{shop.name}_contract"
        connection.execute(f"SET LOCAL enable_seqscan = off; SET LOCAL ROLE {role}".encode())

        def plan(condition: str) -> str:
            rows = connection.execute(f"EXPLAIN SELECT id FROM crm.customer WHERE {condition}".encode()).fetchall()
            return "\n".join(line for (line,) in rows)

        assert "Index Cond: (email = 'e1'::text)" in plan("email = 'e1'")
        assert "folded" not in plan("lower(email) = 'e1'")
