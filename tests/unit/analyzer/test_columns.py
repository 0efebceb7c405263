"""What names in a query mean, and where its output comes from."""

from __future__ import annotations

import pytest

from sminion_guard.analyzer.verdict import SubjectPlace
from tests.unit.analyzer.shop import catalog, codes, function, judge, relation, sources, touched


@pytest.mark.parametrize(("sql", "columns"), [
    ("SELECT email FROM crm.customer", "email"),
    ("SELECT email FROM customer", "email"),
    ('SELECT "email" FROM "crm"."customer"', "email"),
    ('SELECT U&"\\0065mail" FROM U&"\\0063rm".customer', "email"),
    ("SELECT EMAIL FROM CRM.Customer", "email"),
    ("SELECT crm.customer.email FROM crm.customer", "email"),
    ("SELECT shop.crm.customer.email FROM shop.crm.customer", "email"),
    ("SELECT c.b FROM crm.customer AS c (a, x, b)", "email"),
    ("SELECT count(*) FROM crm.customer", ""),
    ("SELECT 1 FROM crm.customer WHERE email IS NOT NULL", "email"),
    ("SELECT 1 FROM crm.customer GROUP BY full_name HAVING max(email) > ''", "email full_name"),
    ("SELECT id AS email FROM crm.customer ORDER BY email", "id"),
    ("SELECT id AS email FROM crm.customer GROUP BY email, id", "email id"),
    ("SELECT id FROM crm.customer ORDER BY 1, email", "email id"),
    ("SELECT id AS x FROM crm.customer ORDER BY lower(email)", "email id"),
    ("SELECT DISTINCT ON (email) id FROM crm.customer", "email id"),
    ("SELECT id FROM crm.customer LIMIT (SELECT count(email) FROM crm.customer)", "email id"),
    ("SELECT count(*) FILTER (WHERE email > '') FROM crm.customer", "email"),
    ("SELECT rank() OVER (PARTITION BY email ORDER BY full_name) FROM crm.customer", "email full_name"),
    ("SELECT rank() OVER w FROM crm.customer WINDOW w AS (ORDER BY email)", "email"),
    ("SELECT string_agg(full_name, ',' ORDER BY email) FROM crm.customer", "email full_name"),
    ("SELECT CASE WHEN email > '' THEN id END FROM crm.customer", "email id"),
    ("SELECT ARRAY(SELECT email FROM crm.customer)", "email"),
    ("SELECT 1 WHERE 'x' IN (SELECT email FROM crm.customer)", "email"),
    ("VALUES ((SELECT max(email) FROM crm.customer))", "email"),
    ("SELECT x.e FROM (SELECT email AS e FROM crm.customer) AS x", "email"),
    ("SELECT customer FROM crm.customer", "born_on email full_name guard_mask id"),
    ("SELECT c FROM crm.customer c", "born_on email full_name guard_mask id"),
    ("SELECT count(c.*) FROM crm.customer c", "born_on email full_name guard_mask id"),
    ("TABLE crm.customer", "born_on email full_name guard_mask id"),
    ("SELECT ctid, email FROM crm.customer", "ctid email"),
    ("SELECT (SELECT ctid FROM (SELECT 1) q) FROM crm.customer", "ctid"),
    ("SELECT email(c) FROM crm.customer c", "born_on email full_name guard_mask id"),
    ("COPY crm.customer (email) TO STDOUT", "email"),
    ("SELECT email FROM ONLY crm.customer", "email"),
    ("SELECT email FROM crm.customer TABLESAMPLE bernoulli (10) REPEATABLE (3)", "email"),
    ("SELECT (SELECT o.email FROM (SELECT 1) AS n) FROM crm.customer AS o", "email"),
    ("WITH customer AS (SELECT 1 AS email) SELECT c.email FROM crm.customer c, customer", "email"),
    ("WITH a AS (SELECT email FROM crm.customer) SELECT 1 FROM a", "email"),
    ("SELECT xmlelement(name a, email) FROM crm.customer", "email"),
    ("SELECT x.k FROM crm.customer, xmltable('/a' PASSING (email::xml) COLUMNS k text) x", "email"),
    ("SELECT j.k FROM crm.customer, json_table(email::json, '$' COLUMNS (k int PATH '$.k')) j", "email"),
    ("SELECT JSON_OBJECT('a': email) FROM crm.customer", "email"),
    ("SELECT JSON_VALUE(email::jsonb, '$' DEFAULT full_name ON EMPTY) FROM crm.customer", "email full_name"),
    ("SELECT * FROM generate_series(1, (SELECT count(email) FROM crm.customer))", "email"),
    ("SELECT g FROM crm.customer c, LATERAL generate_series(1, length(c.email)) AS g", "email"),
])
def test_columns_of_one_table_are_found_wherever_they_stand(sql: str, columns: str) -> None:
    assert touched(sql) == {"use crm.customer": tuple(columns.split())}


