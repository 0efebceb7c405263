"""No superuser is needed: a role with CREATEROLE that owns the database installs, applies and removes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.errors import InstallError
from tests.database.migrate.conftest import POLICY, SCHEMA, Shop
from tests.servers import Database, new_database


@pytest.fixture
def owned(cluster: Server) -> Iterator[Shop]:
    """The shop in a database of a cluster of its own, owned by `dba`, who also installed the guard."""
    with new_database(cluster) as database:
        database.execute("CREATE ROLE dba LOGIN CREATEROLE; CREATE ROLE own_app LOGIN; CREATE ROLE own_news LOGIN;")
        database.execute(f"ALTER DATABASE {database.name} OWNER TO dba")
        if cluster.binaries.major < 16:
            database.execute("ALTER ROLE own_app NOINHERIT; ALTER ROLE own_news NOINHERIT")
        with database.connect("dba") as connection:
            connection.execute(SCHEMA)
        migrate.upgrade(database.dsn("dba"))
        yield Shop(database, "own", POLICY.format(name="own"))


def _memberships(database: Database) -> list[tuple[object, ...]]:
    return database.execute(
        "SELECT 1 FROM pg_auth_members WHERE roleid = 'sminion_owner'::regrole AND member = 'dba'::regrole"
        " AND grantor = 'dba'::regrole")


def _may_act_as_owner(database: Database) -> bool:
    try:
        with database.connect("dba") as connection:
            connection.execute("SET ROLE sminion_owner")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def test_a_policy_is_applied_filled_in_and_removed_by_a_role_that_is_no_superuser(owned: Shop) -> None:
    with owned.database.connect("dba", autocommit=False) as connection:
        report = migrate.apply(connection, owned.policy)
        assert report.rows_filled == 2100
        assert migrate.plan(connection, owned.policy).clean
        assert not migrate.apply(connection, owned.policy).changed
        removed = migrate.remove(connection)
        assert removed.counts == {"STRAY": report.counts["NEW"]}
        assert removed.warnings == []
    assert owned.database.execute("SELECT count(*) FROM pg_policy WHERE polname <> 'journal_load'") == [(0,)]
    assert owned.database.execute("SELECT 1 FROM pg_roles WHERE rolname ~ '^own_(contract|marketing|auditor)'") == []
    migrate.downgrade(owned.database.dsn("dba"))
    assert owned.database.execute("SELECT 1 FROM pg_roles WHERE rolname = 'sminion_owner'") == []


def test_where_nobody_gets_bypassrls_a_role_of_the_policy_dumps(owned: Shop) -> None:
    """As on managed servers: the administrator makes the role, grants it to a login, and no superuser is asked."""
    policy = owned.changed('version = "1"', 'version = "1"\nbackup = "every night"')
    with owned.database.connect("dba") as connection:
        migrate.apply(connection, policy)
        assert migrate.plan(connection, policy).clean
        connection.execute("CREATE ROLE dumper LOGIN; GRANT own_backup TO dumper")
    server = owned.database.server
    told = [
        subprocess.run([str(server.binaries.bin_dir / "pg_dump"), "-d", owned.database.dsn(login), *words],
                       capture_output=True, text=True, timeout=120, check=True).stdout
        for login, words in (("dumper", ("--role=own_backup", "--enable-row-security")), (server.superuser, ()))
    ]
    mine, whole = (re.sub(r"(?m)^(SET row_security|\\(un)?restrict ).*\n", "", text) for text in told)
    assert mine == whole and "e300" in mine
    with owned.database.connect("dba") as connection:
        migrate.apply(connection, owned.changed('version = "1"', 'version = "2"'))
    assert owned.database.execute("SELECT 1 FROM pg_roles WHERE rolname = 'own_backup'") == []


def test_what_only_a_superuser_can_close_is_named(owned: Shop) -> None:
    with owned.database.connect("dba", autocommit=False) as connection:
        report = migrate.apply(connection, owned.policy)
    assert all("REVOKE" in line for line in report.skipped)
    (functions,) = [line for line in report.skipped if "EXECUTE ON FUNCTION" in line]
    owned.database.execute(functions[functions.index("REVOKE"):functions.index(";")])  # one statement closes all
    names = "lo_creat lo_create lo_from_bytea lo_put lowrite lo_import lo_open".split()
    assert owned.database.execute("SELECT count(*) FROM pg_proc WHERE proname = ANY (%s)"
                                  " AND has_function_privilege('public', oid, 'EXECUTE')", names) == [(0,)]


def test_afterwards_nobody_can_act_as_the_owner(owned: Shop) -> None:
    assert _memberships(owned.database) == []
    assert not _may_act_as_owner(owned.database)
    with owned.database.connect("dba", autocommit=False) as connection:
        migrate.apply(connection, owned.policy)
    assert _memberships(owned.database) == []
    assert not _may_act_as_owner(owned.database)


def test_after_a_failure_nobody_can_act_as_the_owner_either(owned: Shop) -> None:
    owned.database.execute("ALTER TABLE news.subscriber OWNER TO postgres")
    with owned.database.connect("dba", autocommit=False) as connection, pytest.raises(InstallError) as caught:
        migrate.apply(connection, owned.policy)
    assert caught.value.code == "SG413"
    assert caught.value.hint
    assert _memberships(owned.database) == []
    assert not _may_act_as_owner(owned.database)
    assert owned.database.execute("SELECT count(*) FROM sminion.installed_object") == [(0,)]


def test_a_plan_leaves_no_membership(owned: Shop) -> None:
    with owned.database.connect("dba", autocommit=False) as connection:
        assert not migrate.plan(connection, owned.policy).clean
    assert _memberships(owned.database) == []


@pytest.mark.postgres(15)
def test_before_16_an_installing_role_that_does_not_inherit_is_told_so(owned: Shop) -> None:
    owned.database.execute("ALTER ROLE dba NOINHERIT")
    with owned.database.connect("dba", autocommit=False) as connection, pytest.raises(InstallError) as caught:
        migrate.apply(connection, owned.policy)
    assert caught.value.code == "SG413"
    assert "does not inherit" in caught.value.message


def test_a_stranger_may_not_fill_in_masks(owned: Shop) -> None:
    with owned.database.connect("dba", autocommit=False) as connection:
        migrate.apply(connection, owned.policy, fill=False)
    with owned.database.connect("own_app", autocommit=False) as connection, pytest.raises(InstallError) as caught:
        migrate.fill_masks(connection)
    assert caught.value.code == "SG413"


def test_scripts_run_as_that_role_too(owned: Shop) -> None:
    script = "\n".join(migrate.script(owned.policy))
    with owned.database.connect("dba") as connection:
        connection.execute(script.encode())
        assert _memberships(owned.database) == []
    with owned.database.connect("dba", autocommit=False) as connection:
        assert migrate.plan(connection, owned.policy).clean
    with owned.database.connect("dba") as connection:
        connection.execute("\n".join(migrate.removal_script()).encode())
    assert owned.database.execute("SELECT count(*) FROM pg_policy WHERE polname <> 'journal_load'") == [(0,)]
