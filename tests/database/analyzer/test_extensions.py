"""Functions of widespread extensions: those known to be harmless can be used, and nothing else of them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.analyzer import Catalog, Verdict, analyze
from sminion_guard.analyzer.catalog_read import read_catalog
from sminion_guard.analyzer.resolving.extensions import HARMLESS, REFUSED, REFUSED_FUNCTIONS
from sminion_guard.embedded import Server
from tests import servers
from tests.database.analyzer.write_extensions import available, members
from tests.truth.needs import PURPOSE, open_policy

NEEDS_A_PRELOADED_LIBRARY = {"pgaudit"}
OF_OTHERS = {"plpgsql_check"}
"""Neither does PostgreSQL come with it nor do we say anything of it; `make checkers` asks for it on 15."""


@pytest.fixture(scope="module")
def connection(server: Server) -> Iterator[psycopg.Connection]:
    """A database with every extension that there is, all in `public`, where an application would put them."""
    with servers.new_database(server) as database, database.connect() as connection:
        if "citext" not in available(connection):
            pytest.skip("this server comes without the extensions of PostgreSQL")
        for name in available(connection) - NEEDS_A_PRELOADED_LIBRARY:
            members(connection, name)
        connection.execute("""
            CREATE SCHEMA shop;
            CREATE EXTENSION IF NOT EXISTS plpgsql;
            CREATE TABLE shop.thing (
              id uuid DEFAULT gen_random_uuid(), name text, label citext, codes int[],
              path ltree, more hstore, spot cube
            );
            CREATE TABLE shop.secret (word text);
            CREATE FUNCTION shop.similarity(text, text, text) RETURNS text LANGUAGE sql
              AS 'SELECT word FROM shop.secret'
        """)
        yield connection


@pytest.fixture(scope="module")
def catalog(connection: psycopg.Connection) -> Catalog:
    return read_catalog(connection, path=("shop", "public"))


def judge(sql: str, catalog: Catalog) -> Verdict:
    return analyze(sql, catalog=catalog, policy=open_policy(catalog), purpose=PURPOSE)


def needs(catalog: Catalog, *names: str) -> None:
    extensions = {function.extension for named in catalog.functions.values() for function in named}
    missing = set(names) - extensions
    if missing:
        pytest.skip(f"this server comes without {', '.join(sorted(missing))}")


def test_every_extension_that_comes_with_postgresql_is_decided(connection: psycopg.Connection) -> None:
    assert sorted(available(connection) - HARMLESS.keys() - REFUSED - OF_OTHERS) == []
    assert sorted(HARMLESS.keys() & REFUSED) == []


def test_every_function_in_c_of_an_extension_is_decided(connection: psycopg.Connection) -> None:
    for name in available(connection) & HARMLESS.keys():
        refused = REFUSED_FUNCTIONS.get(name, frozenset())
        decided = {(function, *code) for function, codes in HARMLESS[name].items() for code in codes}
        found = members(connection, name)
        assert sorted(member for member in found - decided if member[0] not in refused) == [], name
        assert not HARMLESS[name].keys() & refused


ALLOWED = {
    "a function that pg_catalog has too": ("SELECT gen_random_uuid()", "pgcrypto"),
    "an operator that pg_catalog has too": ("SELECT 7 % 2, name FROM shop.thing WHERE length(name) % 2 = 1", "pg_trgm"),
    "similar texts": ("SELECT similarity(name, 'x') FROM shop.thing WHERE name % 'x' ORDER BY name <-> 'x'", "pg_trgm"),
    "text without accents": ("SELECT unaccent(name) FROM shop.thing WHERE lower(unaccent(name)) LIKE 'a%'", "unaccent"),
    "text without case": ("SELECT label FROM shop.thing WHERE label = 'X' AND label LIKE 'x%'", "citext"),
    "functions on text without case": ("SELECT replace(label, 'a', 'b'), strpos(label, 'a') FROM shop.thing", "citext"),
    "hashes": ("SELECT encode(digest(name, 'sha256'), 'hex'), crypt('a', gen_salt('bf')) FROM shop.thing", "pgcrypto"),
    "keys and values": ("SELECT more -> 'a', more ? 'b', akeys(more) FROM shop.thing WHERE more @> 'a=>1'", "hstore"),
    "keys from a row": ("SELECT hstore(t) FROM shop.thing t", "hstore"),
    "lists of numbers": ("SELECT sort(codes), codes + 3, uniq(codes) FROM shop.thing WHERE codes && '{1}'", "intarray"),
    "paths": ("SELECT nlevel(path), subpath(path, 0, 1) FROM shop.thing WHERE path <@ 'a.b' AND path ~ 'a.*'", "ltree"),
    "distance of cubes": ("SELECT cube_distance(spot, cube(1)) FROM shop.thing ORDER BY spot <-> '(1)'", "cube"),
    "distance on earth": ("SELECT earth_distance(ll_to_earth(1, 2), ll_to_earth(3, 4))", "earthdistance"),
    "names that sound alike": ("SELECT soundex(name), levenshtein(name, 'a') FROM shop.thing", "fuzzystrmatch"),
    "numbers of a universal kind": ("SELECT uuid_generate_v4()", "uuid-ossp"),
    "random numbers": ("SELECT * FROM normal_rand(3, 1, 2)", "tablefunc"),
    "vectors": ("SELECT '[1,2]'::vector <-> '[3,4]'::vector", "vector"),
    "a default that runs one": ("INSERT INTO shop.thing (name) VALUES ('a')", "pgcrypto"),
}
DENIED = {
    "SQL in a text, crosstab": ("SELECT * FROM crosstab('SELECT 1, 2, 3') AS (a int, b int)", "tablefunc"),
    "SQL in a text, connectby": (
        "SELECT * FROM connectby('shop.secret', 'word', 'word', '1', 0) AS (a text, b text, c int)", "tablefunc"),
    "another database": ("SELECT * FROM dblink('dbname=x', 'SELECT 1') AS (a int)", "dblink"),
    "another database, within": ("SELECT dblink_exec('dbname=x', 'SELECT 1')", "dblink"),
    "connections": ("SELECT * FROM postgres_fdw_get_connections()", "postgres_fdw"),
    "pages": ("SELECT get_raw_page('shop.secret', 0)", "pageinspect"),
    "rows of pages": ("SELECT * FROM pgrowlocks('shop.secret')", "pgrowlocks"),
    "SQL in a text, xpath": ("SELECT * FROM xpath_table('a', 'b', 'shop.secret', 'd', 'e') AS (a int)", "xml2"),
    "files": ("SELECT pg_file_write('a', 'b', false)", "adminpack"),
    "others' statements": ("SELECT query FROM pg_stat_statements", "pg_stat_statements"),
    "a value kept in the session": ("SELECT set_limit(0.3)", "pg_trgm"),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_only_looks_at_its_arguments_can_be_used(connection: psycopg.Connection, catalog: Catalog, name: str,
                                                      ) -> None:
    sql, extension = ALLOWED[name]
    needs(catalog, extension)
    connection.execute(sql.encode())
    verdict = judge(sql, catalog)
    assert verdict.allowed, verdict.reasons
    assert "shop.secret" not in verdict.statements[0].statement.merged


@pytest.mark.parametrize("name", DENIED)
def test_what_runs_sql_or_reaches_elsewhere_stays_refused(catalog: Catalog, name: str) -> None:
    sql, extension = DENIED[name]
    needs(catalog, extension)
    assert not judge(sql, catalog).allowed


def test_an_overload_of_ones_own_counts_beside_that_of_an_extension(catalog: Catalog) -> None:
    needs(catalog, "pg_trgm")
    assert "shop.secret" in judge("SELECT similarity('a', 'b', 'c')", catalog).statements[0].statement.merged
    assert judge("SELECT similarity('a', 'b')", catalog).statements[0].statement.merged == ()


def test_a_function_of_the_same_name_that_is_no_member_is_refused(connection: psycopg.Connection) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE FUNCTION shop.soundex(int) RETURNS int LANGUAGE internal VOLATILE AS 'int4um'")
        assert not judge("SELECT shop.soundex(1)", read_catalog(connection, path=("shop", "public"))).allowed


FAKES = {
    "a member of the extension with other code": (
        "CREATE FUNCTION shop.digest(int) RETURNS int LANGUAGE internal VOLATILE AS 'int4um';"
        "ALTER EXTENSION pgcrypto ADD FUNCTION shop.digest(int)", "SELECT shop.digest(1)"),
    "a member with code of another library": (
        "CREATE FUNCTION shop.digest(text) RETURNS text LANGUAGE c VOLATILE AS '$libdir/dblink', 'dblink_connect';"
        "ALTER EXTENSION pgcrypto ADD FUNCTION shop.digest(text)", "SELECT shop.digest('a')"),
    "a refused function of the same library": (
        "CREATE FUNCTION shop.gentle(real) RETURNS real LANGUAGE c AS '$libdir/pg_trgm', 'set_limit'",
        "SELECT shop.gentle(0.1)"),
    "an aggregate that is a member": (
        "CREATE FUNCTION shop.step(text, int) RETURNS text LANGUAGE sql AS 'SELECT max(word) FROM shop.secret';"
        "CREATE AGGREGATE shop.max(int) (SFUNC = shop.step, STYPE = text);"
        "ALTER EXTENSION citext ADD AGGREGATE shop.max(int)", "SELECT shop.max(1)"),
}


@pytest.mark.parametrize("name", FAKES)
def test_code_of_others_is_not_taken_for_that_of_an_extension(connection: psycopg.Connection, catalog: Catalog,
                                                              name: str) -> None:
    needs(catalog, "pgcrypto", "pg_trgm", "citext", "dblink")
    with connection.transaction(force_rollback=True):
        made, sql = FAKES[name]
        connection.execute(made.encode())
        verdict = judge(sql, read_catalog(connection, path=("shop", "public")))
        assert not verdict.allowed or "shop.secret" in verdict.statements[0].statement.merged


def test_code_of_an_extension_may_be_declared_otherwise(connection: psycopg.Connection, catalog: Catalog) -> None:
    needs(catalog, "unaccent")
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE FUNCTION shop.plain(regdictionary, text) RETURNS text LANGUAGE c IMMUTABLE STRICT"
                           " AS '$libdir/unaccent', 'unaccent_dict'")
        declared = read_catalog(connection, path=("shop", "public"))
        assert judge("SELECT shop.plain('public.unaccent', name) FROM shop.thing", declared).allowed


def test_a_member_that_was_replaced_by_a_body_is_followed(connection: psycopg.Connection) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE OR REPLACE FUNCTION public.soundex(text) RETURNS text LANGUAGE plpgsql STRICT AS "
                           "$$ BEGIN RETURN (SELECT max(word) FROM shop.secret); END $$")
        replaced = read_catalog(connection, path=("shop", "public"))
        assert "shop.secret" in judge("SELECT soundex('a')", replaced).statements[0].statement.merged


def test_what_makes_rows_of_a_type_brings_its_code_along(connection: psycopg.Connection) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute("""
            CREATE FUNCTION public.known(text) RETURNS boolean LANGUAGE sql
              AS 'SELECT EXISTS (SELECT FROM shop.secret WHERE word = $1)';
            CREATE DOMAIN shop.word AS text CHECK (public.known(VALUE));
            CREATE TABLE shop.entry (w shop.word, more hstore);
        """)
        made = read_catalog(connection, path=("shop", "public"))
        for sql in ("SELECT populate_record(e, 'w=>x') FROM shop.entry e", "SELECT e #= 'w=>x' FROM shop.entry e",
                    "SELECT populate_record(NULL::shop.entry, 'w=>x')"):
            assert "shop.secret" in judge(sql, made).statements[0].statement.merged, sql
        assert "shop.secret" not in judge("SELECT e.w FROM shop.entry e", made).statements[0].statement.merged