def test_a_with_query_shadows_a_table_of_the_same_name() -> None:
    assert touched("WITH customer AS (SELECT 1 AS email) SELECT email FROM customer") == {}


def test_a_with_query_does_not_shadow_a_qualified_name() -> None:
    assert touched("WITH employee AS (SELECT 1) SELECT salary FROM hr.employee") == {"use hr.employee": ("salary",)}


def test_an_inner_with_query_ends_with_its_query() -> None:
    sql = "SELECT (WITH orders AS (SELECT 1 AS id) SELECT id FROM orders), total FROM orders"
    assert touched(sql) == {"use sales.orders": ("total",)}


def test_a_name_in_an_on_clause_reaches_only_the_two_sides_and_the_query_outside() -> None:
    sql = "SELECT (SELECT 1 FROM sales.orders o, (hr.employee e JOIN crm.card k ON note = 'x')) FROM sales.orders AS x"
    assert touched(sql)["use sales.orders"] == ("note",)
    inside = "SELECT 1 FROM sales.orders o, (hr.employee e JOIN crm.card k ON note = 'x')"
    assert "column `note` means nothing here" in [reason.message for reason in judge(inside).reasons]


def test_a_subquery_in_from_without_lateral_does_not_see_its_neighbours() -> None:
    sql = "SELECT 1 FROM sales.orders o, (SELECT note) AS q"
    assert "column `note` means nothing here" in [reason.message for reason in judge(sql).reasons]
    assert touched("SELECT 1 FROM sales.orders o, LATERAL (SELECT note) AS q") == {"use sales.orders": ("note",)}


def test_using_reads_both_sides_and_shows_the_column_once() -> None:
    sql = "SELECT * FROM crm.card JOIN (SELECT id FROM sales.orders) o USING (id)"
    assert [*sources(sql)] == ["id", "full_name"]
    assert touched("SELECT 1 FROM sales.orders JOIN hr.employee USING (id)") == {
        "use sales.orders": ("id",), "use hr.employee": ("id",),
    }


def test_a_natural_join_reads_the_columns_of_both_that_are_called_alike() -> None:
    assert touched("SELECT 1 FROM sales.orders NATURAL JOIN hr.employee") == {
        "use sales.orders": ("id",), "use hr.employee": ("id",),
    }


def test_a_joins_alias_covers_both_sides() -> None:
    sql = "SELECT j.salary FROM (sales.orders o CROSS JOIN hr.employee e) AS j"
    assert touched(sql)["use hr.employee"] == ("salary",)


def test_the_alias_of_using_reaches_the_shared_columns() -> None:
    sql = "SELECT j.id FROM sales.orders JOIN hr.employee USING (id) AS j"
    assert sources(sql) == {"id": ["hr.employee.id COPIED", "sales.orders.id COPIED"]}


@pytest.mark.parametrize(("value", "manner"), [
    ("email", "COPIED"), ("lower(email)", "COMPUTED"), ("count(email)", "COUNTED"), ("email || 'x'", "COMPUTED"),
    ("max(email)", "COPIED"), ("array_agg(email)", "COPIED"), ("sum(length(email))", "AGGREGATED"),
    ("coalesce(email, '')", "COPIED"), ("email::varchar", "COMPUTED"), ("(SELECT email)", "COPIED"),
    ("row_number() OVER (ORDER BY email)", "COUNTED"), ("EXISTS (SELECT email)", "COUNTED"),
    ("CASE WHEN email > '' THEN 1 END", "COMPUTED"), ("first_value(email) OVER ()", "COPIED"),
])
def test_lineage_tells_how_a_value_reaches_the_output(value: str, manner: str) -> None:
    assert list(sources(f"SELECT {value} AS v FROM crm.customer").values()) == [[f"crm.customer.email {manner}"]]


