"""What ordinary applications do beside queries: they notify, lock, number rows, and keep triggers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sminion_guard.analyzer import Catalog
from sminion_guard.analyzer.builtins import BUILTINS, OUTLIVING, PERMISSIBLE, WITHOUT_DATA, Danger, danger
from sminion_guard.analyzer.catalog import Cascade, Column, Trigger
from sminion_guard.policy import loads
from sminion_guard.policy.check.ticket import MAY_CALL
from tests.unit.analyzer.shop import POLICY, catalog, codes, function, judge, relation, touched

CALLS = replace(POLICY, may_call=MAY_CALL)


def test_the_policy_and_the_analyzer_permit_the_same_functions() -> None:
    assert PERMISSIBLE.keys() == MAY_CALL
    assert PERMISSIBLE.keys() >= WITHOUT_DATA


def test_all_that_has_an_explanation_of_its_own_is_refused_without_the_policy() -> None:
    refused = {name for name, entry in BUILTINS.functions.items() if danger(entry, 1) is Danger.ESCAPE}
    assert refused >= OUTLIVING.keys()
    assert refused | {"nextval", "currval"} >= PERMISSIBLE.keys()


# Notifications

@pytest.mark.parametrize("sql", [
    "NOTIFY jobs", "NOTIFY jobs, 'x'", "SELECT pg_notify('jobs', $1)", "SELECT pg_notify($1, $2), now()",
    "WITH told AS (SELECT unnest($1::text[]) AS what) SELECT pg_notify('jobs', what) FROM told",
])
def test_what_the_client_tells_may_be_told(sql: str) -> None:
    assert codes(sql) == []


@pytest.mark.parametrize("sql", [
    "SELECT pg_notify('jobs', email) FROM crm.customer",
    "SELECT pg_notify('jobs', 'x') FROM crm.customer WHERE email = 'y'",
    "SELECT pg_notify('jobs', (SELECT max(id) FROM crm.customer))",
    "DO $$ DECLARE c refcursor := 'an_open_one'; t text; BEGIN FETCH c INTO t; PERFORM pg_notify('x', t); END $$",
    "DO $$ BEGIN NOTIFY x; END $$", "SELECT pg_notify('jobs', crm.mail_of('1'))",
    "SELECT pg_notify('jobs', public.unaccent('x'))",  # which is trusted, whatever it reads
])
def test_what_a_statement_found_may_be_told_where_the_policy_says_so(sql: str) -> None:
    assert codes(sql) == ["SG106"]
    assert "may_call" in str(judge(sql).reasons[0].hint)
    assert codes(sql, policy=CALLS) == []


def noisy(body: str, *tables: str, events: str = "iud", **more: object) -> Catalog:
    trigger = Trigger("t", ("crm", "watch"), events, statement=bool(tables), tables=tables)
    return catalog(relation("crm", "customer", "id full_name email born_on guard_mask", triggers=(trigger,)),
                   functions=(function("crm", "watch", body, "plpgsql", result="pg_catalog.trigger"),))


def test_a_trigger_of_the_application_may_tell() -> None:
    body = "BEGIN PERFORM pg_notify('rows', new.id::text); NOTIFY rows; RETURN new; END"
    assert codes("INSERT INTO crm.customer (id, email) VALUES (1, 'x')", within=noisy(body)) == []


def test_what_a_telling_trigger_reads_counts_all_the_same() -> None:
    body = "BEGIN PERFORM pg_notify('rows', (SELECT salary FROM hr.employee WHERE id = new.id)); RETURN new; END"
    assert "SG101" in codes("INSERT INTO crm.customer (id, email) VALUES (1, 'x')", "audit", within=noisy(body))


@pytest.mark.parametrize("body", ["BEGIN PERFORM set_config('role', 'x', true); RETURN new; END",
                                  "BEGIN PERFORM pg_read_file('x'); RETURN new; END",
                                  "BEGIN PERFORM setseed(0.1); RETURN new; END",
                                  "BEGIN LISTEN x; RETURN new; END"])
def test_a_trigger_may_do_nothing_else_that_a_statement_may_not(body: str) -> None:
    assert "SG106" in codes("INSERT INTO crm.customer (id, email) VALUES (1, 'x')", within=noisy(body))


# Locks and random numbers

@pytest.mark.parametrize("sql", [
    "SELECT pg_advisory_xact_lock(1)", "SELECT pg_advisory_xact_lock(1, 2)", "SELECT pg_try_advisory_xact_lock($1)",
    "SELECT pg_advisory_xact_lock_shared(hashtext($1))",
    "SELECT pg_try_advisory_xact_lock(id::bigint) FROM crm.customer",
])
def test_a_lock_that_ends_with_the_transaction_may_be_taken(sql: str) -> None:
    assert codes(sql) == []


@pytest.mark.parametrize("sql", ["SELECT pg_advisory_lock(1)", "SELECT pg_advisory_unlock(1)",
                                 "SELECT pg_advisory_unlock_all()", "SELECT pg_try_advisory_lock_shared(1)"])
def test_a_lock_of_the_session_may_not_whatever_the_policy_says(sql: str) -> None:
    assert codes(sql, policy=CALLS) == ["SG106"]


def test_random_may_be_seeded_where_the_policy_says_so_but_not_with_data() -> None:
    assert codes("SELECT setseed(0.5)") == ["SG106"]
    assert codes("SELECT setseed(0.5)", policy=CALLS) == []
    assert codes("SELECT setseed(length(email) / 100.0) FROM crm.customer", policy=CALLS) == ["SG106"]
    assert codes("DO $$ DECLARE c refcursor := 'c'; n float; BEGIN FETCH c INTO n; PERFORM setseed(n); END $$",
                 policy=CALLS) == ["SG106"]


# Sequences

SERIAL = catalog(relation("crm", "customer_id_seq", "", kind="S", parents=(("crm", "customer"),)),
                 relation("hr", "employee_id_seq", "", kind="S", parents=(("hr", "employee"),)))


@pytest.mark.parametrize("sql", [
    "SELECT currval(pg_get_serial_sequence('crm.customer', 'id'))",
    "SELECT currval(pg_catalog.pg_get_serial_sequence('\"crm\".\"customer\"', 'id')::regclass)",
    "SELECT nextval('crm.customer_id_seq'), lastval()", "SELECT currval('customer_id_seq')",
])
def test_the_sequence_of_a_column_counts_as_its_table(sql: str) -> None:
    assert touched(sql, within=SERIAL) == {"collect crm.customer": ()}
    assert codes(sql, within=SERIAL) == []


def test_the_sequence_of_another_side_is_no_way_to_it() -> None:
    assert codes("SELECT nextval(pg_get_serial_sequence('hr.employee', 'id'))", within=SERIAL) == ["SG102"]
    assert codes("SELECT currval(pg_get_serial_sequence('crm.nothing', 'id'))", within=SERIAL) == ["SG107"]


@pytest.mark.parametrize("sql", ["SELECT nextval($1)", "SELECT currval(pg_get_serial_sequence($1, 'id'))"])
def test_a_sequence_that_only_the_call_knows_is_left_to_the_server_where_the_policy_says_so(sql: str) -> None:
    assert codes(sql, within=SERIAL) == ["SG105"]
    assert codes(sql, within=SERIAL, policy=CALLS) == []


FREE = catalog(
    relation("sales", "numbers", "", kind="S"), relation("sales", "shared", "", kind="S"),
    replace(relation("crm", "customer", "id full_name email born_on guard_mask"),
            columns=(Column("id", "pg_catalog.int8", "nextval('sales.shared'::regclass)"),)),
)


def test_a_sequence_that_a_default_reads_counts_as_the_table() -> None:
    assert touched("SELECT nextval('sales.shared')", within=FREE) == {"collect crm.customer": ()}
    assert codes("SELECT nextval('sales.shared')", within=FREE) == []


def test_of_a_sequence_of_no_column_the_hint_says_how_to_open_it() -> None:
    (reason,) = judge("SELECT nextval('sales.numbers')", within=FREE).reasons
    assert reason.code == "SG103"
    assert "`ALTER SEQUENCE sales.numbers OWNED BY`" in str(reason.hint)


def test_a_function_that_calls_itself_like_postgresqls_is_not_taken_for_it() -> None:
    own = catalog(functions=(function("crm", "pg_get_serial_sequence", "SELECT 'hr.s'", names="a b"),))
    assert "SG105" in codes("SELECT nextval(pg_get_serial_sequence('crm.customer', 'id'))", within=own)


# Tables of rows in triggers

def test_a_trigger_reads_the_rows_that_it_names() -> None:
    body = "BEGIN PERFORM count(*) FROM fresh f JOIN stale s USING (id) WHERE f.email <> s.email; RETURN NULL; END"
    within = noisy(body, "stale", "fresh", events="u")
    assert touched("UPDATE crm.customer SET email = 'x'", within=within) == {"clarify crm.customer": ("email",)}
    assert codes("UPDATE crm.customer SET email = 'x'", within=within) == []


def test_what_a_trigger_reads_beside_its_rows_is_followed() -> None:
    body = "BEGIN PERFORM e.salary FROM fresh f JOIN hr.employee e ON e.id = f.id; RETURN NULL; END"
    assert "SG102" in codes("INSERT INTO crm.customer (id, email) VALUES (1, 'x')", within=noisy(body, "fresh"))


@pytest.mark.parametrize("body", [
    "BEGIN PERFORM crm.other(); RETURN NULL; END",  # a function called by it does not know its rows
    "BEGIN PERFORM nothing FROM fresh; RETURN NULL; END",
    "BEGIN PERFORM 1 FROM crm.fresh; RETURN NULL; END",
])
def test_its_rows_are_known_in_the_function_alone_and_without_a_schema(body: str) -> None:
    within = noisy(body, "fresh")
    other = function("crm", "other", "SELECT id FROM fresh")
    within = replace(within, functions={**within.functions, ("crm", "other"): (other,)}, version="with another")
    assert "SG107" in codes("INSERT INTO crm.customer (id, email) VALUES (1, 'x')", within=within)


def test_rows_named_like_a_table_hide_it_as_they_do_for_the_server() -> None:
    body = "BEGIN PERFORM id FROM orders; PERFORM id FROM sales.orders; RETURN NULL; END"
    assert touched("INSERT INTO crm.customer (id) VALUES (1)", within=noisy(body, "orders", events="i")) == {
        "collect crm.customer": ("id",), "use sales.orders": ("id",)}
    assert touched("INSERT INTO crm.customer (id) VALUES (1)", within=noisy(
        "BEGIN PERFORM total FROM orders; RETURN NULL; END", events="i")) == {
        "collect crm.customer": ("id",), "use sales.orders": ("total",)}


# Statements that are put together

def test_a_statement_that_stands_in_a_body_as_a_constant_is_judged_like_any_other() -> None:
    assert codes("DO $$ BEGIN EXECUTE 'SELECT email FROM crm.customer WHERE id = $1' USING 1; END $$") == []
    assert "SG102" in codes("DO $$ BEGIN EXECUTE 'SELECT salary FROM hr.employee'; END $$")
    assert "SG101" in codes("DO $$ DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT email FROM crm.customer JOIN "
                            "hr.employee USING (id)' LOOP NULL; END LOOP; END $$", "audit")
    assert codes("DO $$ DECLARE x text := 'a'; BEGIN EXECUTE 'SELECT x'; END $$") == ["SG107"]


def test_the_refusal_names_the_function_that_must_be_trusted_and_how() -> None:
    (reason,) = judge("SELECT crm.dynamic()").reasons
    assert "`crm.dynamic`" in reason.message
    assert 'trusted_functions = { "crm.dynamic" = "..." }' in str(reason.hint)


def test_a_function_is_trusted_with_a_reason() -> None:
    text = """
        [policy]
        name = "shop"
        version = "1"
        subject_key = "bigint"
        ticket_lifetime = "15 minutes"
        trusted_functions = { "crm.dynamic" = "it sorts by one of four columns" }
    """
    policy = loads(text + "[purpose.p]\ntitle = 'P'\nbasis = 'contract'\nneeds = '*'\nmay = ['use']\n"
                          "[schema.crm]\ncollected_for = ['p']\n")
    assert policy.trusted_why == {"crm.dynamic": "it sorts by one of four columns"}
    assert codes("SELECT crm.dynamic()", "p", policy=policy) == []


# Columns that every table has

LISTED = loads("""
[policy]
name = "shop"
version = "1"
subject_key = "bigint"
ticket_lifetime = "15 minutes"

