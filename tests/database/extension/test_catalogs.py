"""However the guard is installed, the catalogs say the same, owners, privileges and comments included."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.migrate import extension
from tests.database.extension.conftest import Extended, write
from tests.database.migrate.catalogs import snapshot
from tests.servers import Database, new_database

PGTLE = """
CREATE SCHEMA pgtle;
CREATE TABLE pgtle.said (name text, before text, version text, description text, ext text);
CREATE FUNCTION pgtle.install_extension(
  name text, version text, description text, ext text, requires text[] DEFAULT NULL)
  RETURNS boolean LANGUAGE sql AS 'INSERT INTO pgtle.said VALUES ($1, NULL, $2, $3, $4) RETURNING true';
"""
"""A stand-in for pg_tle, with its signature: it keeps what it is told, and the test does with it what pg_tle does."""
CONTROL = "default_version = '{}'\ncomment = '{}'\nrelocatable = false\nsuperuser = false\ntrusted = false\n"
"""What pg_tle says of every extension."""


def catalogs(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Without what Alembic keeps its version in."""
    return {kind: [row for row in rows if "sminion_migrations" not in repr(row)]
            for kind, rows in snapshot(database).items()}


def migrated(server: Server, user: str = "postgres") -> dict[str, list[tuple[object, ...]]]:
    with new_database(server) as database:
        owned(database, user)
        migrate.upgrade(database.dsn(user))
        return catalogs(database)


def owned(database: Database, user: str) -> None:
    database.execute(f"ALTER DATABASE {database.name} OWNER TO {user}; GRANT CREATE ON SCHEMA public TO {user}")


def test_an_extension_looks_as_migrations_do(with_extension: Server) -> None:
    with new_database(with_extension) as database:
        owned(database, "postgres")
        database.execute("CREATE EXTENSION sminion_guard")
        assert catalogs(database) == migrated(with_extension)
        assert database.execute("SELECT * FROM sminion.guard_states()") == []
        assert database.execute("SELECT extversion, extrelocatable, extnamespace::regnamespace::text FROM pg_extension"
                                " WHERE extname = 'sminion_guard'"
                                ) == [(extension.default_version(), False, "pg_catalog")]


def test_the_plain_script_looks_as_migrations_do_and_is_known_to_them(with_extension: Server, tmp_path: Path) -> None:
    psql = shutil.which("psql")
    if psql is None:
        pytest.skip("no psql on this machine")
    write(tmp_path, {extension.PLAIN: extension.files()[extension.PLAIN]})
    with new_database(with_extension) as database:
        owned(database, "postgres")
        done = subprocess.run(
            [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", tmp_path / extension.PLAIN, database.dsn()],
            capture_output=True, text=True, env=os.environ | {"PGCONNECT_TIMEOUT": "10"}, timeout=120)
        assert done.returncode == 0, done.stderr
        before = catalogs(database)
        assert before == migrated(with_extension)
        migrate.upgrade(database.dsn())
        assert catalogs(database) == before


def test_pg_tle_gets_what_a_role_without_superuser_creates(with_extension: Server, extended: Extended) -> None:
    """An extension of the stand-in's text, made as pg_tle does it: with the rights of whoever creates it."""
    with new_database(with_extension) as database:
        database.execute("CREATE ROLE tle_dba LOGIN CREATEROLE")
        if with_extension.binaries.major >= 16:
            database.execute("GRANT sminion_owner TO tle_dba WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
        owned(database, "tle_dba")
        expected = migrated(with_extension, "tle_dba")
        database.execute(PGTLE + extension.files()[extension.PG_TLE])
        ((name, before, version, comment, script),) = database.execute("SELECT * FROM pgtle.said")
        assert (name, before, version) == ("sminion_guard", None, extension.default_version())
        database.execute("DROP SCHEMA pgtle CASCADE")
        write(extended.files, {
            "sminion_guard.control": CONTROL.format(version, comment), f"sminion_guard--{version}.sql": script})
        try:
            with database.connect("tle_dba") as dba:
                dba.execute("CREATE EXTENSION sminion_guard")
        finally:
            write(extended.files, extension.files())
        assert catalogs(database) == expected
        assert database.execute("SELECT count(*) FROM pg_event_trigger") == [(0,)]
        migrate.upgrade(database.dsn())  # a superuser adds the DDL guard
        assert database.execute("SELECT count(*) FROM pg_event_trigger") == [(8,)]
        with database.connect("tle_dba") as dba:
            dba.execute("DROP EXTENSION sminion_guard")
        assert database.execute("SELECT count(*) FROM pg_event_trigger") == [(0,)]
        assert database.execute("SELECT to_regnamespace('sminion') IS NULL") == [(True,)]
        database.execute("DROP OWNED BY sminion_owner")
