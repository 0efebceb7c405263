# ruff: noqa: E501 - commands and SQL stand on one line
"""docs/OPERATIONS.md: every command runs, as the login that it is for, and what the page says of it is so."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sminion_guard import migrate
from sminion_guard.embedded import EmbeddedServerError, Server
from sminion_guard.migrate.plan import State
from sminion_guard.policy import loads
from tests import servers
from tests.database.migrate.conftest import POLICY, SCHEMA
from tests.docs.readme import ROOT
from tests.world import acting, refusal, rows, ticket

PAGE = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
TEXT = POLICY.format(name="shop").replace("require_tls = true", "require_tls = false")
ALTERED = (State.ALTERED, State.MISSING)
TABLES = ("crm.customer", "sales.orders", "sales.item", "news.subscriber")
VISIBLE = "SELECT count(*), count(*) FILTER (WHERE id = 7) FROM crm.customer"


def section(title: str, language: str) -> list[str]:
    """The blocks of a section, without what indents them."""
    (text,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


@dataclass(frozen=True, slots=True)
class Site:
    """The database `shop` on a server, and a directory to work in."""

    server: Server
    place: Path

    @property
    def database(self) -> servers.Database:
        return servers.Database(self.server, "shop")

    def run(self, command: str, *, server: Server | None = None, programs: Path | None = None) -> subprocess.CompletedProcess[str]:
        at = server or self.server
        words = shlex.split(command)
        own = str(Path(sys.executable).parent / words[0])
        words[0] = own if words[0] == "sminion-guard" else str((programs or at.binaries.bin_dir) / words[0])
        environment = os.environ | {
            "PGHOST": str(at.socket_directory), "PGPORT": str(at.port), "PGUSER": "postgres", "LC_ALL": "C.UTF-8"}
        return subprocess.run(words, cwd=self.place, env=environment, capture_output=True, text=True, timeout=120)

    def done(self, command: str, **more: object) -> str:
        finished = self.run(command, **more)  # type: ignore[arg-type]
        assert finished.returncode == 0, (command, finished.stdout, finished.stderr)
        return finished.stdout


def lines(blocks: list[str]) -> list[str]:
    return [line for block in blocks for line in block.splitlines() if line]


@pytest.fixture(scope="module")
def site(cluster: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(cluster, tmp_path_factory.mktemp("site"))
    (site.place / "privacy.toml").write_text(TEXT)
    site.done("createdb shop")
    with site.database.connect() as admin:
        admin.execute(SCHEMA)
        admin.execute("CREATE ROLE shop_app LOGIN NOINHERIT; CREATE ROLE shop_news LOGIN NOINHERIT; CREATE ROLE shop_owner LOGIN;"
                      + "".join(f"ALTER SCHEMA {name} OWNER TO shop_owner;" for name in ("crm", "sales", "news"))
                      + "".join(f"ALTER TABLE {name} OWNER TO shop_owner;" for name in TABLES))
        migrate.upgrade(site.database.dsn())
        migrate.apply(admin, loads(TEXT))
        for statement in section("Logins for this work", "sql")[0].split(";"):
            admin.execute(statement.encode())
        admin.execute("CREATE ROLE bert LOGIN; GRANT shop_auditor TO bert; SELECT sminion.block(7, 'court')")
    yield site


def test_what_runs_regularly_runs_and_settles(site: Site) -> None:
    maintaining, looking = lines(section("What runs regularly", "sh"))
    (cron,) = lines(section("What runs regularly", "cron"))
    (service,) = section("What runs regularly", "ini")
    assert f"ExecStart={maintaining} --every 60s\n" in service
    assert cron.startswith("* * * * * postgres psql") and cron.endswith(" > /dev/null")
    for command in (maintaining, cron.removeprefix("* * * * * postgres ").removesuffix(" > /dev/null")):
        site.database.execute("SELECT sminion.unblock(8, 'y')")
        site.database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT sminion.block(8, 'x'); COMMIT")
        assert site.database.execute("SELECT unsettled FROM sminion.settle_status") == [(1,)]
        said = site.done(command)
        assert said.strip() == "f" if "psql" in command else "events moved to the log" in said
        assert site.database.execute("SELECT withheld, unsettled FROM sminion.settle_status") == [(0, 0)]
    site.database.execute("SELECT sminion.unblock(8, 'y')")
    # pg_cron is not installed here: what it would run is the same call.
    (scheduled,) = lines(section("What runs regularly", "text"))
    assert "'CALL sminion.maintain()', 'shop', 'scheduler'" in scheduled
    site.done(looking)
    site.database.suspend_ddl_guard()
    site.database.execute("ALTER TABLE crm.customer DISABLE ROW LEVEL SECURITY")
    altered = site.run(looking)
    assert altered.returncode == 1 and "row_security:crm.customer  (altered)" in altered.stdout
    with site.database.connect() as admin:
        migrate.apply(admin, loads(TEXT))
        assert migrate.plan(admin, loads(TEXT)).clean


def test_what_is_to_be_watched_is_there_for_those_who_watch(site: Site) -> None:
    states, refused = section("What to watch", "sql")
    with site.database.connect("scheduler") as scheduler, site.database.connect("bert") as auditor:
        for statement in filter(None, map(str.strip, states.split(";"))):
            scheduler.execute(statement.encode())
            auditor.execute(statement.encode())
        columns = [
            column.name for view in ("settle_status", "maintenance_status")
            for column in scheduler.execute(f"SELECT * FROM sminion.{view}".encode()).description or ()]
        for statement in filter(None, map(str.strip, refused.split(";"))):
            auditor.execute(statement.encode())
        held = auditor.execute("SELECT * FROM sminion.pending_changes").description or ()
    named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| `.*", PAGE, re.MULTILINE))))
    assert named <= {*columns, "held_by", "apply", "settle_problems", "pending_changes", "settle_status", "maintenance_status"}
    assert "held_by" in {column.name for column in held}


def test_a_backup_has_all_rows_and_the_owner_gets_none(site: Site) -> None:
    for command in lines(section("Backup", "sh")):
        site.done(command)
    whole = site.run("pg_dump -U shop_owner -d shop -f owner.sql")
    assert whole.returncode == 1 and "permission denied for schema sminion_migrations" in whole.stderr
    table = site.run("pg_dump -U shop_owner -d shop -t crm.customer -f owner.sql")
    assert table.returncode == 1 and "would be affected by row-level security policy" in table.stderr
    filtered = site.run("pg_dump -U shop_owner -d shop --data-only --enable-row-security -t crm.customer -f owner.sql")
    assert filtered.returncode == 1 and "no ticket: role `shop_owner`" in filtered.stderr


def test_without_bypassrls_the_role_for_dumps_dumps_all_rows(site: Site) -> None:
    wanted = TEXT.replace('version = "1"', 'version = "dumps"\nbackup = "no BYPASSRLS here"')
    grants, = section("Backup without BYPASSRLS", "sql")
    (dump,) = lines(section("Backup without BYPASSRLS", "sh"))
    with site.database.connect() as admin:
        migrate.apply(admin, loads(wanted))
        try:
            admin.execute(grants.encode())
            site.done(dump)
            mine = site.done("pg_restore --data-only -t customer -f - shop.dump")
            whole = site.done("pg_dump -U postgres -d shop --data-only -t crm.customer")
            assert sorted(re.findall(r".*\t.*", mine)) == sorted(re.findall(r".*\t.*", whole))
            assert "\n7\tn7\te7\t" in mine, "of a blocked person"
            plain = site.run("pg_dump -U dumper --role=shop_backup -d shop -t crm.customer -f plain.sql")
            assert plain.returncode == 1 and "would be affected by row-level security policy" in plain.stderr
            admin.execute("CREATE TABLE sales.later (id bigint)")
            later = site.run(dump)
            assert later.returncode == 1 and "permission denied for table later" in later.stderr
        finally:
            admin.execute("DROP TABLE IF EXISTS sales.later; DROP ROLE dumper")
            migrate.apply(admin, loads(TEXT))


def test_what_was_lost_is_restored_with_its_policy_states_and_log(site: Site) -> None:
    with site.database.connect("shop_app") as application:
        token = ticket(application, "contract")
        with acting(application, token):
            assert rows(application, VISIBLE) == [(299, 0)]
    for command in lines(section("Backup", "sh")):
        site.done(command)
    with Server(site.server.binaries, durable=False, settings=servers.SETTINGS) as other:
        globals_, restore, plan, replay, accept = lines(section("Restore", "sh"))
        # In place of a hint of the page: the role that exists already.
        assert "already exists" in site.run(globals_, server=other).stderr
        site.done(restore, server=other)
        assert "nothing to do" in site.done(plan, server=other)
        again = servers.Database(other, "shop")
        with again.connect("shop_app") as application:
            assert refusal(application, "BEGIN", f"SELECT sminion.enter('{token}')") == "SG225"
            application.rollback()
            assert refusal(application, "SELECT sminion.open_ticket('contract', 'a', 'b')") == "SG250"
            application.rollback()
            assert site.run(accept, server=other).returncode == 2
            assert "decisions repeated" in site.done(replay, server=other)
            assert "opened again" in site.done(accept, server=other)
            with acting(application, ticket(application, "contract")):
                assert rows(application, VISIBLE) == [(299, 0)]
            assert refusal(application, "SELECT count(*) FROM crm.customer") == "42501"
        (history,) = section("Restore", "sql")
        with again.connect("bert") as auditor:
            auditor.execute(history.encode())
            assert ("block",) in auditor.execute("SELECT event FROM sminion.subject_history WHERE subject = '7'").fetchall()
        site.done("createdb second", server=other)
        site.done("pg_restore -U postgres --exit-on-error -d second shop.dump", server=other)
        with servers.Database(other, "second").connect() as admin:
            assert [change.key for change in migrate.plan(admin, loads(TEXT)).of(*ALTERED)] == ["closed_database:shop"]
            migrate.apply(admin, loads(TEXT))
            assert migrate.plan(admin, loads(TEXT)).clean


def test_an_upgrade_of_the_package_may_be_repeated_at_any_time(site: Site) -> None:
    install, plan, apply = lines(section("Upgrade", "sh"))
    site.done(install)
    site.done(apply)
    assert "nothing to do" in site.done(plan)


@pytest.mark.postgres(18)
def test_a_newer_major_version_takes_a_dump_and_apply_mends_some_views(site: Site) -> None:
    older = servers.find("15")
    if isinstance(older, EmbeddedServerError):
        pytest.skip(f"no PostgreSQL 15 on this machine: {older.hint}")
    with Server(older, durable=False, settings=servers.SETTINGS) as old:
        text = TEXT.replace("shop_", "vintage_").replace('name = "shop"', 'name = "vintage"')
        with servers.new_database(old) as database:
            database.execute(SCHEMA + "CREATE ROLE vintage_app LOGIN NOINHERIT; CREATE ROLE vintage_news LOGIN NOINHERIT")
            migrate.upgrade(database.dsn())
            with database.connect() as admin:
                migrate.apply(admin, loads(text))
                admin.execute("SELECT sminion.block(7, 'court')")
            newer = site.server.binaries
            programs = newer.bin_dir if servers.dumps(newer, old) else older.bin_dir
            site.done("pg_dumpall -U postgres --globals-only -f old.sql", server=old, programs=programs)
            site.done(f"pg_dump -U postgres -d {database.name} -Fc -f old.dump", server=old, programs=programs)
        site.run("psql -X -q -U postgres -d postgres -f old.sql")
        site.done("createdb vintage")
        site.done("pg_restore -U postgres --exit-on-error -d vintage old.dump")
    upgraded = servers.Database(site.server, "vintage")
    with upgraded.connect() as admin:
        altered = [change.key for change in migrate.plan(admin, loads(text)).of(*ALTERED)]
        # The newer server prints some views of the guard in another way.
        views = [key for key in altered if key.startswith("guard:view ")]
        assert "guard:view pending_changes" in views and altered[len(views)] == "closed_database:vintage"
        assert {key.partition(":")[0] for key in altered[len(views) + 1:]} == {"view"}
        assert migrate.apply(admin, loads(text)).rows_filled == 0
        assert migrate.plan(admin, loads(text)).clean
        admin.execute("SELECT sminion.accept_restore('nobody wrote meanwhile', true)")
    with upgraded.connect("vintage_app") as application, acting(application, ticket(application, "contract")):
        assert rows(application, VISIBLE) == [(299, 0)]


def test_the_owner_maintains_his_tables(site: Site) -> None:
    with site.database.connect("shop_owner") as owner:
        for statement in filter(None, map(str.strip, section("Maintenance of tables", "sql")[0].split(";"))):
            owner.execute(statement.encode())
        owner.execute("CREATE INDEX ON crm.customer (email)")


def test_every_block_of_the_page_is_run_here() -> None:
    known = sum(len(section(title, language)) for title, language in (
        ("Logins for this work", "sql"), ("What runs regularly", "sh"), ("What runs regularly", "cron"),
        ("What runs regularly", "ini"), ("What runs regularly", "text"), ("What to watch", "sql"), ("Backup", "sh"),
        ("Backup without BYPASSRLS", "sql"), ("Backup without BYPASSRLS", "sh"),
            ("Restore", "sh"), ("Restore", "sql"),
        ("Upgrade", "sh"), ("Maintenance of tables", "sql")))
    assert known == len(re.findall(r"^ *```\w+$", PAGE, re.MULTILINE))
