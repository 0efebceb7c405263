"""Attack: delay a denial by keeping a lock. It is in force at its commit, and settling goes round it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
import pytest

from sminion_guard.embedded import Server
from tests.database.states.test_races import Background
from tests.world import PRIVILEGE, Connection, World, acting, new_world, refusal, rows, ticket

PURPOSE = {"block": "contract", "object": "interest", "withdraw_consent": "marketing"}
TABLE = {"contract": "sales.orders", "interest": "marketing.subscriber", "marketing": "marketing.subscriber"}
KEY = {"sales.orders": "customer_id", "marketing.subscriber": "id"}


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    """One for each test: states are committed."""
    with new_world(server, shared_roles=True) as world:
        yield world


class Warned(NamedTuple):
    code: str
    message: str
    detail: str


def heard(connection: Connection) -> list[Warned]:
    """The warnings that the connection gets from here on."""
    warnings: list[Warned] = []
    connection.add_notice_handler(
        lambda told: warnings.append(
            Warned(told.sqlstate or "", told.message_primary or "", told.message_detail or "")))
    return warnings


def change(connection: Connection, event: str, subject: int) -> tuple[bool, list[Warned], float]:
    """What the officer's call returned, which warnings came with it, and how long it took."""
    warnings = heard(connection)
    began = time.monotonic()
    purpose = "" if event in {"block", "unblock"} else f", '{PURPOSE.get(event, 'marketing')}'"
    ((changed,),) = rows(connection, f"SELECT sminion.{event}('{subject}'{purpose}, 'letter')")
    took = time.monotonic() - began
    return changed, warnings, took


def seen(world: World, purpose: str, subject: int) -> int:
    table = TABLE[purpose]
    with world.connect() as connection, acting(connection, ticket(connection, purpose)):
        ((count,),) = rows(connection, f"SELECT count(*) FROM {table} WHERE {KEY[table]} = {subject}")
    return int(count)


def stale(world: World) -> int:
    ((count,),) = world.super(
        "SELECT count(*) FROM (SELECT customer_id AS s, guard_mask FROM sales.orders UNION ALL"
        " SELECT id, guard_mask FROM marketing.subscriber UNION ALL SELECT id, guard_mask FROM crm.customer) t"
        " JOIN sminion.subject_state x ON x.subject = t.s::text WHERE t.guard_mask IS DISTINCT FROM x.mask")
    return int(count)


@contextmanager
def idle_writer(world: World, purpose: str, statement: str, begin: str = "BEGIN") -> Iterator[Connection]:
    """The denied: a session that wrote, and stays idle in its transaction."""
    with world.connect("all", application_name="dawdler") as writer:
        writer.execute(begin.encode())
        writer.execute("SELECT sminion.enter(%s)", [ticket_of(world, purpose)])
        writer.execute(statement.encode())
        yield writer


def ticket_of(world: World, purpose: str) -> str:
    with world.connect("all") as connection:
        return ticket(connection, purpose)


def consented(world: World) -> None:
    world.super("SELECT sminion.give_consent('7', 'marketing', 'form')")
    world.settle()


@pytest.mark.parametrize("event", PURPOSE)
def test_a_denial_does_not_wait_for_an_idle_writer(event: str, world: World) -> None:
    consented(world)
    purpose = PURPOSE[event]
    assert seen(world, purpose, 7) == 1
    with idle_writer(world, "contract", "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'idle')") as writer:
        with world.connect("officer") as officer:
            changed, (warning,), took = change(officer, event, 7)
            assert changed and took < 3
            assert warning.code == "SG508" and "dawdler" in warning.detail
            assert str(writer.info.backend_pid) in warning.detail
            assert seen(world, purpose, 7) == 0
            ((held_by,),) = rows(officer, "SELECT held_by FROM sminion.pending_changes WHERE subject = '7'")
            assert "dawdler" in held_by
        assert world.super("SELECT sminion.settle()") == [(1,)]
        assert seen(world, purpose, 7) == 0
        writer.execute("COMMIT")
    # The row came after the denial, and carries the old mask: nobody sees it before it is settled, nor after.
    assert seen(world, purpose, 7) == 0
    world.settle()
    assert seen(world, purpose, 7) == 0 and stale(world) == 0
    assert world.super("SELECT count(*) FROM sminion.withheld") == [(0,)]
    assert world.super("SELECT pending, unsettled FROM sminion.settle_status") == [(0, 0)]


