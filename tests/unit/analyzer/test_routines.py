"""Bodies of functions, triggers, rules and views: followed as the server runs them."""

from __future__ import annotations

from typing import Any

import pytest

from sminion_guard.analyzer import Catalog
from sminion_guard.analyzer.catalog import Cascade, Cast, Column, Operator, Relation, Trigger, Type
from sminion_guard.analyzer.parse import Unparsed
from sminion_guard.analyzer.resolving.plpgsql_text import compilable, declarations, split_assignment
from sminion_guard.analyzer.search_path import search_path
from tests.unit.analyzer.shop import catalog, codes, function, judge, relation, touched


def body(text: str, language: str = "plpgsql", **more: Any) -> Catalog:
    """A catalog with the function `crm.f()` of that body."""
    return catalog(functions=(function("crm", "f", text, language, **more),))


@pytest.mark.parametrize("text", [
    "BEGIN PERFORM 1 FROM hr.employee; END",
    "DECLARE x int := (SELECT count(*) FROM hr.employee); BEGIN NULL; END",
    "DECLARE x hr.employee%ROWTYPE; BEGIN SELECT * INTO x FROM hr.employee; END",
    "DECLARE x hr.employee; y crm.customer.email%TYPE; BEGIN SELECT * INTO x FROM hr.employee; x.id := 1; END",
    "DECLARE c CURSOR (k text) FOR SELECT id FROM hr.employee WHERE id = k; BEGIN OPEN c('1'); CLOSE c; END",
    "DECLARE c refcursor; BEGIN OPEN c FOR SELECT id FROM hr.employee; END",
    "BEGIN IF EXISTS (SELECT FROM hr.employee) THEN NULL; END IF; END",
    "BEGIN IF false THEN NULL; ELSIF (SELECT true FROM hr.employee) THEN NULL; END IF; END",
    "BEGIN CASE (SELECT 1 FROM hr.employee) WHEN 1 THEN NULL; END CASE; END",
    "BEGIN WHILE (SELECT true FROM hr.employee) LOOP NULL; END LOOP; END",
    "BEGIN FOR i IN 1 .. (SELECT count(*) FROM hr.employee) LOOP NULL; END LOOP; END",
    "DECLARE r record; BEGIN FOR r IN SELECT id FROM hr.employee LOOP NULL; END LOOP; END",
    "DECLARE k text; BEGIN FOREACH k IN ARRAY (SELECT array_agg(id) FROM hr.employee) LOOP NULL; END LOOP; END",
    "DECLARE x text; BEGIN x := (SELECT max(id) FROM hr.employee); END",
    "DECLARE x text; BEGIN x := id FROM hr.employee; END",
    "DECLARE x text[]; BEGIN x[(SELECT count(*) FROM hr.employee)] := 1; END",
    "BEGIN RAISE NOTICE '%', (SELECT max(id) FROM hr.employee); END",
    "BEGIN ASSERT (SELECT true FROM hr.employee); END",
    "BEGIN RETURN (SELECT max(id) FROM hr.employee); END",
    "BEGIN BEGIN NULL; EXCEPTION WHEN OTHERS THEN PERFORM 1 FROM hr.employee; END; END",
    "BEGIN <<a>> LOOP EXIT a WHEN (SELECT true FROM hr.employee); END LOOP; END",
    "BEGIN INSERT INTO crm.customer (id) SELECT id FROM hr.employee; END",
])
def test_every_place_of_a_body_that_can_hold_a_query_is_followed(text: str) -> None:
    assert "use hr.employee" in touched("SELECT crm.f()", within=body(text)), codes("SELECT crm.f()", within=body(text))


@pytest.mark.parametrize("text", [
    "BEGIN EXECUTE 'SELECT ' || '1'; END", "BEGIN RETURN QUERY EXECUTE 'SELECT ' || '1'; END",
    "DECLARE c refcursor; BEGIN OPEN c FOR EXECUTE 'SELECT ' || '1'; END",
    "DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT ' || '1' LOOP NULL; END LOOP; END", "this is no body",
])
def test_dynamic_bodies_are_opaque(text: str) -> None:
    returns_set = "RETURN QUERY" in text
    assert codes("SELECT crm.f()", within=body(text, returns_set=returns_set)) == ["SG105"]


def test_a_set_returning_body_is_followed() -> None:
    text = "BEGIN RETURN QUERY SELECT id FROM hr.employee; x := 1; RETURN NEXT; RETURN; END"
    within = body(text, returns_set=True, result="pg_catalog.record", outputs=("x", "y"))
    assert touched("SELECT x FROM crm.f()", within=within) == {"use hr.employee": ("id",)}


