"""What is refused, with which code, pointing where; and what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sminion_guard.analyzer.rules import RULES
from sminion_guard.errors import IncompatibleMerge
from sminion_guard.policy import loads
from tests.unit.analyzer.shop import CATALOG, POLICY, catalog, codes, function, judge, marked, relation

MERGES = {
    "join": "SELECT 1 FROM crm.customer c JOIN hr.employee e ON e.id = c.id",
    "comma": "SELECT 1 FROM crm.customer c, hr.employee e",
    "subquery in the select list": "SELECT (SELECT max(id) FROM hr.employee) FROM crm.customer",
    "exists": "SELECT id FROM crm.customer c WHERE EXISTS (SELECT FROM hr.employee e WHERE e.id = c.id)",
    "with query that nobody names": "WITH x AS (SELECT id FROM hr.employee) SELECT id FROM crm.customer",
    "union": "SELECT id FROM crm.customer UNION ALL SELECT id FROM hr.employee",
    "values": "VALUES ((SELECT max(id) FROM crm.customer), (SELECT max(id) FROM hr.employee))",
    "limit": "SELECT id FROM crm.customer LIMIT (SELECT count(*) FROM hr.employee)",
    "order by": "SELECT id FROM crm.customer ORDER BY (SELECT max(id) FROM hr.employee)",
    "filter": "SELECT count(*) FILTER (WHERE id IN (SELECT id FROM hr.employee)) FROM crm.customer",
    "window": "SELECT rank() OVER (ORDER BY (SELECT max(id) FROM hr.employee)) FROM crm.customer",
    "lateral": "SELECT 1 FROM crm.customer c, LATERAL (SELECT id FROM hr.employee e WHERE e.id = c.id) x",
    "function argument in from": "SELECT 1 FROM crm.customer, generate_series(1, (SELECT count(*) FROM hr.employee))",
    "insert select": "INSERT INTO crm.customer (id) SELECT id FROM hr.employee",
    "insert values": "INSERT INTO crm.customer (id) VALUES ((SELECT max(id) FROM hr.employee))",
    "on conflict": "INSERT INTO crm.customer (id) VALUES (1) ON CONFLICT (id) "
                   "DO UPDATE SET email = (SELECT max(id) FROM hr.employee)",
    "on conflict where": "INSERT INTO crm.customer (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET email = 'x' "
                         "WHERE EXISTS (SELECT FROM hr.employee)",
    "returning": "INSERT INTO crm.customer (id) VALUES (1) RETURNING (SELECT max(id) FROM hr.employee)",
    "update set": "UPDATE crm.customer SET email = (SELECT max(id) FROM hr.employee)",
    "update several": "UPDATE crm.customer SET (email, full_name) = (SELECT id, id FROM hr.employee)",
    "update from": "UPDATE crm.customer c SET email = 'x' FROM hr.employee e WHERE e.id = c.id",
    "delete using": "DELETE FROM crm.customer c USING hr.employee e WHERE e.id = c.id",
    "merge": "MERGE INTO crm.customer c USING hr.employee e ON e.id = c.id WHEN MATCHED THEN UPDATE SET email = 'x'",
    "merge action": "MERGE INTO crm.customer c USING (VALUES (1)) v (x) ON v.x::text = c.id "
                    "WHEN MATCHED THEN UPDATE SET email = (SELECT max(id) FROM hr.employee)",
    "writing with query": "WITH x AS (UPDATE crm.customer SET email = 'x' RETURNING id) SELECT 1 FROM hr.employee",
    "copy of a query": "COPY (SELECT 1 FROM crm.customer, hr.employee) TO STDOUT",
    "copy where": "COPY crm.customer (id) FROM STDIN WHERE id IN (SELECT id FROM hr.employee)",
    "prepared": "PREPARE p AS SELECT 1 FROM crm.customer, hr.employee",
    "cursor": "DECLARE c CURSOR FOR SELECT 1 FROM crm.customer, hr.employee",
    "explain": "EXPLAIN SELECT 1 FROM crm.customer, hr.employee",
    "block": "DO $$ BEGIN PERFORM 1 FROM crm.customer, hr.employee; END $$",
    "block in two steps": "DO $$ DECLARE x text; BEGIN SELECT id INTO x FROM crm.customer; "
                          "INSERT INTO hr.employee (id) VALUES (x); END $$",
    "table made": "CREATE TABLE t AS SELECT 1 FROM crm.customer, hr.employee",
    "select into": "SELECT c.id INTO t FROM crm.customer c, hr.employee e",
    "view": "SELECT id FROM crm.pay",
    "function": "SELECT crm.salary_of(id) FROM crm.customer",
    "attribute notation": "SELECT c.salary_of FROM crm.customer c",
    "quoted names": 'SELECT 1 FROM "crm"."customer", U&"\\0068r".employee',
    "json": "SELECT JSON_ARRAY(SELECT id FROM hr.employee) FROM crm.customer",
    "json table": "SELECT 1 FROM crm.customer, "
                  "JSON_TABLE((SELECT max(id) FROM hr.employee)::jsonb, '$' COLUMNS (a int)) j",
    "xml table": "SELECT 1 FROM crm.customer, "
                 "xmltable('/a' PASSING ((SELECT id FROM hr.employee)::xml) COLUMNS b text) x",
    "table sample": "SELECT 1 FROM crm.customer TABLESAMPLE bernoulli ((SELECT count(*) FROM hr.employee))",
    "grouping set": "SELECT count(*) FROM crm.customer GROUP BY ROLLUP (id, (SELECT max(id) FROM hr.employee))",
    "array subscript": "SELECT (ARRAY[1, 2])[(SELECT count(*) FROM hr.employee)] FROM crm.customer",
    "call argument": "CALL crm.p((SELECT max(id) FROM hr.employee), (SELECT max(id) FROM crm.customer))",
    "execute argument": "EXECUTE p ((SELECT max(id) FROM hr.employee), (SELECT max(id) FROM crm.customer))",
    "second statement": "SELECT 1; SELECT 1 FROM crm.customer, hr.employee",
}


@pytest.mark.parametrize("sql", MERGES.values(), ids=MERGES.keys())
def test_a_merge_is_refused_however_it_is_written(sql: str) -> None:
    assert "SG101" in codes(sql)


def test_a_merge_is_named_with_both_sides_and_the_pair_that_is_missing() -> None:
    verdict = judge("SELECT 1 FROM crm.customer c JOIN hr.employee e USING (id)")
    reason = verdict.reasons[0]
    assert marked(verdict.sql, "SG101") == ["crm.customer", "hr.employee"]
    assert '`[[compatible]] purposes = ["contract", "hiring"]`' in (reason.hint or "")
    assert isinstance(verdict.error(), IncompatibleMerge)


def test_places_are_bytes_of_utf8() -> None:
    assert marked("SELECT 'äöü', '日本' FROM crm.customer, hr.employee", "SG101") == ["crm.customer", "hr.employee"]


def test_a_purpose_that_reaches_both_sides_may_use_each_but_merge_neither() -> None:
    assert codes("SELECT salary FROM hr.employee", "audit") == []
    assert codes("SELECT email FROM crm.customer", "audit") == []
    assert codes("SELECT 1 FROM crm.customer, hr.employee", "audit") == ["SG101"]


def test_the_statements_of_one_text_must_share_a_compartment() -> None:
    assert codes("SELECT salary FROM hr.employee; SELECT email FROM crm.customer", "audit") == ["SG110"]


def test_a_chosen_compartment_holds() -> None:
    (crm,) = judge("SELECT email FROM crm.customer", "audit").compartments
    assert codes("SELECT email FROM crm.customer", "audit", compartment=crm) == []
    assert codes("SELECT salary FROM hr.employee", "audit", compartment=crm) == ["SG101"]
    with pytest.raises(ValueError, match="not a compartment"):
        judge("SELECT 1", "audit", compartment="somebody")


@pytest.mark.parametrize(("sql", "purpose"), [
    ("SELECT salary FROM hr.employee", "contract"), ("SELECT id FROM orders", "news"), ("SELECT id FROM attic.box",
    "hiring"),
    ("SELECT code FROM public.secret", "contract"), ("SELECT count(*) FROM hr.employee", "contract"),
])
def test_a_schema_out_of_reach_is_refused(sql: str, purpose: str) -> None:
    assert codes(sql, purpose) == ["SG102"]


def test_what_is_open_to_public_outside_of_the_policy_is_open() -> None:
    assert codes("SELECT name FROM public.country") == []
    assert codes("INSERT INTO public.country (name) VALUES ('x')") == ["SG102"]


@pytest.mark.parametrize(("sql", "named"), [
    ("SELECT born_on FROM crm.customer", ["born_on"]), ("SELECT id, guard_mask FROM crm.customer", ["guard_mask"]),
    ("SELECT id FROM crm.customer WHERE born_on > '2000-01-01'", ["born_on"]),
    ("SELECT id FROM crm.customer ORDER BY born_on", ["born_on"]), ("SELECT xmin FROM crm.customer", ["xmin"]),
    ("SELECT * FROM crm.customer", ["*"]), ("SELECT id FROM crm.unlisted", ["crm.unlisted"]),
    ("INSERT INTO crm.customer (id, born_on) VALUES (1, '2000-01-01')", ["born_on"]),
    ("UPDATE crm.customer SET born_on = '2000-01-01'", ["born_on"]), ("UPDATE crm.customer SET id = 1", ["id"]),
    ("UPDATE sales.orders SET customer_id = 2", ["customer_id"]),
    ("UPDATE crm.customer SET email = 'x' RETURNING born_on", ["born_on"]),
])
def test_columns_the_purpose_does_not_need_are_refused_and_named(sql: str, named: list[str]) -> None:
    assert codes(sql) == ["SG103"]
    assert marked(sql, "SG103") == named


def test_the_columns_of_a_listed_view_carry_categories_of_their_own() -> None:
    assert codes("SELECT full_name FROM crm.card", "news") == []
    assert codes("SELECT full_name FROM crm.customer", "news") == ["SG103"]


@pytest.mark.parametrize(("sql", "purpose"), [
    ("DELETE FROM crm.customer", "contract"), ("UPDATE crm.customer SET email = 'x'", "news"),
    ("INSERT INTO crm.customer (id) VALUES (1)", "news"), ("SELECT id FROM crm.customer FOR UPDATE", "news"),
    ("TRUNCATE crm.customer", "contract"), ("LOCK TABLE crm.customer", "contract"),
    ("WITH d AS (DELETE FROM crm.customer) SELECT 1", "contract"),
    ("MERGE INTO crm.customer c USING orders o ON o.customer_id = c.id WHEN MATCHED THEN DELETE", "contract"),
    ("UPDATE hr.employee SET salary = '1'", "audit"),
])
def test_operations_the_purpose_may_not_do_are_refused(sql: str, purpose: str) -> None:
    assert "SG104" in codes(sql, purpose)


@pytest.mark.parametrize("sql", [
    "DO $$ BEGIN EXECUTE 'SELECT ' || '1'; END $$", "SELECT crm.dynamic()", "SELECT similarity('a', 'b')", "EXECUTE p",
    "FETCH c", "DO LANGUAGE plpython3u $$ pass $$", "SELECT nextval('crm.' || 'x')",
    "DO $$ BEGIN FOR i IN EXECUTE format('SELECT 1') LOOP NULL; END LOOP; END $$",
])
def test_what_is_known_only_when_it_runs_is_refused(sql: str) -> None:
    assert "SG105" in codes(sql)


def test_a_trusted_function_may_be_called() -> None:
    assert codes("SELECT public.unaccent(email) FROM crm.customer") == []


MAY_SET = replace(POLICY, may_set=frozenset({"app.locale"}))


@pytest.mark.parametrize("sql", [
    "SET LOCAL app.locale = 'de'", "SET LOCAL APP.LOCALE = 'de'", "SET LOCAL app.locale TO DEFAULT",
    "SELECT set_config('app.locale', $1, true)", "SELECT pg_catalog.set_config('app.locale', $1::text, true)",
    "SELECT 1 FROM set_config('app.locale', 'de', true)", "DO $$ BEGIN SET LOCAL app.locale = 'de'; END $$",
])
def test_a_setting_that_the_policy_lists_may_be_made_for_the_transaction(sql: str) -> None:
    assert codes(sql, policy=MAY_SET) == []
    assert "SG106" in codes(sql)


@pytest.mark.parametrize("sql", [
    "SET app.locale = 'de'", "SET SESSION app.locale = 'de'", "RESET app.locale", "SET LOCAL app.locales = 'de'",
    "SELECT set_config('app.locale', $1, false)", "SELECT set_config('app.locale', $1, $2)",
    "SELECT set_config($1, 'de', true)", "SELECT set_config('app.locale', email, true) FROM crm.customer",
    "SELECT set_config('app.locale', 'de', true), set_config('role', 'x', true)",
    "SELECT set_config(VARIADIC ARRAY['app.locale', 'de', 'true'])", "SET LOCAL ROLE NONE", "SET LOCAL work_memo = 1",
    "SELECT set_config(setting_name => 'role', new_value => 'app.locale', is_local => true)",
    "SELECT set_config(is_local => true, new_value => 'x', setting_name => 'app.locale')",
    "ALTER ROLE x SET app.locale = 'de'",
])
def test_no_other_setting_may_be_made_and_none_for_the_session(sql: str) -> None:
    assert codes(sql, policy=MAY_SET)[0] in {"SG106", "SG107", "SG108"}


@pytest.mark.parametrize("sql", [
    "SET ROLE postgres", "SET LOCAL ROLE NONE", "RESET ROLE", "SET SESSION AUTHORIZATION postgres", "RESET ALL",
    "RESET SESSION AUTHORIZATION", "SET sminion.token = 'x'", "RESET sminion.token", "SET search_path = hr",
    "SET row_security = off", "SET session_replication_role = replica", "DISCARD ALL", "DISCARD TEMP", "LOAD 'x'",
    "ALTER SYSTEM SET work_mem = '1GB'", "SELECT set_config('role', 'x', true)",
    "SELECT set_config('a.b', email, true) FROM customer",
    "COPY crm.customer (id) TO PROGRAM 'cat'", "COPY crm.customer (id) TO '/tmp/x'",
    "COPY crm.customer (id) FROM '/tmp/x'",
    "LISTEN c", "SELECT pg_notify('c', email) FROM customer", "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_lock(1)", "SELECT lo_from_bytea(0, 'x')", "SELECT lo_get(1)",
    "SELECT pg_read_file('x')",
    "SELECT query_to_xml('SELECT 1', true, true, '')", "SELECT table_to_xml('hr.employee', true, true, '')",
    "SELECT schema_to_xml('hr', true, true, '')", "SELECT database_to_xml(true, true, '')",
    "SELECT cursor_to_xml('c', 1, true, true, '')",
    "SELECT * FROM ts_stat('SELECT 1')", "SELECT ts_rewrite('a'::tsquery, 'SELECT 1')",
    "SELECT pg_terminate_backend(1)",
    "SELECT setval('x', 1)", "SELECT setseed(0.1)", "COMMIT", "ROLLBACK", "BEGIN", "PREPARE TRANSACTION 'x'", "END",
    "ABORT",
    "COMMIT AND CHAIN", "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "SELECT sminion.enter('x')",
    "SELECT id FROM sminion.ticket",
    "DO $$ BEGIN COMMIT; END $$", "DO $$ BEGIN SET LOCAL ROLE NONE; END $$",
    "DO $$ BEGIN PERFORM sminion.enter('x'); END $$",
    "CHECKPOINT", "UPDATE pg_settings SET setting = 'x' WHERE name = 'role'",
    "SELECT 1 FROM pg_catalog.pg_class, pg_catalog.set_config('role', 'x', false)",
])
def test_attempts_to_leave_the_context_are_refused(sql: str) -> None:
    assert "SG106" in codes(sql)


@pytest.mark.parametrize("sql", [
    "CREATE TABLE t (a int)", "CREATE TEMP TABLE t (a int)", "CREATE VIEW v AS SELECT 1",
    "CREATE FUNCTION f() RETURNS int RETURN 1",
    "ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY", "DROP TABLE crm.customer",
    "GRANT SELECT ON crm.customer TO PUBLIC",
    "COMMENT ON TABLE crm.customer IS 'x'", "CREATE INDEX ON crm.customer (id)", "ALTER ROLE x BYPASSRLS", "VACUUM",
    "ANALYZE",
    "REFRESH MATERIALIZED VIEW x", "REINDEX TABLE crm.customer", "CREATE TABLE t AS SELECT 1", "SELECT 1 AS a INTO t",
    "SECURITY LABEL ON TABLE crm.customer IS 'x'", "CREATE RULE r AS ON SELECT TO t DO INSTEAD SELECT 1",
    "DROP OWNED BY x",
])
def test_data_definition_is_refused(sql: str) -> None:
    assert "SG108" in codes(sql)


@pytest.mark.parametrize("sql", [
    "SELECT most_common_vals FROM pg_stats", "SELECT query FROM pg_stat_activity", "SELECT 1 FROM pg_statistic",
    "EXPLAIN ANALYZE SELECT 1", "EXPLAIN (ANALYZE) SELECT 1", "EXPLAIN (ANALYZE on, COSTS off) SELECT 1",
    "SELECT pg_relation_size('hr.employee')", "SELECT pg_stat_get_activity(NULL)", "SELECT * FROM pg_catalog.pg_authid",
    "SELECT statement FROM pg_prepared_statements", "SELECT data FROM pg_largeobject",
])
def test_leaky_catalogs_are_refused(sql: str) -> None:
    assert "SG109" in codes(sql)


@pytest.mark.parametrize("sql", ["EXPLAIN (ANALYZE off) SELECT 1", "EXPLAIN (ANALYZE false) SELECT 1",
                                 "EXPLAIN (ANALYZE 0) SELECT 1"])
def test_explain_that_does_not_run_the_statement_is_allowed(sql: str) -> None:
    assert codes(sql) == []


@pytest.mark.parametrize("sql", [
    "SHOW search_path", "SET LOCAL statement_timeout = '1s'", "SET TRANSACTION READ ONLY", "SAVEPOINT a",
    "ROLLBACK TO a",
    "RELEASE a", "SET LOCAL enable_seqscan = off", "SELECT relname FROM pg_class",
    "SELECT now(), current_user, gen_random_uuid()",
    "SELECT table_name FROM information_schema.tables", "CLOSE ALL", "SET CONSTRAINTS ALL DEFERRED",
    "SELECT pg_sleep(0)", "SET LOCAL TIME ZONE 'UTC'", "SELECT 1 WHERE 1 = ANY ($1)", "", ";", "-- nothing",
])
def test_what_touches_nothing_of_anybody_is_allowed(sql: str) -> None:
    assert codes(sql) == []


def test_a_form_the_server_does_not_know_yet_is_refused() -> None:
    old = catalog(version=15)
    for sql in ("SELECT JSON_OBJECT('a': 1)", "SELECT * FROM JSON_TABLE('[]'::jsonb, '$' COLUMNS (a int)) j",
                "SELECT uuidv7()",
                "SELECT '1' IS JSON",
                "UPDATE crm.customer SET email = 'x' RETURNING WITH (OLD AS o) o.email"):
        assert codes(sql) == []
        assert "SG113" in codes(sql, within=old)


def test_old_and_new_are_tables_like_others_where_the_server_is_older() -> None:
    sql = "UPDATE crm.customer SET email = 'x' RETURNING old.email"
    assert codes(sql) == []
    assert codes(sql, within=catalog(version=17)) == ["SG107"]


def test_a_backslash_is_refused_where_the_server_reads_it_otherwise() -> None:
    sql = r"SELECT '\', id FROM crm.customer --'"
    assert codes(sql) == []
    assert codes(sql, standard_conforming_strings=False) == ["SG113"]
    assert codes("SET standard_conforming_strings = off") == ["SG113"]


def test_every_refusal_says_what_and_how_to_go_on() -> None:
    for sql in (*MERGES.values(), "SELECT born_on FROM customer", "SET ROLE x", "SELECT nothing",
                "selec", "DROP TABLE x"):
        for reason in judge(sql).reasons:
            assert reason.message
            assert reason.hint, reason


def test_each_rule_lives_in_a_file_of_its_own_name() -> None:
    assert [rule.__module__.rpartition(".")[2] for rule in RULES] == [rule.__name__ for rule in RULES]


def test_a_partition_in_another_schema_is_seen_through_its_parent() -> None:
    within = catalog(relation("crm", "parent", "id", kind="p", children=(("hr", "part"),)),
                     relation("hr", "part", "id"))
    assert "SG101" in codes("SELECT id FROM crm.parent", within=within)
    assert "SG101" not in codes("SELECT id FROM ONLY crm.parent", within=within)


def test_a_function_that_sets_the_role_is_refused() -> None:
    risky = function("crm", "risky", "SELECT 1", settings=("role",))
    assert codes("SELECT crm.risky()", within=catalog(functions=(risky,))) == ["SG106"]


def test_a_catalog_with_the_same_version_gives_the_same_verdict_object() -> None:
    assert judge("SELECT id FROM orders", within=CATALOG) is judge("SELECT id FROM orders", within=CATALOG)


WIDE = catalog(relation("sales", "orders", "id customer_id total note guard_mask"))


@pytest.mark.parametrize(("sql", "place"), [
    ("SELECT * FROM sales.orders", "*"), ("SELECT o.* FROM sales.orders o", "o.*"),
    ("INSERT INTO sales.orders (id) VALUES (1) RETURNING *", "*"), ("SELECT o FROM sales.orders o", "o"),
    ("TABLE sales.orders", "*"),
])
def test_whole_rows_are_refused_with_the_columns_to_write_instead(sql: str, place: str) -> None:
    (reason,) = judge(sql, within=WIDE).reasons
    assert reason.code == "SG103"
    assert "guard_mask" not in reason.message
    assert "`guard_mask`" in str(reason.detail)
    assert reason.hint == "write the columns that the purpose has: `id, customer_id, total, note`"
    assert codes("SELECT id, customer_id, total, note FROM sales.orders", within=WIDE) == []
    assert sql == "TABLE sales.orders" or marked(sql, "SG103", within=WIDE) == [place]


def test_columns_to_write_are_quoted_where_they_must_be_and_those_not_needed_are_named() -> None:
    text = """
        [policy]
        name = "shop"
        version = "1"
        subject_key = "bigint"
        ticket_lifetime = "15 minutes"
        [purpose.p]
        title = "P"
        basis = "contract"
        needs = ["contact"]
        may = ["use"]
        [schema.crm]
        collected_for = ["p"]
        [schema.crm.t]
        subject = "id"
        columns = { id = "key", "Mixed" = "contact", order = "contact", born_on = "birth", xmin = "none" }
    """
    within = catalog(relation("crm", "t", "id Mixed order born_on guard_mask"))
    (reason,) = judge("SELECT * FROM crm.t", "p", within=within, policy=loads(text)).reasons
    assert reason.hint == 'write the columns that the purpose has: `id, "Mixed", "order"`'
    assert "`born_on`" in str(reason.detail)


def test_the_guards_column_by_name_is_to_be_left_out() -> None:
    for sql in ("SELECT guard_mask FROM sales.orders", "UPDATE sales.orders SET guard_mask = 0"):
        (reason,) = judge(sql, within=WIDE).reasons
        assert reason.hint == "leave the columns out: the guard keeps its own"