def test_a_denial_with_nobody_in_the_way_warns_of_nothing_and_is_stored_at_once(world: World) -> None:
    with world.connect("officer") as officer:
        changed, warnings, took = change(officer, "block", 7)
        assert changed and warnings == [] and took < 1
        assert change(officer, "block", 7)[0] is False
    assert world.super("SELECT pending FROM sminion.settle_status") == [(0,)]
    assert world.super("SELECT blocked FROM sminion.subject_state WHERE subject = '7'") == [(True,)]


def test_a_prepared_transaction_that_outlives_its_session_holds_up_nothing(world: World) -> None:
    gid = f"{world.name}_left"
    with idle_writer(world, "contract", "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'left')") as writer:
        writer.execute(f"PREPARE TRANSACTION '{gid}'".encode())
    try:
        with world.connect("officer") as officer:
            changed, (warning,), took = change(officer, "block", 7)
            assert changed and took < 3 and gid in warning.detail
        assert seen(world, "contract", 7) == 0
        assert world.super("SELECT sminion.settle()") == [(1,)]
    finally:
        world.super(f"COMMIT PREPARED '{gid}'")
    assert seen(world, "contract", 7) == 0
    world.settle()
    assert seen(world, "contract", 7) == 0 and stale(world) == 0


def test_an_import_of_many_new_persons_holds_up_no_denial_of_any(world: World) -> None:
    many = "INSERT INTO sales.orders (customer_id, email) SELECT i, 'x' FROM generate_series(5000, 5999) i"
    with idle_writer(world, "contract", many) as writer:
        with world.connect("officer") as officer:
            began = time.monotonic()
            # Their states are being made by the import itself: they are nobody's yet, and still they are denied.
            officer.execute("SELECT sminion.block(i::text, 'court') FROM generate_series(5000, 5299) i")
            assert time.monotonic() - began < 20
        assert world.super("SELECT sminion.settle()") == [(300,)]
        writer.execute("COMMIT")
    assert seen(world, "contract", 5000) == 0
    assert seen(world, "contract", 5300) == 1
    world.settle()
    assert seen(world, "contract", 5000) == 0 and stale(world) == 0
    assert world.super("SELECT count(*) FROM sminion.subject_state WHERE blocked") == [(300,)]


def test_a_purpose_that_locks_its_table_holds_up_neither_the_denial_nor_the_settling_of_others(world: World) -> None:
    with world.connect("all") as locker:
        locker.execute("BEGIN")
        locker.execute("SELECT sminion.enter(%s)", [ticket_of(world, "contract")])
        # collect and delete are enough for it
        locker.execute("LOCK TABLE sales.orders IN ACCESS EXCLUSIVE MODE")
        with world.connect("officer") as officer, world.connect("keeper") as keeper:
            changed, warnings, took = change(officer, "block", 7)
            assert changed and warnings == [] and took < 1
            told = heard(keeper)
            began = time.monotonic()
            assert rows(keeper, "SELECT sminion.settle()") == [(1,)]
            assert time.monotonic() - began < 3
            assert [one.code for one in told] == ["SG510"]
            assert "sales.orders" in told[0].message
            assert str(locker.info.backend_pid) in told[0].detail
        locker.execute("ROLLBACK")
    assert seen(world, "contract", 7) == 0
    world.settle()
    assert stale(world) == 0 and world.super("SELECT count(*) FROM sminion.withheld") == [(0,)]