def test_variables_and_arguments_are_no_columns() -> None:
    text = "DECLARE v text; r record; BEGIN SELECT id INTO v FROM orders "
    text += "WHERE note = who AND id = v AND id = r.x AND id = $1; END"
    assert touched("SELECT crm.f('x')", within=body(text, names="who")) == {"use sales.orders": ("id", "note")}


@pytest.mark.parametrize(("text", "atomic"), [
    ("SELECT max(id) FROM hr.employee WHERE id = who", False),
    ("SELECT 1; SELECT id FROM hr.employee WHERE id = $1", False),
    ("SELECT id FROM hr.employee WHERE id = f.who", False),
    ("UPDATE crm.customer SET id = 1; SELECT id FROM hr.employee", False),
    ("CREATE FUNCTION f(who text) RETURNS text BEGIN ATOMIC SELECT id FROM hr.employee; END", True),
    ("CREATE FUNCTION f(who text) RETURNS text RETURN (SELECT max(id) FROM hr.employee)", True),
])
def test_sql_bodies_are_followed(text: str, atomic: bool) -> None:
    assert "use hr.employee" in touched("SELECT crm.f('x')", within=body(text, "sql", names="who", atomic=atomic))


def test_a_functions_own_path_decides_what_its_names_mean() -> None:
    text = "SELECT max(id) FROM employee"
    assert touched("SELECT crm.f()", within=body(text, "sql", search_path="hr, pg_temp")) == {
        "use hr.employee": ("id",),
    }
    assert "SG107" in codes("SELECT crm.f()", within=body(text, "sql", search_path="crm"))


def test_paths_are_read_as_the_server_writes_them() -> None:
    assert search_path('"$user", public') == ("public",)
    assert search_path('Crm, "Odd, ""name""", pg_temp') == ("crm", 'Odd, "name"', "pg_temp")
    assert search_path('""') == ()


def test_functions_that_call_each_other_end() -> None:
    within = catalog(functions=(
        function("crm", "f", "SELECT crm.g()"),
        function("crm", "g", "SELECT crm.f() WHERE EXISTS (SELECT id FROM hr.employee)"),
    ))
    for sql in ("SELECT crm.f()", "SELECT crm.g()", "SELECT crm.f()"):
        assert touched(sql, within=within) == {"use hr.employee": ("id",)}


def test_overloads_are_told_apart_by_their_number_of_arguments() -> None:
    within = catalog(functions=(
        function("crm", "f", "SELECT 1"), function("crm", "f", "SELECT id FROM hr.employee", names="a b"),
    ))
    assert touched("SELECT crm.f()", within=within) == {}
    assert "use hr.employee" in touched("SELECT crm.f(1, 2)", within=within)


def test_a_function_nobody_may_execute_is_refused() -> None:
    assert codes("SELECT crm.f()", within=body("SELECT 1", "sql", public=False)) == ["SG104"]


def test_definer_functions_are_judged_by_what_they_read() -> None:
    assert "SG102" in codes("SELECT crm.f()", within=body("SELECT salary FROM hr.employee", "sql", definer=True))


def trigger_world(events: str = "iud", condition: str | None = None, text: str | None = None) -> Catalog:
    trigger = Trigger("t", ("crm", "watch"), events, condition=condition)
    table = relation("sales", "watched", "id note", triggers=(trigger,))
    text = text or "BEGIN INSERT INTO hr.employee (id) VALUES (new.id); RETURN old; END"
    return catalog(table, functions=(function("crm", "watch", text, "plpgsql", result="pg_catalog.trigger"),
                                     function("crm", "test", "SELECT true FROM hr.employee")))


@pytest.mark.parametrize(("sql", "event"), [
    ("INSERT INTO sales.watched (id) VALUES (1)", "i"), ("UPDATE sales.watched SET note = 'x'", "u"),
    ("DELETE FROM sales.watched", "d"), ("COPY sales.watched FROM STDIN", "i"),
    ("MERGE INTO sales.watched w USING (VALUES ('1')) v (x) ON v.x = w.id WHEN MATCHED THEN UPDATE SET note = 'x'",
    "u"),
    ("INSERT INTO sales.watched (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET note = 'x'", "u"),
])
def test_triggers_of_a_written_table_are_followed(sql: str, event: str) -> None:
    assert "collect hr.employee" in touched(sql, within=trigger_world(event))
    other = {"i": "d", "u": "d", "d": "i"}[event]
    assert "collect hr.employee" not in touched(sql, within=trigger_world(other))


def test_the_condition_of_a_trigger_is_followed() -> None:
    within = trigger_world(condition="new.note IS DISTINCT FROM old.note AND crm.test()", text="BEGIN RETURN new; END")
    assert "use hr.employee" in touched("UPDATE sales.watched SET note = 'x'", within=within)


