"""The fixtures of the tests themselves."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from pytest_postgresql import factories
from pytest_postgresql.executors import NoopExecutor

from sminion_guard.embedded import Server
from tests.servers import Database, new_database

client = factories.postgresql("postgresql_noproc")


def test_a_fresh_database_is_gone_after_the_test_and_so_are_its_roles(
    server: Server, unique: Callable[[str], str]
) -> None:
    role = unique("role")
    with new_database(server) as database:
        database.execute(f"CREATE ROLE {role}")
        database.execute(f"CREATE TABLE t AS SELECT 1 AS a; GRANT SELECT ON t TO {role}")
    with psycopg.connect(server.dsn()) as admin:
        assert admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchall() == []
        assert admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database.name]).fetchall() == []


def test_a_row_without_columns_is_a_row(fresh_database: Database) -> None:
    """Else `execute("SELECT FROM ...") == []` would hold whatever the server does."""
    assert fresh_database.execute("SELECT FROM generate_series(1, 2)") == [(), ()]
    assert fresh_database.execute("SELECT WHERE false") == []
    assert fresh_database.execute("CREATE TABLE t ()") == []


def test_a_database_can_be_cloned_with_its_tables(fresh_database: Database) -> None:
    fresh_database.execute("CREATE TABLE t AS SELECT 7 AS a")
    with new_database(fresh_database.server, template=fresh_database.name) as clone:
        assert clone.execute("SELECT a FROM t") == [(7,)]


def test_every_login_gets_in_through_the_socket_and_needs_its_password_over_tcp(
    fresh_database: Database, unique: Callable[[str], str]
) -> None:
    role = unique("login")
    fresh_database.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret of the test'")
    with fresh_database.connect(role) as connection:
        assert connection.execute("SELECT session_user::text").fetchone() == (role,)
    with psycopg.connect(fresh_database.dsn(role, password="secret of the test", tcp=True)) as connection:
        assert connection.info.host == "127.0.0.1"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(fresh_database.dsn(role, password="wrong", tcp=True))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(fresh_database.dsn(role, tcp=True))


@pytest.mark.postgres(18)
def test_the_marker_limits_a_test_to_versions(server: Server) -> None:
    assert server.binaries.major == 18


def test_a_cluster_of_its_own_shares_nothing_with_the_shared_server(cluster: Server, server: Server) -> None:
    assert cluster.binaries == server.binaries
    assert cluster.port != server.port
    with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
        connection.execute("CREATE ROLE only_here")
    with psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'only_here'").fetchall() == []


def test_the_factories_of_pytest_postgresql_work_on_our_server(
    postgresql_noproc: NoopExecutor, client: psycopg.Connection, server: Server
) -> None:
    assert client.info.server_version // 10000 == server.binaries.major
    assert client.info.port == postgresql_noproc.port == server.port