def test_rows_written_after_a_denial_that_waits_are_refused_and_others_are_not(world: World) -> None:
    with idle_writer(world, "contract", "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'idle')"):
        with world.connect("officer") as officer:
            change(officer, "block", 7)
        with world.connect() as other, acting(other, ticket_of(world, "contract")):
            other.execute("INSERT INTO sales.orders (customer_id, email) VALUES (8, 'x')")
            assert rows(other, "DELETE FROM sales.orders WHERE customer_id = 7 RETURNING 1") == []
            assert refusal(other, "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'x')") == PRIVILEGE
        # Also by those whom row security does not bind: it carries what the denial leaves.
        assert world.super("INSERT INTO sales.orders (customer_id, email) VALUES (7, 'x') RETURNING guard_mask"
                           " & ~(SELECT blocked_bits FROM sminion.policy)") == [(0,)]


def test_a_statement_that_was_under_way_deletes_no_row_of_a_person_denied_meanwhile(world: World) -> None:
    world.super("CREATE FUNCTION public.slow(bigint) RETURNS boolean LANGUAGE sql VOLATILE"
                " AS 'SELECT pg_sleep(2.5) IS NOT NULL'")
    idle = "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'idle')"
    with (
        idle_writer(world, "contract", idle), world.connect() as deleter, world.connect("officer") as officer,
        acting(deleter, ticket_of(world, "contract")),
    ):
        deleting = Background(lambda: deleter.execute(
            "DELETE FROM sales.orders WHERE customer_id = 7 AND (SELECT public.slow(customer_id))"))
        time.sleep(0.3)
        change(officer, "block", 7)
        assert deleting.ended() and deleting.error == "SG216"


def test_what_an_older_snapshot_writes_stays_hidden_until_it_is_settled(world: World) -> None:
    with world.connect("all") as writer, acting(
        writer, ticket_of(world, "contract"), "BEGIN ISOLATION LEVEL REPEATABLE READ"
    ):
        rows(writer, "SELECT count(*) FROM sales.orders")
        with idle_writer(world, "contract", "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'idle')") as idle:
            with world.connect("officer") as officer:
                change(officer, "block", 7)
            writer.execute("INSERT INTO sales.orders (customer_id, email) VALUES (7, 'older')")
            idle.execute("COMMIT")
        # One of the two who held the state still does.
        assert world.super("SELECT sminion.settle()") == [(1,)]
        writer.execute("COMMIT")
    assert world.super("SELECT count(*) FROM sales.orders WHERE customer_id = 7") == [(3,)]
    for _ in range(2):
        assert seen(world, "contract", 7) == 0
        world.settle()
    assert stale(world) == 0


def test_what_comes_last_counts_whatever_was_waiting(world: World) -> None:
    idle = "INSERT INTO sales.orders (customer_id, email) VALUES (7, 'idle')"
    with idle_writer(world, "contract", idle), world.connect("officer") as officer:
        for event in ("block", "unblock", "block", "unblock"):
            assert change(officer, event, 7)[0]
        assert seen(world, "contract", 7) == 0
    world.settle()
    assert seen(world, "contract", 7) == 2
    assert world.super("SELECT blocked FROM sminion.subject_state WHERE subject = '7'") == [(False,)]
    with world.connect("officer") as one, world.connect("officer") as two:
        one.execute("BEGIN")
        change(one, "unblock", 7)
        changed, (warning,), _ = change(two, "block", 7)
        assert changed and warning.code == "SG508"
        one.execute("COMMIT")
    world.settle()
    assert seen(world, "contract", 7) == 0