def test_lineage_goes_through_subqueries_and_with_queries_by_position() -> None:
    sql = """WITH a (x, y) AS (SELECT id, email FROM crm.customer),
             b AS (SELECT y AS z FROM a UNION SELECT note FROM orders)
             SELECT q.z FROM (SELECT * FROM b) q"""
    assert sources(sql) == {"z": ["crm.customer.email COPIED", "sales.orders.note COPIED"]}


def test_lineage_wanders_through_the_columns_of_a_recursive_query() -> None:
    sql = """WITH RECURSIVE r (a, b, c) AS (SELECT id, total, note FROM orders UNION ALL SELECT b, c, a FROM r)
             SELECT a FROM r"""
    assert sources(sql) == {"a": [f"sales.orders.{name} COPIED" for name in ("id", "note", "total")]}


def test_a_recursive_with_may_name_a_query_that_stands_after_it() -> None:
    sql = "WITH RECURSIVE a AS (SELECT x FROM b), b AS (SELECT note AS x FROM orders) SELECT x FROM a"
    assert sources(sql) == {"x": ["sales.orders.note COPIED"]}


def test_lineage_goes_through_views_and_functions_down_to_tables() -> None:
    assert sources("SELECT full_name FROM crm.card") == {"full_name": ["crm.customer.full_name COPIED"]}
    assert "crm.customer.email COMPUTED" in sources("SELECT crm.mail_of('1')")["mail_of"]


def test_what_only_decides_is_told_apart_from_what_is_shown() -> None:
    (judged,) = judge("SELECT email FROM crm.customer WHERE full_name = 'x' ORDER BY id").statements
    (access,) = judged.statement.accesses
    assert access.tested == ("full_name", "id")


def test_a_column_of_the_subject_is_found_in_the_output() -> None:
    verdict = judge("SELECT email, id, id + 1 FROM crm.customer")
    assert verdict.subject_columns() == (SubjectPlace(1),)
    assert verdict.categories(0, 0) == ("contact",)


def test_parameters_are_counted() -> None:
    (judged,) = judge("SELECT id FROM orders WHERE note = $2 AND total > $1").statements
    assert judged.statement.parameters == (1, 2)


def test_statements_that_differ_in_constants_share_a_fingerprint() -> None:
    first, second, other = (judge(f"SELECT id FROM orders WHERE {test}") for test in ("id = 1", "id = 2", "note = 'x'"))
    assert first.fingerprint == second.fingerprint != other.fingerprint


@pytest.mark.parametrize("sql", [
    "SELECT nonsense FROM crm.customer", "SELECT * FROM crm.nothing", "SELECT nothing(1, 2)", "SELECT x.id FROM orders",
    "SELECT 'x'::crm.nothing", "SELECT * FROM other.crm.customer", "SELECT pg_temp.f()", "SELECT nextval('crm.none')",
])
def test_what_means_nothing_is_refused(sql: str) -> None:
    assert "SG107" in codes(sql)


def test_a_schema_the_role_may_not_use_is_skipped_in_the_path_as_the_server_does() -> None:
    within = catalog(relation("hr", "note", "id"), relation("public", "note", "id", public="r"))
    path = ("hr", "public")
    assert touched("SELECT id FROM note", within=within, search_path=path) == {"use public.note": ("id",)}
    assert "SG102" in codes("SELECT salary FROM employee", within=within, search_path=path)


def test_pg_catalog_is_searched_first() -> None:
    within = catalog(relation("crm", "pg_class", "relname"))
    assert touched("SELECT relname FROM pg_class", within=within) == {"use pg_catalog.pg_class": ()}


def test_a_function_in_from_brings_the_columns_of_its_result() -> None:
    lookup = function("crm", "find", "SELECT id, email FROM crm.customer", outputs=("i", "e"),
                      result="pg_catalog.record",
                      returns_set=True)
    within = catalog(functions=(lookup,))
    assert "crm.customer.email COMPUTED" in sources("SELECT f.e FROM crm.find() f", within=within)["e"]


def test_a_call_of_unknown_columns_does_not_hide_a_column_outside() -> None:
    sql = "SELECT (SELECT note FROM json_to_record('{}') AS x(a int), "
    sql += "jsonb_populate_record(NULL::crm.customer, '{}')) FROM orders"
    assert touched(sql)["use sales.orders"] == ("note",)
