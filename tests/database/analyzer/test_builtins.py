"""The table of what PostgreSQL brings is what the servers have, and every name in it is decided."""

from __future__ import annotations

import pytest

from sminion_guard.analyzer.builtins import (
    BUILDING,
    BUILTINS,
    COPYING,
    COUNTING,
    ESCAPING,
    LEAKY,
    SAFE_CATALOGS,
    SAFE_VOLATILE,
    Danger,
    danger,
    leaky_relation,
)
from sminion_guard.embedded import Server
from tests import servers
from tests.database.analyzer.write_builtins import TARGET, read


def test_the_table_is_what_the_server_has(server: Server) -> None:
    with servers.new_database(server) as database, database.connect() as connection:
        version = connection.info.server_version // 10_000
        found = read(connection)
    lines = [line.split("|") for line in TARGET.read_text(encoding="utf-8").splitlines()]
    listed = {tuple(line[:3]): line for line in lines if int(line[7]) <= version <= int(line[8])}
    assert found.keys() == listed.keys()
    for key, (volatility, kind, *_) in found.items():
        worse = listed[key][3] == "v" and volatility != "v"
        assert worse or (listed[key][3], listed[key][4]) == (volatility, kind) or volatility != "v", key


def test_functions_that_act_on_the_server_are_refused_on_every_version(server: Server) -> None:
    """Each volatile function is either named as safe or refused; so is each that wants a role PostgreSQL keeps."""
    with servers.new_database(server) as database, database.connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT proname FROM pg_catalog.pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace"
            " AND (provolatile = 'v' OR NOT pg_catalog.has_function_privilege('pg_monitor', oid, 'EXECUTE'))"
        ).fetchall()
    for (name,) in rows:
        assert name in SAFE_VOLATILE or name == "ts_rewrite" or danger(BUILTINS.functions[name], 1) is not None, name


@pytest.mark.parametrize("table", [SAFE_VOLATILE, LEAKY, ESCAPING, COUNTING, BUILDING])
def test_no_list_names_a_function_that_does_not_exist(table: frozenset[str]) -> None:
    assert sorted(table - BUILTINS.functions.keys()) == []


def test_what_copies_is_a_function_or_an_expression_of_its_own() -> None:
    assert sorted(COPYING - BUILTINS.functions.keys()) == ["coalesce", "greatest", "least"]


def test_every_relation_that_is_taken_for_safe_exists() -> None:
    assert sorted(SAFE_CATALOGS - {name for schema, name in BUILTINS.relations if schema == "pg_catalog"}) == []


@pytest.mark.parametrize("name", [
    "pg_stats", "pg_statistic", "pg_stat_activity", "pg_largeobject", "pg_authid", "pg_shadow", "pg_user_mappings",
    "pg_hba_file_rules", "pg_locks", "pg_prepared_xacts", "pg_stats_ext", "pg_statistic_ext_data", "pg_subscription",
])
def test_relations_that_hold_samples_secrets_or_others_statements_are_leaky(name: str) -> None:
    assert leaky_relation("pg_catalog", name)


def test_a_function_that_runs_its_text_is_told_from_its_overload_that_does_not() -> None:
    rewrite = BUILTINS.functions["ts_rewrite"]
    assert (danger(rewrite, 2), danger(rewrite, 3)) == (Danger.ESCAPE, None)


ARGUMENT = "^any(element|array|nonarray|enum|range|multirange|compatible(array|nonarray|range|multirange)?)$"
"""The pseudo-types that stand for the type of an argument."""


def test_every_function_that_may_make_a_value_of_an_arguments_type_is_listed(server: Server) -> None:
    """It takes two arguments of a kind, of which one may be a literal, or makes an array or row of one."""
    with servers.new_database(server) as database, database.connect() as connection:
        rows = connection.execute("""
            SELECT DISTINCT p.proname FROM pg_catalog.pg_proc p
              JOIN LATERAL (SELECT count(*) AS taken, array_agg(t.oid::regtype::text) AS kinds
                              FROM unnest(p.proargtypes::oid[]) t(oid) WHERE t.oid::regtype::text ~ %s) a ON true
             WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname !~ '_(in|recv|finalfn|final)$'
               AND (a.taken >= 2 OR p.proname ~ '_populate_'
                    OR (a.taken = 1 AND p.prorettype::regtype::text ~ 'array$' AND a.kinds[1] !~ 'array$'))
        """, [ARGUMENT]).fetchall()
    assert sorted({name for (name,) in rows} - BUILDING) == []


@pytest.mark.parametrize("name", ["array_in", "record_in", "domain_in", "range_in", "multirange_in", "array_recv",
                                  "record_recv", "domain_recv", "range_recv", "multirange_recv"])
def test_functions_that_read_a_value_of_a_type_given_by_number_are_refused(name: str) -> None:
    assert danger(BUILTINS.functions[name], 3) is Danger.ESCAPE
