"""A recipient with ``k`` gets groups: which queries make them, and which cannot be followed."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from sminion_guard.disclosure import judge_export
from sminion_guard.policy import Policy
from tests.unit.disclosure import shop
from tests.unit.disclosure import test_groups as views


def with_k(policy: Policy, k: int) -> Policy:
    found = {name: replace(entry, k=k, never=frozenset(), gives=None) for name, entry in policy.recipients.items()}
    return replace(policy, recipients=MappingProxyType(found))


def codes(sql: str, k: int = 5) -> list[str]:
    return [reason.code for reason in judge_export(
        sql, catalog=shop.CATALOG, policy=with_k(shop.POLICY, k), recipient="analyst", purpose="analytics",
        today=shop.TODAY).reasons]


@pytest.mark.parametrize("sql", [
    "SELECT count(*) FROM view",
    "SELECT page, count(*) FROM view GROUP BY page",
    "SELECT page, count(*) FROM web.view GROUP BY 1 HAVING count(DISTINCT person_id) > 9 ORDER BY 2 DESC LIMIT 3",
    "SELECT count(DISTINCT v.person_id) FROM view v JOIN person p ON p.id = v.person_id WHERE p.segment = 'a'",
    "SELECT page AS p, count(1) FROM view v LEFT JOIN person r ON r.id = v.person_id GROUP BY p",
    "SELECT page FROM view GROUP BY page",
    "SELECT page, count(*) FROM view GROUP BY page UNION ALL SELECT 'all', count(*) FROM view",
    "SELECT round(count(v.page) / 2.0, 1) FROM view v, country WHERE name = v.page AND v.page <> ALL (ARRAY['a'])",
    "SELECT name FROM country", "SELECT DISTINCT name FROM country", "VALUES (1, 2)",
    "SELECT page, count(*) FROM view GROUP BY page UNION ALL SELECT name, 1 FROM country",
    "SELECT CASE WHEN page LIKE '/a%' THEN 'a' ELSE coalesce(page, 'b') END, count(*) FROM view GROUP BY 1",
    "SELECT count(*) FROM view GROUP BY date_trunc('day', now()), current_date",
])
def test_groups(sql: str) -> None:
    assert codes(sql) == []


@pytest.mark.parametrize("sql", [
    "SELECT page FROM view", "SELECT DISTINCT page FROM view", "SELECT page, count(*) FROM view GROUP BY page"
    " UNION ALL SELECT page, 1 FROM view", "SELECT DISTINCT count(*) FROM view GROUP BY page",
])
def test_single_rows(sql: str) -> None:
    assert codes(sql) == ["SG740"]


@pytest.mark.parametrize("call", [
    "min(page)", "max(page)", "array_agg(page)", "string_agg(page, ',')", "mode() WITHIN GROUP (ORDER BY page)",
    "json_agg(page)", "jsonb_object_agg(page, 1)", "any_value(page)", "bool_and(page = 'a')",
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY length(page))", "stddev(length(page))",
    "count(*) FILTER (WHERE page = 'a')",
    "sum(CASE WHEN page = 'a' THEN 1 END)", "sum(length(page))", "count(nullif(page, 'a'))", "count(v.*)", "count(v)",
    "sum(DISTINCT 1)", "count(page ORDER BY page)", "sum(NULL::int)", "avg(1 + 1)", "bit_or(1)", "count((page, page))",
    "regr_count(1, 1)",
])
def test_aggregates_that_tell_of_one_person(call: str) -> None:
    found = codes(f"SELECT {call} FROM view v")
    assert found in (["SG741"], ["SG742"])  # what is no column is no call of one either
    assert codes(f"SELECT count(*) FROM view v HAVING ({call}) IS NULL") == found
    assert codes(f"SELECT count(*) FROM view v GROUP BY page ORDER BY ({call})::text") == found


@pytest.mark.parametrize("sql", [
    "SELECT count(*) OVER () FROM view", "SELECT count(*), sum(count(*)) OVER () FROM view GROUP BY page",
    "SELECT row_number() OVER () FROM view GROUP BY page",
    "SELECT count(*) FROM view GROUP BY ROLLUP (page)", "SELECT count(*) FROM view GROUP BY GROUPING SETS ((page), ())",
    "SELECT count(*) FROM (SELECT page FROM view LIMIT 1) v", "SELECT count(*) FROM view TABLESAMPLE system (10)",
    "SELECT count(*) FROM view WHERE page IN (SELECT segment FROM person)",
    "SELECT count(*) FROM view WHERE page IN (SELECT name FROM country)",
    "SELECT (SELECT count(*) FROM view)", "SELECT count(*), (SELECT segment FROM person LIMIT 1) FROM view",
    "WITH v AS (SELECT page FROM view) SELECT page, count(*) FROM v GROUP BY page",
    "WITH v AS (SELECT 1) SELECT page, count(*) FROM view GROUP BY page",
    "SELECT page, count(*) FROM view GROUP BY page UNION SELECT page, count(*) FROM view GROUP BY page",
    "SELECT page, count(*) FROM view GROUP BY page EXCEPT ALL SELECT page, 1 FROM view GROUP BY page",
    "SELECT count(*) FROM view WHERE random() < 0.5", "SELECT count(*) FROM view WHERE clock_timestamp() > now()",
    "SELECT word, count(*) FROM public.honest GROUP BY word", "SELECT count(*) FROM view, LATERAL (SELECT 1) x",
    "SELECT count(*) FROM view, generate_series(1, 2)", "SELECT count(*) FROM view AS v (a, b)",
    "SELECT count(*) FROM view GROUP BY word_of(page)",
    "SELECT JSON_ARRAYAGG(page) FROM view", "SELECT count(*) FROM (view JOIN person USING (id)) AS j",
    "SELECT count(*) FROM view v GROUP BY (v).page", "SELECT count(*) FROM view GROUP BY DISTINCT CUBE (page)",
])
def test_what_cannot_be_followed(sql: str) -> None:
    assert codes(sql) == ["SG742"]


@pytest.mark.parametrize(("joined", "code"), [
    ("view v JOIN person p ON p.id = v.person_id", None),
    ("view v, person p WHERE v.person_id = p.id AND page = 'a'", None),
    ("view v LEFT JOIN person p ON p.id = person_id AND p.level = 'a'", None),
    ("view v JOIN view w USING (person_id)", None), ("view v FULL JOIN view w ON v.person_id = w.person_id", None),
    ("view v, person p", "SG742"), ("view v JOIN person p ON p.id = v.id", "SG742"),
    ("view v JOIN person p ON p.id <= v.person_id", "SG742"), ("view v JOIN view w USING (page)", "SG742"),
    ("view v JOIN person p ON p.id = v.person_id OR v.page = 'a'", "SG742"),
    ("view v JOIN person p ON NOT p.id = v.person_id", "SG742"),
    ("view v LEFT JOIN person p ON true LEFT JOIN country ON p.id = v.person_id", "SG742"),
    ("view v JOIN person p ON p.id = v.person_id, view w WHERE w.page = v.page", "SG742"),
])
def test_people_are_joined_by_whose_rows_they_are(joined: str, code: str | None) -> None:
    assert codes(f"SELECT count(*) FROM {joined}") == ([] if code is None else [code])


@pytest.mark.parametrize(("sql", "k", "code"), [
    ("SELECT decade FROM for_analytics.people", 5, None),
    ("SELECT decade FROM for_analytics.people", 6, "SG740"),
    ("SELECT decade, min(part) FROM for_analytics.people GROUP BY decade", 5, None),
    ("SELECT a.decade FROM for_analytics.people a JOIN for_analytics.people b USING (part)", 5, "SG742"),
    ("SELECT decade FROM outer_view", 5, "SG742"),
    ("SELECT 1 WHERE EXISTS (SELECT FROM for_analytics.people)", 5, "SG742"),
])
def test_a_depersonalized_view_has_groups_of_its_own(sql: str, k: int, code: str | None) -> None:
    found = judge_export(sql, catalog=views.CATALOG, policy=with_k(views.POLICY, k), recipient="analyst",
                         purpose="analytics", today=shop.TODAY)
    assert [reason.code for reason in found.reasons] == ([] if code is None else [code])
