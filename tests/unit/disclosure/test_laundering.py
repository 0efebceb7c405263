"""Ways to get a column out without selecting it. Each is refused, and its honest neighbour is not.

A way is a query with `{x}` in it: the column that must not leave, and in the neighbour one that may.
"""

from __future__ import annotations

import pytest

from tests.unit.disclosure.shop import codes, judged

EXPRESSIONS = {
    "as it is": "{x}",
    "renamed": "{x} AS city",
    "cast": "{x}::varchar",
    "cast to bytes": "convert_to({x}, 'UTF8')",
    "function": "lower({x})",
    "concatenated": "{x} || ''",
    "part": "substring({x} from 1 for 1)",
    "one letter": "left({x}, 1)",
    "by pattern": "({x} SIMILAR TO 'a%')",
    "regular expression": "regexp_replace({x}, '@.*', '')",
    "matches": "(regexp_match({x}, '(.)@'))[1]",
    "code of a letter": "ascii({x})",
    "length": "length({x})",
    "hash without a secret": "md5({x})",
    "another hash": "sha256({x}::bytea)",
    "hash of the server": "hashtext({x})",
    "encoded": "encode({x}::bytea, 'base64')",
    "reversed": "reverse({x})",
    "translated": "translate({x}, 'abc', 'xyz')",
    "formatted": "format('%s', {x})",
    "compared": "{x} = 'a'",
    "is there": "{x} IS NULL",
    "is distinct": "{x} IS DISTINCT FROM 'a'",
    "case": "CASE WHEN {x} LIKE 'a%' THEN 1 ELSE 0 END",
    "case of a value": "CASE {x} WHEN 'a' THEN 'b' END",
    "coalesce": "coalesce({x}, 'none')",
    "nullif": "nullif({x}, 'a')",
    "greatest": "greatest({x}, 'a')",
    "between": "{x} BETWEEN 'a' AND 'b'",
    "any of": "{x} = ANY (ARRAY['a', 'b'])",
    "in": "{x} IN ('a', 'b')",
    "row": "ROW({x})::text",
    "array": "ARRAY[{x}]",
    "position in an array": "array_position(ARRAY['a', 'b'], {x})",
    "element of an array by it": "(ARRAY['a', 'b'])[length({x})]",
    "array to text": "array_to_string(ARRAY[{x}], ',')",
    "json": "jsonb_build_object('a', {x})",
    "json, standard": "JSON_OBJECT('a' VALUE {x})",
    "path in json": "jsonb_path_query_first(jsonb_build_object('a', {x}), '$.a')",
    "variables of a path": "jsonb_path_exists('[]', '$ ? (@ == $v)', jsonb_build_object('v', {x}))",
    "arrow": "jsonb_build_object('a', {x}) ->> 'a'",
    "json of a row": "row_to_json(ROW({x}))",
    "xml": "xmlelement(name a, {x})::text",
    "text search": "to_tsvector('simple', {x})",
    "random by it": "setseed_by.v FROM (SELECT length({x}) AS v FROM web.person p) setseed_by --",
    "subquery": "(SELECT {x})",
    "subquery with a name": "(SELECT q.y FROM (SELECT {x} AS y) q)",
    "exists": "EXISTS (SELECT FROM web.person o WHERE o.email = 'a' AND {x} = 'b')",
    "lateral": "l.y FROM web.person p, LATERAL (SELECT {x} AS y) l --",
    "unnest": "u.y FROM web.person p, LATERAL unnest(ARRAY[{x}]) u (y) --",
    "series of its length": "g FROM web.person p, LATERAL generate_series(1, length({x})) g --",
    "division by zero": "1 / (length({x}) - 3)",
    "cast that fails": "({x} || 'x')::int",
    "collation": '{x} COLLATE "C" < \'m\'',
}
POSITIONS = {
    "where": "SELECT p.segment FROM web.person p WHERE {x} = 'a'",
    "where not": "SELECT p.segment FROM web.person p WHERE NOT ({x} = 'a')",
    "group": "SELECT count(*) FROM web.person p GROUP BY {x}",
    "group with sizes": "SELECT p.segment, count(*) FROM web.person p GROUP BY p.segment, {x}",
    "grouping sets": "SELECT count(*) FROM web.person p GROUP BY GROUPING SETS (({x}), ())",
    "rollup": "SELECT p.segment, count(*) FROM web.person p GROUP BY ROLLUP (p.segment, {x})",
    "grouping": "SELECT grouping({x}) FROM web.person p GROUP BY {x}",
    "having": "SELECT p.segment FROM web.person p GROUP BY p.segment HAVING max({x}) = 'a'",
    "order": "SELECT p.segment FROM web.person p ORDER BY {x}",
    "order of a part": "SELECT p.segment FROM web.person p ORDER BY substring({x} from 2)",
    "order inside": "SELECT q.segment FROM (SELECT p.segment FROM web.person p ORDER BY {x}) q",
    "order and limit": "SELECT p.segment FROM web.person p ORDER BY {x} LIMIT 1",
    "distinct on": "SELECT DISTINCT ON ({x}) p.segment FROM web.person p",
    "min": "SELECT min({x}) FROM web.person p",
    "max of a group": "SELECT p.segment, max({x}) FROM web.person p GROUP BY p.segment",
    "count": "SELECT count({x}) FROM web.person p",
    "count distinct": "SELECT count(DISTINCT {x}) FROM web.person p",
    "string_agg": "SELECT string_agg({x}, ',') FROM web.person p",
    "order of an aggregate": "SELECT array_agg(p.segment ORDER BY {x}) FROM web.person p",
    "filter of an aggregate": "SELECT count(*) FILTER (WHERE {x} = 'a') FROM web.person p",
    "within group": "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY {x}) FROM web.person p",
    "bool_or": "SELECT bool_or({x} = 'a') FROM web.person p",
    "partition of a window": "SELECT rank() OVER (PARTITION BY {x}) FROM web.person p",
    "order of a window": "SELECT row_number() OVER (ORDER BY {x}) FROM web.person p",
    "named window": "SELECT rank() OVER w FROM web.person p WINDOW w AS (ORDER BY {x})",
    "lag": "SELECT lag({x}) OVER (ORDER BY p.segment) FROM web.person p",
    "first_value": "SELECT first_value({x}) OVER (PARTITION BY p.segment) FROM web.person p",
    "ntile": "SELECT ntile(100) OVER (ORDER BY {x}), p.segment FROM web.person p",
    "join on": "SELECT v.page FROM web.view v JOIN web.person p ON p.id = v.person_id AND {x} = 'a'",
    "left join": "SELECT v.page, p.level IS NULL FROM web.view v LEFT JOIN web.person p ON {x} = v.page",
    "semi join": "SELECT v.page FROM web.view v WHERE v.person_id IN (SELECT p.id FROM web.person p WHERE {x} = 'a')",
    "anti join": "SELECT v.page FROM web.view v WHERE NOT EXISTS "
                 "(SELECT FROM web.person p WHERE p.id = v.person_id AND {x} = 'a')",
    "join to a list": "SELECT p.segment, q.n FROM web.person p JOIN (VALUES ('a', 1), ('b', 2)) q (w, n) ON q.w = {x}",
    "union": "SELECT p.segment FROM web.person p UNION ALL SELECT {x} FROM web.person p",
    "except": "SELECT p.segment FROM web.person p EXCEPT SELECT {x} FROM web.person p",
    "intersect": "SELECT 'a' INTERSECT SELECT {x} FROM web.person p",
    "with": "WITH q AS (SELECT {x} AS y FROM web.person p) SELECT y FROM q",
    "with that only decides": "WITH q AS (SELECT p.id FROM web.person p WHERE {x} = 'a') "
                              "SELECT v.page FROM web.view v JOIN q ON q.id = v.person_id",
    "recursion": "WITH RECURSIVE q (n, y) AS (SELECT 1, p.segment FROM web.person p UNION ALL "
                 "SELECT q.n + 1, {x} FROM q, web.person p WHERE q.n < 3) SELECT y FROM q",
    "depth of a recursion": "WITH RECURSIVE q (n) AS (SELECT 1 UNION ALL SELECT q.n + 1 FROM q WHERE q.n < "
                            "(SELECT max(length({x})) FROM web.person p)) SELECT n FROM q",
    "values": "VALUES ((SELECT max({x}) FROM web.person p))",
    "limit": "SELECT p.segment FROM web.person p LIMIT (SELECT length(min({x})) FROM web.person p)",
    "offset": "SELECT p.segment FROM web.person p OFFSET (SELECT length(min({x})) FROM web.person p)",
    "rows of a table function": "SELECT g FROM generate_series(1, (SELECT max(length({x})) FROM web.person p)) g",
    "json table": "SELECT j.a FROM web.person p, "
                  "JSON_TABLE(jsonb_build_object('a', {x}), '$' COLUMNS (a text PATH '$.a')) j",
    "json records": "SELECT j.a FROM web.person p, jsonb_to_record(jsonb_build_object('a', {x})) AS j (a text)",
    "json aggregate": "SELECT JSON_ARRAYAGG({x}) FROM web.person p",
    "json object by key": "SELECT jsonb_object_agg({x}, 1) FROM web.person p",
    "argument of a function": "SELECT web.word_of({x}) FROM web.person p",
    "correlated subquery": "SELECT (SELECT count(*) FROM web.view v WHERE v.page = {x}) FROM web.person p",
    "table sample": "SELECT p.segment FROM web.person p "
                    "TABLESAMPLE SYSTEM ((SELECT max(length({x})) FROM web.person p))",
}
WAYS = {**{name: f"SELECT {text} FROM web.person p" for name, text in EXPRESSIONS.items()}, **POSITIONS}
LEAVES, STAYS, NOT_COVERED = "p.segment", "p.email", "p.born_on"
OF_ITS_OWN = {"exists"}
"""It names what must not leave by itself, so it has no neighbour."""


