"""Attack: let an application work on a restored backup, which forgot who withdrew, was blocked, or was destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.database.audit.test_restored import program
from tests.servers import Database, new_database
from tests.threats.test_tickets_of_another_cluster import restored
from tests.world import World, acting, refusal, rows, ticket

OPEN = "SELECT sminion.open_ticket('contract', 'app', 'to serve', ARRAY['crm'])"
TIMELINE = "UPDATE sminion.instance SET timeline = '0000000A', made = pg_current_xact_id()::xid"
"""As recovery to an earlier moment, or a promotion, leaves it: the row is the own one, and names another timeline."""


@pytest.fixture(autouse=True)
def as_before(world: World) -> Iterator[None]:
    """The tests share a world, and each leaves it open."""
    world.super("SELECT sminion.mark_instance()")
    yield
    world.super("SELECT sminion.mark_instance()")


def aged(world: World, ago: str) -> None:
    """The last sign of life is so old."""
    world.super("BEGIN; SET LOCAL session_replication_role = replica;"
                f"UPDATE sminion.ticket SET opened_at = now() - interval '{ago}'; COMMIT")
    world.super(f"UPDATE sminion.maintenance_state SET done_at = now() - interval '{ago}' WHERE step = 'instance'")


@pytest.fixture
def copy(world: World, tmp_path: Path) -> Iterator[Database]:
    with new_database(world.database.server) as made:
        restored(world, made, tmp_path / "dump")
        yield made


def test_a_restored_dump_gives_no_ticket_until_an_officer_accepts_it(world: World, copy: Database) -> None:
    with world.connect() as connection:
        ticket(connection, "contract")  # the control: the original
    with copy.connect(f"{world.name}_all") as connection:
        assert refusal(connection, OPEN) == "SG250"
        connection.rollback()
        assert refusal(connection, "SELECT sminion.accept_restore('let me in', true)") == "42501"
        connection.rollback()
        assert refusal(connection, "UPDATE sminion.instance SET made = '0'") == "42501"
        connection.rollback()
    with copy.connect() as admin:
        admin.commit()
        admin.autocommit = True
        admin.execute("CALL sminion.maintain()")
        ((failed,),) = admin.execute("SELECT failed FROM sminion.maintenance_status").fetchall()
        assert "SG250" in failed
    with copy.connect(f"{world.name}_all") as connection:
        assert refusal(connection, OPEN) == "SG250"  # maintaining it changes nothing
    with copy.connect(f"{world.name}_officer") as officer:
        assert refusal(officer, "SELECT sminion.accept_restore('let us begin')") == "SG593"
        officer.rollback()
        assert rows(officer, "SELECT sminion.accept_restore('repeated by hand', true)") == [(True,)]
        assert rows(officer, "SELECT sminion.accept_restore('repeated by hand', true)") == [(False,)]
        officer.commit()
    with copy.connect(f"{world.name}_all") as connection, acting(connection, ticket(connection, "contract")):
        assert rows(connection, "SELECT count(*) FROM crm.customer") != [(0,)]
    acts = copy.execute("SELECT act, detail ->> 'cause', reason FROM sminion.act ORDER BY id DESC LIMIT 1")
    assert acts == [("accept_restore", "It was made from a dump.", "repeated by hand")]


def test_a_dump_of_a_restored_dump_is_one_too(world: World, copy: Database, tmp_path: Path) -> None:
    with copy.connect(f"{world.name}_officer") as officer:
        officer.execute("BEGIN; SAVEPOINT a; SELECT sminion.accept_restore('repeated', true); COMMIT")
    server = copy.server
    with new_database(server) as second:
        program(server, "pg_dump", "-Fc", "-f", str(tmp_path / "again"), copy.dsn())
        program(server, "pg_restore", "--exit-on-error", "-d", second.dsn(), str(tmp_path / "again"))
        with copy.connect(f"{world.name}_all") as connection:
            assert ticket(connection, "contract")  # accepted behind a savepoint, it is
        with second.connect(f"{world.name}_all") as connection:
            assert refusal(connection, OPEN) == "SG250"


def test_the_row_that_tells_is_missed(world: World) -> None:
    world.super("DELETE FROM sminion.instance")
    with world.connect() as connection:
        assert refusal(connection, OPEN) == "SG250"


@pytest.mark.parametrize(("ago", "expected"), [("10 minutes", None), ("16 minutes", "SG250")])
def test_a_new_timeline_is_a_promotion_only_where_somebody_was_at_work_just_before(
    world: World, ago: str, expected: str | None
) -> None:
    aged(world, ago)
    world.super(TIMELINE)
    with world.connect() as connection:
        if expected is None:
            assert ticket(connection, "contract")
        else:
            assert refusal(connection, OPEN) == expected
            connection.rollback()
    with psycopg.connect(world.database.dsn(), autocommit=True) as admin:
        admin.execute("CALL sminion.maintain()")
        ((followed,),) = admin.execute("SELECT timeline <> '0000000A' FROM sminion.instance").fetchall()
        assert followed is (expected is None)
        # It does not count as a sign of life.
        admin.execute("CALL sminion.maintain()")
    with world.connect() as connection:
        if expected is None:
            assert ticket(connection, "contract")
        else:
            assert refusal(connection, OPEN) == expected


def test_a_ticket_just_before_a_promotion_is_a_sign_of_life_too(world: World) -> None:
    aged(world, "1 day")
    with world.connect() as connection:
        assert ticket(connection, "contract")
    world.super(TIMELINE)
    with world.connect() as connection:
        assert ticket(connection, "contract")


def test_an_auditor_who_knows_of_a_restore_stops_the_tickets(world: World) -> None:
    with world.connect() as connection:
        assert ticket(connection, "contract")
        assert refusal(connection, "SELECT sminion.report_restore('to annoy')") == "42501"
        connection.rollback()
    with world.connect("reader") as auditor:
        assert refusal(auditor, "SELECT sminion.accept_restore('it was nothing', true)") == "42501"
        auditor.rollback()
        assert rows(auditor, "SELECT sminion.report_restore('the log is shorter than it was')") == [(True,)]
    with world.connect() as connection:
        assert refusal(connection, OPEN) == "SG250"
    with world.connect("officer") as officer:
        assert rows(officer, "SELECT sminion.accept_restore('compared with the list', true)") == [(True,)]
        officer.commit()
    with world.connect() as connection:
        assert ticket(connection, "contract")
