"""`pg_upgrade` from the oldest supported version to the newest: what was in force before is in force afterwards."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from sminion_guard import doctor, migrate
from sminion_guard.doctor.finding import Level
from sminion_guard.embedded import EmbeddedServerError, Server, disposal
from sminion_guard.migrate.change import State
from tests import servers
from tests.world import World, acting, filled, refusal, rows, ticket

OLD, NEW = "15", "18"
WRITE = "INSERT INTO sales.orders (id, customer_id, email) VALUES ({}, 8, 'x')"
WRITES = "SELECT ticket, operation, relation FROM sminion.write_log ORDER BY id"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A world after the upgrade, and what was true of it before.

    :param token: of a ticket that was opened before.
    :param writes: what the log of writes showed, one of them not folded yet.
    """

    world: World
    token: str
    writes: list[tuple[object, ...]]


def upgraded(old: Server, new: Server) -> None:
    """Run pg_upgrade on both clusters, and start the new one."""
    for server in (old, new):
        disposal.halt(server.cluster.data, "INT")
    new.run("pg_checksums", "--disable", "-D", new.cluster.data)  # the old one has none
    words = [
        new.cluster.binaries.bin_dir / "pg_upgrade", "-U", Server.superuser, "-b", old.cluster.binaries.bin_dir,
        "-B", new.cluster.binaries.bin_dir, "-d", old.cluster.data, "-D", new.cluster.data, "-s", new.cluster.sockets,
    ]
    command = f"cd {shlex.quote(str(new.cluster.sockets))} && exec " + shlex.join(map(str, words))
    said = new.directory / "upgrade"
    assert new.account.run(["/bin/sh", "-c", command], output=said) == 0, said.read_text()
    new.start()


def write(connection: psycopg.Connection, token: str, number: int) -> None:
    with connection.transaction():
        connection.execute("SELECT sminion.enter(%s)", [token])
        connection.execute(WRITE.format(number).encode())


@pytest.fixture(scope="module")
def after() -> Iterator[Upgraded]:
    found = [servers.find(version) for version in (OLD, NEW)]
    for version, binaries in zip((OLD, NEW), found, strict=True):
        if isinstance(binaries, EmbeddedServerError):
            pytest.skip(f"no PostgreSQL {version} on this machine: {binaries.hint}")
    old_binaries, new_binaries = (entry for entry in found if not isinstance(entry, EmbeddedServerError))
    with Server(old_binaries, durable=False) as old, Server(new_binaries, durable=False) as new:
        if not servers.dumps(new_binaries, old):
            pytest.skip(f"{new_binaries} is older than {old_binaries}: pg_upgrade wants its 18.7 or newer")
        world = filled(servers.Database(old, "upgraded"), "upg")
        with world.connect("app") as app:
            token = ticket(app, "contract")
            write(app, token, 9001)
            world.super("CALL sminion.maintain()")
            write(app, token, 9002)
        world.super_unsettled("SELECT sminion.block('7', 'before')")
        writes = world.super(WRITES)
        assert len(writes) == 2
        upgraded(old, new)
        yield Upgraded(World(servers.Database(new, "upgraded"), "upg"), token, writes)


def test_a_token_of_before_opens_what_it_opened(after: Upgraded) -> None:
    with after.world.connect("app") as app:
        with acting(app, after.token):
            assert rows(app, "SELECT id FROM sales.orders WHERE id > 9000 ORDER BY id") == [(9001,), (9002,)]
            app.execute(WRITE.format(9003).encode())
        assert refusal(app, "SELECT count(*) FROM sales.orders") == "42501", "the control: without a ticket nothing"


def test_a_block_of_before_holds_and_is_settled(after: Upgraded) -> None:
    with after.world.connect("app") as app:
        for _ in range(2):
            with acting(app, ticket(app, "contract")):
                assert rows(app, "SELECT id FROM crm.customer WHERE id IN (7, 8)") == [(8,)]
            after.world.settle()
    assert after.world.super("SELECT count(*) FROM sminion.withheld") == [(0,)]


def test_no_entry_of_the_log_is_lost_or_there_twice(after: Upgraded) -> None:
    world = after.world
    assert world.super(WRITES)[:2] == after.writes
    world.super("CALL sminion.maintain()")
    assert world.super(WRITES)[:2] == after.writes
    with world.connect("app") as app:
        write(app, ticket(app, "contract"), 9004)
    world.super("CALL sminion.maintain()")
    ((counted, distinct, journal, faults),) = world.super(
        "SELECT count(*), count(DISTINCT id), (SELECT count(*) FROM sminion.journal),"
        " (SELECT count(*) FROM sminion.log_faults) FROM sminion.write_event")
    assert (counted, distinct, journal, faults) == (3, 3, 0, 0)


def test_the_policy_is_in_place_after_apply_and_the_doctor_finds_nothing_new(after: Upgraded) -> None:
    world = after.world
    with world.database.connect(autocommit=False) as admin:
        plan = migrate.plan(admin, world.policy)
        changed = {change.key for change in (*plan.guard, *plan.changes) if change.state is not State.INSTALLED}
        migrate.apply(admin, world.policy)
        assert migrate.plan(admin, world.policy).clean
        errors = [finding.render() for finding in doctor.examine(admin).findings if finding.level is Level.ERROR]
    assert errors == []
    # 18 formats the text of some views in another way.
    assert changed == {f"guard:view {name}" for name in (
        "pending_changes", "subject_status", "ticket_minutes", "journal_minutes", "retention_progress")}


def test_the_ddl_guard_goes_on(after: Upgraded) -> None:
    with after.world.connect("owner") as owner:
        assert refusal(owner, "ALTER TABLE crm.customer NO FORCE ROW LEVEL SECURITY") == "SG470"