@pytest.mark.parametrize("column", [STAYS, NOT_COVERED])
@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_a_column_out(way: str, column: str) -> None:
    verdict = judged(WAYS[way].replace("{x}", column))
    assert [reason.code for reason in verdict.reasons if reason.code != "SG705"] == []
    assert any(column.removeprefix("p.") in (reason.detail or "") for reason in verdict.reasons)


@pytest.mark.parametrize("way", sorted(set(WAYS) - OF_ITS_OWN))
def test_the_honest_neighbour_leaves(way: str) -> None:
    verdict = judged(WAYS[way].replace("{x}", LEAVES))
    assert verdict.reasons == ()
    assert verdict.categories in (("behaviour",), ("behaviour", "key"))


def test_there_are_as_many_ways_as_are_promised() -> None:
    assert 2 * len(WAYS) >= 200


@pytest.mark.parametrize(("sql", "code"), [
    ("SELECT mark FROM web.masked", "SG705"),
    ("SELECT word FROM public.chain", "SG705"),
    ("SELECT page FROM web.masked", "SG705"),  # its join reads the key of persons and no more, its list the address
    ("SELECT slug FROM web.person", "SG705"),
    ("SELECT segment FROM web.person ORDER BY slug", "SG705"),
    ("SELECT unknown FROM web.person", "SG103"),
    ("SELECT web.mail_of(id) FROM web.person", "SG705"),
    ("SELECT m FROM web.person, web.mail_of(id) m", "SG705"),
    ("SELECT web.opaque(segment) FROM web.person", "SG105"),
    ("SELECT word FROM public.copy", "SG706"),
    ("SELECT count(*) FROM public.copy", "SG706"),
    ("SELECT relname FROM pg_class", "SG706"),
    ("SELECT p FROM web.person p", "SG103"),
    ("SELECT web.segment_of(id) FROM web.person", "SG705"),  # what a function returns may be what it was given
    ("SELECT bare FROM web.bare", "SG706"),
    ("SELECT id FROM web.person", "SG705"),
    ("SELECT md5(id) FROM web.person", "SG705"),
    ("SELECT min(id) FROM web.person", "SG705"),
    ("SELECT ip FROM web.view", "SG705"),
    ("SELECT v.page FROM web.view v JOIN web.view w ON w.ip = v.ip", "SG705"),
    ("SELECT v.page FROM web.view v NATURAL JOIN web.view w", "SG705"),
    ("SELECT ctid FROM web.person", "SG103"),
    ("SELECT xmin FROM web.person", "SG103"),
])
def test_what_a_name_hides_is_judged(sql: str, code: str) -> None:
    assert code in codes(sql)


@pytest.mark.parametrize("sql", [
    "SELECT word FROM public.honest",
    "SELECT shout FROM web.person",
    "SELECT web.word_of(segment) FROM web.person",
    "SELECT count(DISTINCT person_id), page FROM web.view GROUP BY page",
    "SELECT v.page, p.segment FROM web.view v JOIN web.person p ON p.id = v.person_id",
    "SELECT c.name, count(*) FROM web.country c GROUP BY c.name",
    "SELECT date_trunc('month', seen_at::timestamptz), page FROM web.view",
    "VALUES (1, 'a')",
    "TABLE web.country",
])
def test_what_may_leave_leaves(sql: str) -> None:
    assert judged(sql).reasons == ()
