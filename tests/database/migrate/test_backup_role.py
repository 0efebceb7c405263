# ruff: noqa: E501 - SQL stands on one line
"""The role for dumps: a weak login that is a member dumps what a superuser dumps, and does nothing else with it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import Server
from sminion_guard.errors import InstallError
from sminion_guard.migrate import UnfitDatabase
from sminion_guard.migrate.planning import require_consent
from sminion_guard.policy import Policy, loads
from tests import servers
from tests.world import PRIVILEGE, World, new_world, refusal, rows, ticket

MASKS = "SELECT count(*) FROM crm.customer WHERE guard_mask & 1 = 0"
SET_ASIDE = re.compile(r"^(SET row_security = (on|off);|-- Started on .*|-- Completed on .*|\\(un)?restrict .*)\n", re.MULTILINE)
"""What differs between two dumps of one database by two roles."""


def with_backup(world: World) -> Policy:
    return replace(world.policy, version="dumps", backup="Nightly dumps, kept for a month")


def dump(world: World, user: str, *words: str) -> subprocess.CompletedProcess[str]:
    server = world.database.server
    return subprocess.run(
        [str(server.binaries.bin_dir / "pg_dump"), *words, "-d", world.database.dsn(user)],
        capture_output=True, text=True, timeout=120, env=os.environ | {"PGCONNECT_TIMEOUT": "10", "LC_ALL": "C.UTF-8"})


def whole(world: World, *words: str) -> str:
    """What a superuser dumps."""
    done = dump(world, Server.superuser, *words)
    assert done.returncode == 0, done.stderr
    return SET_ASIDE.sub("", done.stdout)


def through_the_role(world: World, *words: str, login: str = "dumper") -> subprocess.CompletedProcess[str]:
    return dump(world, f"{world.name}_{login}", f"--role={world.name}_backup", "--enable-row-security", *words)


@pytest.fixture
def dumped(server: Server) -> Iterator[World]:
    """A world with the role for dumps, a login that is a member, and people who are blocked, object and are forgotten."""
    with new_world(server) as world:
        with world.database.ddl_guard_suspended():
            world.super("CREATE TABLE sales.unlisted (id int); INSERT INTO sales.unlisted VALUES (1)")
        world.apply(with_backup(world))
        world.super(f"CREATE ROLE {world.name}_dumper LOGIN NOINHERIT; GRANT {world.name}_backup TO {world.name}_dumper")
        world.super("UPDATE crm.customer SET last_seen_at = now() - interval '9 years' WHERE id = 5")
        world.super("SELECT sminion.block(7, 'court'), sminion.object(9, 'interest', 'asked to')")
        world.super_unsettled("SELECT sminion.block(8, 'court')")
        with world.connect("app") as app:
            ticket(app, "contract")
        yield world


def test_a_weak_member_dumps_what_a_superuser_dumps(dumped: World) -> None:
    done = through_the_role(dumped)
    assert done.returncode == 0, done.stderr
    mine = SET_ASIDE.sub("", done.stdout)
    assert mine == whole(dumped)
    assert mine.count("\te40\t") >= 1 and "e7" in mine and "secret" in mine, "rows and columns that no purpose sees"
    assert not dumped.super(f"SELECT 1 FROM pg_roles WHERE rolname = '{dumped.name}_dumper' AND (rolsuper OR rolbypassrls)")


def test_each_table_has_all_its_rows_in_the_dump(dumped: World) -> None:
    """Blocked people, people who object, rows past their retention, and partitions."""
    (masked,) = dumped.super("SELECT count(*) FROM crm.customer WHERE guard_mask IS DISTINCT FROM (SELECT max(guard_mask) FROM crm.customer)")[0]
    assert masked > 0
    with dumped.connect("dumper") as dumper:
        dumper.execute(f"SET ROLE {dumped.name}_backup".encode())
        for (table,) in dumped.super("SELECT c.oid::regclass::text FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text IN ('crm', 'sales', 'marketing', 'hr', 'clinic', 'sminion')"):
            counted = f"SELECT count(*) FROM {table}"
            assert rows(dumper, counted) == dumped.super(counted), table


def test_the_dump_is_restored_as_one_of_a_superuser(dumped: World, tmp_path: Path) -> None:
    file = tmp_path / "dump"
    done = through_the_role(dumped, "-Fc", "-f", str(file))
    assert done.returncode == 0, done.stderr
    server = dumped.database.server
    with servers.new_database(server, template="template0") as copy:
        back = subprocess.run([str(server.binaries.bin_dir / "pg_restore"), "--exit-on-error", "-d", copy.dsn(), str(file)],
                              capture_output=True, text=True, timeout=120, check=False)
        assert back.returncode == 0, back.stderr
        for query in ("SELECT * FROM crm.customer ORDER BY id", "SELECT * FROM sminion.subject_event ORDER BY 1",
                      "SELECT * FROM sales.visit ORDER BY id"):
            assert copy.execute(query) == dumped.super(query)
        with copy.connect() as admin:
            assert not [change.key for change in migrate.plan(admin, with_backup(dumped)).changes
                        if change.state.value in ("ALTERED", "MISSING") and not change.key.startswith("closed_database")]


def test_who_is_no_member_cannot(dumped: World) -> None:
    dumped.super(f"CREATE ROLE {dumped.name}_stranger LOGIN")
    for login in ("stranger", "app", "owner", "reader"):
        done = through_the_role(dumped, login=login)
        assert done.returncode == 1 and "permission denied to set role" in done.stderr, login
    as_itself = dump(dumped, f"{dumped.name}_dumper", "--enable-row-security", "-t", "crm.customer")
    assert as_itself.returncode == 1 and "permission denied" in as_itself.stderr


def test_a_member_reads_and_does_nothing_else(dumped: World) -> None:
    with dumped.connect("dumper") as dumper:
        dumper.execute(f"SET ROLE {dumped.name}_backup".encode())
        assert rows(dumper, "SELECT count(*) FROM crm.customer") == [(40,)]
        for statement in (
            "UPDATE crm.customer SET email = 'x'", "DELETE FROM crm.customer", "INSERT INTO crm.customer (id) VALUES (99)",
            "TRUNCATE crm.customer", "INSERT INTO sales.unlisted VALUES (2)", "SELECT nextval('sales.item_id_seq')",
            "DELETE FROM sminion.subject_state", "INSERT INTO sminion.journal DEFAULT VALUES", "SELECT sminion.block('3', 'x')",
            "SELECT sminion.open_ticket('contract', 'a', 'b')", "CREATE TABLE crm.copy AS SELECT * FROM crm.customer",
            "SELECT * FROM crm.customer FOR UPDATE", "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        ):
            assert refusal(dumper, statement) == PRIVILEGE, statement


def test_a_member_that_inherits_sees_no_row_as_itself(dumped: World) -> None:
    dumped.super(f"CREATE ROLE {dumped.name}_heir LOGIN INHERIT; GRANT {dumped.name}_backup TO {dumped.name}_heir")
    with dumped.connect("heir") as heir:
        assert refusal(heir, "SELECT count(*) FROM crm.customer") == "SG201"
        assert refusal(heir, "SELECT count(*) FROM sales.visit_low") == "SG229"


def test_a_month_and_a_compartment_that_come_later_are_in_the_dump(dumped: World) -> None:
    dumped.super("SELECT sminion.extend_log(7)")
    later = dumped.text().replace('version = "1"', 'version = "later"\nbackup = "Nightly dumps"').replace(
        "[[compatible]]", '[purpose.audit]\ntitle = "Audits"\nbasis = "contract"\nneeds = ["contact"]\nmay = ["use"]\n\n[[compatible]]', 1).replace(
        'collected_for = ["personnel"]', 'collected_for = ["personnel", "audit"]')
    dumped.apply(loads(later))
    done = through_the_role(dumped)
    assert done.returncode == 0, done.stderr
    assert SET_ASIDE.sub("", done.stdout) == whole(dumped)


def test_a_new_partition_stops_the_dump_until_it_is_applied(dumped: World) -> None:
    with dumped.connect("owner") as owner:
        owner.execute("CREATE TABLE sales.visit_next PARTITION OF sales.visit FOR VALUES FROM (1000) TO (2000)")
    done = through_the_role(dumped)
    assert done.returncode == 1 and "permission denied for table visit_next" in done.stderr
    dumped.apply(with_backup(dumped))
    done = through_the_role(dumped)
    assert done.returncode == 0, done.stderr
    assert SET_ASIDE.sub("", done.stdout) == whole(dumped)


def test_without_the_key_nothing_is_left_of_the_role(dumped: World) -> None:
    dumped.apply(replace(dumped.policy, version="3"))
    assert dumped.super(f"SELECT 1 FROM pg_roles WHERE rolname = '{dumped.name}_backup'") == []
    assert dumped.super("SELECT 1 FROM pg_policy WHERE polname = 'guard_backup'") == []
    assert dumped.super("SELECT 1 FROM pg_policy p WHERE pg_get_expr(p.polqual, p.polrelid) LIKE '%\\_backup%'") == []
    done = through_the_role(dumped)
    assert done.returncode == 1 and "does not exist" in done.stderr
    with dumped.database.connect() as admin:
        assert migrate.plan(admin, replace(dumped.policy, version="3")).clean


def test_applying_it_again_changes_nothing_and_removal_takes_it_away(dumped: World) -> None:
    with dumped.database.connect() as admin:
        assert migrate.plan(admin, with_backup(dumped)).clean
        migrate.remove(admin)
    assert dumped.super(f"SELECT 1 FROM pg_roles WHERE rolname = '{dumped.name}_backup'") == []
    assert dumped.super("SELECT 1 FROM pg_policy WHERE polname LIKE 'guard\\_%'") == []


def test_it_widens_and_is_said_first(server: Server) -> None:
    with new_world(server) as world, world.database.connect() as admin:
        told = migrate.plan(admin, with_backup(world)).difference
        assert told is not None
        assert told.sentences[0].text == f"members of `{world.name}_backup` read all rows of all tables, for dumps"
        with pytest.raises(InstallError) as refused:
            require_consent(admin, with_backup(world))
        assert refused.value.code == "SG452" and "for dumps" in str(refused.value.detail)


@pytest.mark.parametrize("grants", [
    ("GRANT {0}_backup TO {0}_app",),
    ("CREATE ROLE {0}_between", "GRANT {0}_backup TO {0}_between", "GRANT {0}_between TO {0}_app"),
    ("CREATE ROLE {0}_granter", "GRANT {0}_backup TO {0}_app WITH ADMIN OPTION"),
])
def test_a_login_of_the_policy_as_member_is_refused(dumped: World, grants: tuple[str, ...]) -> None:
    for grant in grants:
        dumped.super(grant.format(dumped.name))
    with pytest.raises(UnfitDatabase) as refused:
        dumped.apply(replace(with_backup(dumped), version="next"))
    assert [problem.code for problem in refused.value.problems if problem.refuses] == ["SG423"]
    assert f"`{dumped.name}_app`" in str(refused.value)


def test_a_policy_that_hides_rows_from_the_role_is_refused(server: Server) -> None:
    with new_world(server) as world:
        world.database.suspend_ddl_guard()
        world.super("CREATE POLICY tenants ON crm.customer AS RESTRICTIVE USING (id < 30)")
        text = world.text().replace("[schema.crm.customer]\n", '[schema.crm.customer]\nadopt_policies = ["tenants"]\n')
        world.apply(loads(text))
        with pytest.raises(UnfitDatabase) as refused:
            world.apply(replace(loads(text), version="2", backup="dumps"))
        assert [problem.code for problem in refused.value.problems if problem.refuses] == ["SG482"]


def test_a_table_with_row_security_of_its_own_stops_the_dump(dumped: World) -> None:
    """Its rows would else be missing, and nothing would say so."""
    dumped.database.suspend_ddl_guard()
    dumped.super("ALTER TABLE sales.unlisted ENABLE ROW LEVEL SECURITY")
    dumped.apply(with_backup(dumped))
    done = through_the_role(dumped)
    assert done.returncode == 1 and "permission denied for table unlisted" in done.stderr