def test_a_locked_row_keeps_back_its_own_person_and_nobody_else(world: World) -> None:
    world.super_unsettled("SELECT sminion.block(i::text, 'court') FROM generate_series(7, 12) i")
    with world.database.connect() as application:
        application.execute("BEGIN")
        application.execute("SELECT FROM sales.orders WHERE customer_id = 7 FOR UPDATE")
        began = time.monotonic()
        assert world.super("SELECT sminion.settle()") == [(1,)]
        assert world.super("SELECT sminion.settle(1)") == [(1,)]
        assert time.monotonic() - began < 3
        assert world.super("SELECT subject FROM sminion.withheld") == [("7",)]
        world.super("SELECT sminion.block('13', 'court')")
        assert world.super("SELECT sminion.settle(1)") == [(1,)]
        assert world.super("SELECT subject FROM sminion.withheld") == [("7",)]
        application.execute("ROLLBACK")
    world.settle()
    assert stale(world) == 0


def test_a_state_held_elsewhere_keeps_back_the_rows_that_name_its_person_and_no_others(world: World) -> None:
    """gift 1 -> 2 and 2 -> 3: whoever settles 1 and 3 meets the state of 2 in the row's trigger."""
    world.super_unsettled("SELECT sminion.block(i::text, 'court') FROM unnest(ARRAY[1, 3, 20, 21]) i")
    with world.connect("officer") as officer:
        officer.execute("BEGIN")
        officer.execute("SELECT sminion.block('2', 'court')")
        assert world.super("SELECT sminion.settle()") == [(2,)]
        assert world.super("SELECT subject FROM sminion.withheld ORDER BY 1") == [("1",), ("3",)]
        officer.execute("COMMIT")
    world.settle()
    assert world.super("SELECT count(*) FROM sminion.withheld") == [(0,)]


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_masks_are_not_settled_with_an_older_snapshot(level: str, world: World) -> None:
    with world.connect("keeper") as keeper:
        for call in ("settle()", "remask()", "backfill()"):
            keeper.execute(f"BEGIN ISOLATION LEVEL {level}".encode())
            assert refusal(keeper, f"SELECT sminion.{call}") == "SG509"
            keeper.execute("ROLLBACK")
            keeper.execute(f"SELECT sminion.{call}".encode())


def test_dropping_the_log_stops_no_writer_and_names_who_is_in_the_way(world: World) -> None:
    world.database.suspend_ddl_guard()
    with world.database.connect() as admin:
        # a month that is over
        for parent in (
            "statement_event", "statement_result", "statement_subject", "log_fault", "write_event", "write_subject"
        ):
            admin.execute(f"CREATE TABLE sminion.{parent}_2020_01 PARTITION OF sminion.{parent}"
                          " FOR VALUES FROM ('2020-01-01 00:00Z') TO ('2020-02-01 00:00Z')".encode())
            admin.execute(f"ALTER TABLE sminion.{parent}_2020_01 OWNER TO sminion_owner".encode())
    insert = "INSERT INTO sales.orders (customer_id, email) VALUES (8, 'x')"
    with (
        world.connect("reader", application_name="dawdler") as reader,
        idle_writer(world, "contract", insert), world.connect("officer") as officer,
    ):
        reader.execute("BEGIN; SELECT count(*) FROM sminion.write_log")
        answers: list[str] = []
        dropping = Background(lambda: answers.append(refusal(officer, "SELECT sminion.drop_log('2020-02-01', 'old')")))
        slowest = 0.0
        with world.connect() as writer:
            token = ticket_of(world, "contract")
            while not dropping.ended(0.05):
                began = time.monotonic()
                with acting(writer, token):
                    writer.execute(insert.encode())
                slowest = max(slowest, time.monotonic() - began)
        assert answers == ["SG511"] and slowest < 1
        with pytest.raises(psycopg.Error) as caught:
            officer.execute("SELECT sminion.drop_log('2020-02-01', 'old')")
        assert "dawdler" in (caught.value.diag.message_detail or "")
    with world.connect("officer") as officer:
        assert rows(officer, "SELECT sminion.drop_log('2020-02-01', 'old')") == [(1,)]
        assert rows(officer, "SELECT month::text FROM sminion.dropped_log") == [("2020-01-01",)]