[purpose.contract]
title = "Fulfil orders"
basis = "contract"
needs = ["contact"]
may = ["collect", "use", "clarify", "delete"]

[schema.crm]
collected_for = ["contract"]
[schema.crm.customer]
subject = "id"
columns = { id = "key", email = "contact", xmin = "none", ctid = "none" }
""")


@pytest.mark.parametrize("sql", [
    "SELECT xmin, email FROM crm.customer", "UPDATE crm.customer SET email = 'x' WHERE xmin = $1 RETURNING xmin",
    "DELETE FROM crm.customer WHERE ctid IN (SELECT c.ctid FROM crm.customer c LIMIT 10)",
])
def test_a_system_column_is_read_where_the_policy_lists_it(sql: str) -> None:
    assert codes(sql, policy=LISTED) == []


def test_a_system_column_that_is_not_listed_is_closed_and_the_hint_says_what_to_list() -> None:
    (reason,) = judge("SELECT tableoid, email FROM crm.customer", policy=LISTED).reasons
    assert reason.code == "SG103"
    assert '`tableoid = "none"`' in str(reason.hint)


# Foreign keys

AFAR = catalog(relation("crm", "customer", "id full_name email born_on guard_mask",
                        cascades=(Cascade("hr", "employee", ("boss",), ("id",), "n", "c"),)))


def test_a_foreign_key_that_deletes_elsewhere_merges_nothing() -> None:
    policy = replace(POLICY, purposes={**POLICY.purposes, "audit": replace(
        POLICY.purposes["audit"], may=frozenset(POLICY.purposes["contract"].may | {"delete"}))})
    assert "SG101" not in codes("DELETE FROM crm.customer", "audit", policy=policy, within=AFAR)
    assert "SG102" in codes("DELETE FROM crm.customer", within=AFAR)  # rows out of reach are not its to change


def test_a_foreign_key_that_passes_a_new_key_on_does() -> None:
    assert "SG101" in codes("UPDATE crm.customer SET id = 2", "audit", within=AFAR)


# Paths of functions within views

def test_a_function_in_a_view_looks_for_names_where_the_session_does() -> None:
    view = relation("crm", "names", "id", kind="v", definition="SELECT crm.first() AS id")
    within = catalog(view, functions=(function("crm", "first", "SELECT id FROM orders"),))
    assert "use sales.orders" in touched("SELECT id FROM crm.names", within=within)
    assert "SG107" in codes("SELECT id FROM crm.names", within=catalog(view, functions=(
        function("crm", "first", "SELECT id FROM orders", search_path='""'),)))
