"""The profile of web analytics: coarse times and places, whatever the form of the query."""

from __future__ import annotations

from datetime import date

import pytest

from sminion_guard.analyzer import Catalog
from sminion_guard.analyzer.catalog import Column, Relation, Type
from sminion_guard.disclosure import ExportVerdict, judge_export
from sminion_guard.policy import loads
from tests.unit.analyzer.shop import function

TEXT = """
[policy]
name = "web"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"

[category.place]
title = "Where"
holds = "coordinates"

[category.page_address]
title = "Addresses of pages"
holds = "url"

[purpose.counting]
title = "Know what is read"
basis = "legitimate_interest"
needs = "*"
may = ["use", "transfer"]

[schema.web]
collected_for = ["counting"]
[schema.web.view]
subject = "person_id"
columns = { person_id = "key", word = "behaviour", page = "page_address", ip = "device", seen_at = "none", day = "none", shift = "none", lat = "place", lon = "place" }

[recipient.counter]
title = "Counter"
contract = "DPA-1"
purposes = ["counting"]
never = []
gives = ["behaviour", "place"]
profile = "web_analytics"
"""  # noqa: E501
TYPES = {"person_id": "pg_catalog.int8", "word": "pg_catalog.text", "page": "pg_catalog.text", "ip": "pg_catalog.inet",
         "seen_at": "pg_catalog.timestamptz", "day": "pg_catalog.date", "shift": "web.working_time",
         "lat": "pg_catalog.float8", "lon": "pg_catalog.numeric"}
VIEW = Relation("web", "view", "r", tuple(Column(name, kind) for name, kind in TYPES.items()))
TRUNCATED = Relation("public", "hours", "v", (Column("at", "pg_catalog.timestamptz"),), public="r", invoker=True,
                     definition="SELECT date_trunc('hour', v.seen_at) AS at FROM web.view v")
SHIFT = Type("web", "working_time", base="pg_catalog.tstzrange", kind="d")


def judged(sql: str, *, times: str = "hour", own: bool = False) -> ExportVerdict:
    functions = {("web", "round"): (function("web", "round", "SELECT $1", names="what places"),)} if own else {}
    relations = {entry.key: entry for entry in (VIEW, TRUNCATED)}
    catalog = Catalog(f"web-{times}-{own}", "web", 18, ("web", "public"), relations, functions,
                      types={("web", "working_time"): SHIFT}, public_usage=frozenset({"public"}))
    return judge_export(sql, catalog=catalog, policy=loads(f'{TEXT}times = "{times}"\n'), recipient="counter",
                        purpose="counting", today=date(2026, 11, 28))


@pytest.mark.parametrize("sql", [
    "SELECT word, date_trunc('hour', seen_at), count(*) FROM web.view GROUP BY 1, 2",
    "SELECT date_trunc('day', v.seen_at AT TIME ZONE 'Europe/Berlin') FROM web.view v",
    "SELECT min(pg_catalog.date_trunc('hour', seen_at)) FROM web.view",
    "SELECT seen_at::date, day FROM web.view",
    "SELECT extract(hour FROM seen_at), extract(dow FROM seen_at), count(*) FROM web.view GROUP BY 1, 2",
    "SELECT date_trunc('week', s.t) FROM (SELECT seen_at AS t FROM web.view) s",
    "SELECT count(seen_at), count(DISTINCT lat) FROM web.view",
    "SELECT word FROM web.view WHERE seen_at > '2026-11-01' ORDER BY seen_at",
    "SELECT round(lat::numeric, 1), trunc(lon, 1), round(lat), trunc(lon, -1) FROM web.view",
    "SELECT at FROM (SELECT date_trunc('hour', seen_at) AS at FROM web.view UNION SELECT NULL) s",
])
def test_what_is_coarse_leaves(sql: str) -> None:
    assert judged(sql).reasons == ()


@pytest.mark.parametrize(("sql", "code"), [
    ("SELECT seen_at FROM web.view", "SG725"),
    ("SELECT date_trunc('minute', seen_at) FROM web.view", "SG725"),
    ("SELECT max(seen_at) FROM web.view", "SG725"),
    ("SELECT extract(epoch FROM seen_at) FROM web.view", "SG725"),
    ("SELECT to_char(seen_at, 'YYYY-MM-DD') FROM web.view", "SG725"),
    ("SELECT shift FROM web.view", "SG725"),
    # what is computed before is no column: an hour of a thousandfold time is a matter of seconds
    ("SELECT date_trunc('hour', ('epoch' + (seen_at - 'epoch') * 1000)) FROM web.view", "SG725"),
    ("SELECT date_trunc('hour', t) FROM (SELECT 'epoch' + (seen_at - 'epoch') * 1000 AS t FROM web.view) s", "SG725"),
    # beside the coarse one
    ("SELECT date_trunc('hour', seen_at), seen_at FROM web.view", "SG725"),
    ("SELECT date_trunc('hour', seen_at), extract(minute FROM seen_at) FROM web.view", "SG725"),
    ("SELECT CASE WHEN seen_at < '2026-11-28 10:17' THEN 'x' END FROM web.view", "SG725"),
    ("SELECT date_trunc(word, seen_at) FROM web.view", "SG725"),
    ("SELECT lat, lon FROM web.view", "SG726"),
    ("SELECT round(lat::numeric, 2) FROM web.view", "SG726"),
    ("SELECT round(lat * 1000) FROM web.view", "SG726"),
    ("SELECT round(x, 1) FROM (SELECT lon * 1000 AS x FROM web.view) s", "SG726"),
    ("SELECT avg(lat) FROM web.view", "SG726"),
    ("SELECT round(lon, length(word)) FROM web.view", "SG726"),
    # what the profile never gives
    ("SELECT page FROM web.view", "SG705"),
    ("SELECT word FROM web.view WHERE ip = '127.0.0.1'", "SG705"),
    ("SELECT md5(ip::text) FROM web.view", "SG705"),
    ("SELECT person_id FROM web.view", "SG705"),
])
def test_what_is_fine_does_not(sql: str, code: str) -> None:
    reasons = judged(sql).reasons
    assert [reason.code for reason in reasons][:1] == [code]
    assert all(reason.hint for reason in reasons)


def test_a_function_of_the_application_rounds_nothing() -> None:
    assert [reason.code for reason in judged("SELECT web.round(lon, 1) FROM web.view", own=True).reasons] == ["SG726"]
    assert [reason.code for reason in judged("SELECT round(lon, 1) FROM web.view", own=True).reasons] == ["SG726"]


def test_a_policy_may_ask_for_whole_days() -> None:
    assert [reason.code for reason in judged("SELECT date_trunc('hour', seen_at) FROM web.view", times="day").reasons] \
        == ["SG725"]
    assert judged("SELECT date_trunc('day', seen_at), day FROM web.view", times="day").allowed
    assert [reason.code for reason in judged("SELECT day FROM web.view", times="month").reasons] == ["SG725"]
    assert judged("SELECT date_trunc('month', day) FROM web.view", times="month").allowed


def test_a_view_is_not_seen_as_coarse() -> None:
    """Its body is not rewritten; an honest one is refused too, and the hint says what to write instead."""
    assert [reason.code for reason in judged("SELECT at FROM hours").reasons] == ["SG725"]