def test_rules_are_followed() -> None:
    rule = "CREATE RULE r AS ON DELETE TO sales.ruled DO ALSO INSERT INTO hr.employee (id) VALUES (old.id)"
    within = catalog(relation("sales", "ruled", "id", rules=(rule,)))
    assert touched("DELETE FROM sales.ruled", within=within) == {
        "delete sales.ruled": (), "collect hr.employee": ("id",),
    }
    assert touched("INSERT INTO sales.ruled VALUES (1)", within=within) == {"collect sales.ruled": ("id",)}


def test_foreign_keys_that_cascade_are_followed_as_far_as_they_go() -> None:
    within = catalog(
        relation("sales", "a", "id", cascades=(Cascade("sales", "b", ("a_id",), ("id",), "c", "c"),)),
        relation("sales", "b", "id a_id", cascades=(Cascade("hr", "employee", ("boss",), ("id",), "n", ""),)),
    )
    assert touched("DELETE FROM sales.a", within=within) == {
        "delete sales.a": (), "delete sales.b": (), "clarify hr.employee": ("boss",),
    }
    assert touched("UPDATE sales.a SET id = 2", within=within) == {
        "clarify sales.a": ("id",), "clarify sales.b": ("a_id",),
    }


def test_defaults_generated_columns_and_checks_are_followed() -> None:
    look = function("crm", "look", "SELECT max(id) FROM hr.employee")
    plain, other = Column("id", "pg_catalog.text"), Column("x", "pg_catalog.text")
    default = Column("id", "pg_catalog.text", "crm.look()")
    generated = Column("id", "pg_catalog.text", "crm.look()", True)
    for column, checks in ((default, ()), (generated, ()), (plain, ("(crm.look() > id)",))):
        table = Relation("sales", "made", "r", (column, other), checks=checks)
        within = catalog(table, functions=(look,))
        assert "use hr.employee" in touched("INSERT INTO sales.made (x) VALUES ('1')", within=within)


def test_row_security_of_a_read_table_is_followed_through_views_and_functions_too() -> None:
    table = relation("sales", "ruled", "id",
                     policies=("(EXISTS ( SELECT 1 FROM hr.employee e WHERE (e.id = ruled.id)))",))
    view = relation("sales", "above", "id", kind="v", definition="SELECT id FROM sales.ruled")
    within = catalog(table, view,
                     functions=(function("crm", "f", "BEGIN PERFORM id FROM sales.ruled; END", "plpgsql"),))
    for sql in (
        "SELECT id FROM sales.ruled", "SELECT id FROM sales.above", "SELECT crm.f()", "DELETE FROM sales.ruled",
    ):
        assert touched(sql, within=within)["use hr.employee"] == ("id",)


def test_the_guards_own_functions_may_be_called_by_policies_and_triggers_only() -> None:
    enter = function("sminion", "context", "BEGIN NULL; END", "plpgsql", names="who")
    table = relation("sales", "ruled", "id", policies=("(id <> ALL ((SELECT sminion.context(CURRENT_USER))))",))
    within = catalog(table, functions=(enter, function("crm", "f", "SELECT sminion.context('x')")))
    assert "SG106" not in codes("SELECT id FROM sales.ruled", within=within)
    assert "SG106" in codes("SELECT sminion.context('x')", within=within)
    assert "SG106" in codes("SELECT crm.f()", within=within)


def test_writing_through_a_view_reaches_the_table_below() -> None:
    view = relation("crm", "mails", "who mail", kind="v",
                    definition="SELECT id AS who, email AS mail FROM crm.customer")
    found = touched("UPDATE crm.mails SET mail = 'x' WHERE who = '1'", within=catalog(view))
    assert found["clarify crm.customer"] == ("email",)
    assert found["clarify crm.mails"] == ("mail",)


def test_an_operator_of_ones_own_is_followed_when_its_types_occur() -> None:
    look = function("crm", "same", "SELECT true FROM hr.employee", names="a b")
    plain = Operator("crm", "===", ("pg_catalog.text", "pg_catalog.text"), ("crm", "same"))
    typed = Operator("crm", "===", ("crm.odd", "crm.odd"), ("crm", "same"))
    sql = "SELECT 1 FROM orders WHERE id === note"
    assert "use hr.employee" in touched(sql, within=catalog(functions=(look,), operators={"===": (plain,)}))
    assert "use hr.employee" not in touched(sql, within=catalog(functions=(look,), operators={"===": (typed,)}))


