# ruff: noqa: E501 - a statement stands on one line
"""What statements leave in a session when their transaction has ended: the analyzer's table beside the server.

A statement that is allowed must leave nothing that the next user of a pooled connection would find; for each that is
refused the server shows that something stays, or goes that was there.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard.analyzer import analyze
from sminion_guard.analyzer.catalog_read import read_catalog
from sminion_guard.analyzer.resolving.definitions import DEFINITIONS
from sminion_guard.analyzer.resolving.spans import SPANS, Span
from sminion_guard.analyzer.resolving.walk import STATEMENTS
from sminion_guard.embedded import Server
from tests import servers
from tests.truth.needs import PURPOSE, open_policy

SESSION = """
SELECT ARRAY(SELECT s.name || '=' || s.setting FROM pg_settings s WHERE s.name <> 'transaction_read_only' ORDER BY 1),
       ARRAY(SELECT c FROM pg_listening_channels() c ORDER BY 1),
       ARRAY(SELECT name FROM pg_prepared_statements ORDER BY 1), ARRAY(SELECT name FROM pg_cursors WHERE name <> '' ORDER BY 1),
       ARRAY(SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() ORDER BY 1),
       ARRAY(SELECT relname FROM pg_class WHERE relpersistence = 't' ORDER BY 1),
       current_user, session_user, coalesce(current_setting('app.locale', true), '')
"""
ENDS = [
    "SET LOCAL statement_timeout = '9s'", "SET LOCAL TIME ZONE 'Asia/Tokyo'", "SET LOCAL enable_seqscan = off",
    "SET LOCAL application_name TO DEFAULT", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET TRANSACTION READ ONLY",
    "SET CONSTRAINTS ALL DEFERRED", "SAVEPOINT a", "DECLARE c CURSOR FOR SELECT 1", "SELECT pg_advisory_xact_lock(1)",
    "SELECT pg_try_advisory_xact_lock_shared(1, 2)", "NOTIFY c, 'x'", "SELECT pg_notify('c', 'x')", "SHOW work_mem",
    "SELECT random(), gen_random_uuid(), clock_timestamp()", "CLOSE ALL", "EXPLAIN SELECT 1", "SELECT id FROM t FOR UPDATE",
    "DO $$ BEGIN SET LOCAL work_mem = '9MB'; PERFORM f(); END $$", "SELECT f()", "INSERT INTO t VALUES (1)", "COPY t TO STDOUT",
    "CALL p()", "UPDATE t SET id = 2", "DELETE FROM t", "MERGE INTO t USING (SELECT 1 AS n) v ON n = id WHEN MATCHED THEN DELETE",
]
STAYS = [
    "SET statement_timeout = '9s'", "SET SESSION statement_timeout = '9s'", "SET TIME ZONE 'Asia/Tokyo'", "SET enable_seqscan = off",
    "RESET lock_timeout", "SET lock_timeout TO DEFAULT", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "RESET ALL",
    "SELECT set_config('work_mem', '9MB', false)", "SELECT set_config('app.locale', 'de', false)", "SET app.locale = 'de'",
    "SET default_transaction_isolation = serializable", "SET search_path = pg_catalog", "SET SESSION AUTHORIZATION DEFAULT; SET ROLE pg_monitor",
    "LISTEN c", "UNLISTEN before", "UNLISTEN *", "PREPARE p AS SELECT 1", "DEALLOCATE before", "DEALLOCATE ALL",
    "DISCARD PLANS; DISCARD TEMP; RESET lock_timeout", "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "CREATE TEMP TABLE x (a int)",
    "CREATE TEMP TABLE x AS SELECT 1", "SELECT 1 AS a INTO TEMP x", "SELECT pg_advisory_lock(1)", "SELECT pg_try_advisory_lock(1)",
    "SELECT pg_advisory_lock_shared(1, 2)", "SELECT pg_advisory_unlock(77)", "SELECT pg_advisory_unlock_all()",
    "DO $$ BEGIN SET work_mem = '9MB'; END $$", "DO $$ BEGIN PERFORM set_config('work_mem', '9MB', false); END $$", "DO $$ BEGIN LISTEN c; END $$",
    "SELECT leave()", "CALL leave_too()",
]


@pytest.fixture(scope="module")
def database(server: Server) -> Iterator[servers.Database]:
    with servers.new_database(server) as database:
        database.execute("""
            CREATE TABLE t (id int PRIMARY KEY DEFERRABLE);
            CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql SET work_mem = '7MB' AS 'BEGIN RETURN 1; END';
            CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN SET LOCAL work_mem = ''7MB''; END';
            CREATE FUNCTION leave() RETURNS int LANGUAGE plpgsql AS 'BEGIN SET work_mem = ''7MB''; RETURN 1; END';
            CREATE PROCEDURE leave_too() LANGUAGE plpgsql AS 'BEGIN SET work_mem = ''7MB''; END';
        """)
        yield database


@pytest.fixture
def connection(database: servers.Database) -> Iterator[psycopg.Connection]:
    """A session that had something before: as a pool makes it ready."""
    with database.connect(prepare_threshold=None) as connection:
        connection.execute("LOAD 'plpgsql'")  # which has settings of its own, from its first use on
        connection.execute("SET lock_timeout = '3s'; LISTEN before; PREPARE before AS SELECT 1; SELECT pg_advisory_lock(77)")
        yield connection


def left(connection: psycopg.Connection, sql: str) -> bool:
    """Whether the session is another after a transaction with that statement."""
    before = connection.execute(SESSION).fetchone()
    with connection.transaction():
        if sql.startswith("COPY"):
            with connection.cursor().copy(sql.encode()) as copy:
                list(copy)
        else:
            connection.execute(sql.encode())
    return connection.execute(SESSION).fetchone() != before


def allowed(database: servers.Database, sql: str) -> bool:
    with database.connect() as connection:
        catalog = read_catalog(connection, path=("public",))
    return analyze(sql, catalog=catalog, policy=open_policy(catalog), purpose=PURPOSE).allowed


@pytest.mark.parametrize("sql", ENDS)
def test_what_is_allowed_leaves_nothing_in_the_session(
    database: servers.Database, connection: psycopg.Connection, sql: str
) -> None:
    assert allowed(database, sql)
    assert not left(connection, sql)


@pytest.mark.parametrize("sql", STAYS)
def test_what_leaves_something_in_the_session_is_refused(
    database: servers.Database, connection: psycopg.Connection, sql: str
) -> None:
    assert left(connection, sql)
    assert not allowed(database, sql)


def test_every_kind_of_statement_is_decided() -> None:
    assert SPANS.keys() == STATEMENTS.keys() - {*DEFINITIONS}


def test_every_kind_that_outlives_a_transaction_has_a_statement_here() -> None:
    shown = " ".join(STAYS)
    words = {"PrepareStmt": "PREPARE", "ExecuteStmt": "PREPARE", "DeallocateStmt": "DEALLOCATE", "ListenStmt": "LISTEN",
             "UnlistenStmt": "UNLISTEN", "DiscardStmt": "DISCARD", "LoadStmt": ""}
    assert {kind for kind, span in SPANS.items() if span is Span.SESSION} == words.keys()
    assert [kind for kind, word in words.items() if word not in shown] == []