def test_casts_and_domains_that_run_functions_are_followed() -> None:
    look = function("crm", "make", "SELECT max(id) FROM hr.employee", names="a")
    types = {("crm", "odd"): Type("crm", "odd", base="text", checks=("(crm.make(VALUE) > 'a')",))}
    assert "use hr.employee" in touched("SELECT 'x'::crm.odd", within=catalog(functions=(look,), types=types))
    plain = {("crm", "odd"): Type("crm", "odd")}
    casts = (Cast("pg_catalog.text", "crm.odd", ("crm", "make"), "i"),)
    within = catalog(functions=(look,), types=plain, casts=casts)
    assert "use hr.employee" in touched("SELECT 'x'::crm.odd", within=within)
    assert "use hr.employee" not in touched("SELECT 'x'::text", within=within)


def test_a_function_in_c_behind_an_operator_is_taken_at_its_word() -> None:
    for volatility, expected in (("i", []), ("v", ["SG105"])):
        same = function("crm", "same", "same", "c", names="a b", volatility=volatility)
        equal = Operator("crm", "===", ("pg_catalog.text",), ("crm", "same"))
        within = catalog(functions=(same,), operators={"===": (equal,)})
        assert codes("SELECT 1 === 2", within=within) == expected


def test_names_that_only_a_catalog_could_resolve_are_taken_out_of_declarations_alone() -> None:
    declared = "DECLARE a crm.x%ROWTYPE; b crm.x.y%TYPE := 1; c crm.t; BEGIN a.b := x.y % type; END"
    text = compilable(declared, ["p"], [], "void")
    assert "a record; b record := 1; c record;" in text
    assert "x.y % type" in text


def test_an_assignment_is_split_at_its_own_sign() -> None:
    assert split_assignment("a[b = 1].c := d = e") == ["a[b = 1].c ", " d = e"]
    with pytest.raises(ValueError, match="no assignment"):
        split_assignment("a")


def test_a_view_whose_query_is_not_known_is_opaque() -> None:
    assert "SG105" in codes("SELECT id FROM crm.dark", within=catalog(relation("crm", "dark", "id", kind="v")))


def test_the_way_to_a_refused_relation_is_told() -> None:
    within = catalog(functions=(function("crm", "f", "SELECT id FROM crm.pay"),))
    details = [reason.detail or "" for reason in judge("SELECT crm.f()", within=within).reasons]
    assert any("`crm.f()` > `crm.pay`" in detail for detail in details)


def test_a_function_of_a_schema_that_nobody_may_use_is_refused() -> None:
    within = catalog(functions=(function("tools", "f", "SELECT 1"), function("public", "f", "SELECT 1")))
    assert codes("SELECT tools.f()", within=within) == ["SG102"]
    assert codes("SELECT public.f()", within=within) == []


def test_a_definer_function_calls_others_with_the_rights_of_its_owner() -> None:
    inner, outer = function("tools", "f", "SELECT 1"), function("public", "g", "SELECT tools.f()", definer=True)
    assert codes("SELECT public.g()", within=catalog(functions=(inner, outer))) == []


def test_call_names_the_output_arguments_too() -> None:
    procedure = function("crm", "p", "BEGIN out := (SELECT max(id) FROM hr.employee); END", "plpgsql", kind="p",
                         names="a", outputs=("out",))
    assert "use hr.employee" in touched("CALL crm.p('x', NULL)", within=catalog(functions=(procedure,)))


@pytest.mark.parametrize("text", [
    "DECLARE a crm.odd; b crm.mood; BEGIN SELECT id, id INTO a, b FROM hr.employee; END",
    "DECLARE a odd; b crm.x.y%TYPE; BEGIN SELECT id, id INTO a, b FROM hr.employee; END",
    "DECLARE a crm.odd[]; BEGIN a[1] := id FROM hr.employee; END",
    "DECLARE c CURSOR (k crm.odd) FOR SELECT id FROM hr.employee; BEGIN OPEN c('1'); END",
    "DECLARE c CURSOR FOR SELECT id FROM hr.employee; BEGIN OPEN c; END",
])
def test_types_that_only_a_catalog_could_resolve_stand_in_no_ones_way(text: str) -> None:
    assert "use hr.employee" in touched("SELECT crm.f()", within=body(text)), codes("SELECT crm.f()", within=body(text))


def test_output_arguments_can_be_targets_of_one_into() -> None:
    text = "BEGIN SELECT id, salary INTO a, b FROM hr.employee; END"
    within = body(text, result="pg_catalog.record", outputs=("a", "b"))
    assert "use hr.employee" in touched("SELECT a FROM crm.f()", within=within)


def test_names_of_declarations_are_found_in_any_spelling() -> None:
    text = 'DECLARE a CURSOR FOR SELECT 1 AS begin; /* ; begin */ "Odd" Crm . "My Type"; BEGIN c := d; END'
    assert {"Odd", "crm", "My Type"} <= declarations(text)
    assert not {"c", "d"} & declarations(text)
    with pytest.raises(Unparsed):
        declarations('DECLARE a U&"\\0061b"; BEGIN END')
