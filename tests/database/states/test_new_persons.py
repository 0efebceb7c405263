"""Persons of whom no row was there before: their writers wait for nobody, and what is denied meanwhile holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.policy import Basis
from tests.world import Connection, World, acting, new_world, refusal, rows, ticket

A, B, C = 9001, 9002, 9003
_orders = itertools.count(9000)


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    with new_world(server, shared_roles=True) as world:
        world.settle()
        yield world


@contextmanager
def writing(world: World, isolation: str = "READ COMMITTED") -> Iterator[Connection]:
    """A transaction of the application that fails where it has to wait, and is committed at its end."""
    with world.connect("app", options="-c lock_timeout=300ms") as connection:
        token = ticket(connection, "contract")
        connection.execute(f"BEGIN ISOLATION LEVEL {isolation}".encode())
        connection.execute("SELECT sminion.enter(%s)", [token])
        yield connection
        if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            connection.execute("COMMIT")


def order(connection: Connection, person: int) -> None:
    connection.execute("INSERT INTO sales.orders (id, customer_id) VALUES (%s, %s)", [next(_orders), person])


def gift(connection: Connection, person: int) -> None:
    connection.execute("INSERT INTO sales.gift (giver, taker) VALUES (1, %s)", [person])


def sign_up(connection: Connection, person: int) -> None:
    number = next(_orders)
    connection.execute("SAVEPOINT inner_one")
    connection.execute("INSERT INTO sales.orders (id, customer_id) VALUES (%s, %s)", [number, person])
    connection.execute("RELEASE inner_one")
    connection.execute("INSERT INTO sales.item (order_id, what) VALUES (%s, 'w'), (%s, 'v')", [number, number])


WRITES: list[Callable[[Connection, int], None]] = [order, gift, sign_up]


def seen(world: World, *persons: int) -> list[int]:
    """How many orders of each the application sees."""
    with world.connect("app") as connection, acting(connection, ticket(connection, "contract")):
        return [
            rows(connection, f"SELECT count(*) FROM sales.orders WHERE customer_id = {person}")[0][0]
            for person in persons
        ]


def withheld(world: World) -> list[str]:
    return [subject for (subject,) in world.super("SELECT DISTINCT subject FROM sminion.withheld ORDER BY 1")]


def stale(world: World) -> dict[str, int]:
    """Rows of each table that do not carry what their subjects' states permit; a subject without a state has none."""
    asked = {
        "sales.orders": ["customer_id"], "sales.item": ["guard_subject"], "sales.gift": ["giver", "taker"],
        "sales.visit": ["customer_id"], "crm.customer": ["id"],
    }
    return {
        table: count for table, columns in asked.items() if (count := world.super(
            f"SELECT count(*) FROM {table} t WHERE t.guard_mask IS DISTINCT FROM "
            + " & ".join(
                f"coalesce((SELECT s.mask FROM sminion.subject_state s WHERE s.subject = t.{column}::text), 0)"
                for column in columns
            )
        )[0][0])
    }


@pytest.mark.parametrize("write", WRITES)
def test_two_who_write_of_the_same_new_persons_in_another_order_wait_for_nobody(
    write: Callable[[Connection, int], None], world: World
) -> None:
    with writing(world) as one, writing(world) as two:
        write(one, A)
        write(two, B)
        write(one, B)
        write(two, A)
        # Committed by one, and in progress in the other: still nobody waits.
        one.execute("COMMIT")
        write(two, B)
    assert stale(world) != {}, "no state is there before settle"
    world.settle()
    assert world.super(f"SELECT subject FROM sminion.subject_state WHERE subject IN ('{A}', '{B}') ORDER BY 1") == [
        (str(A),), (str(B),)
    ]
    assert stale(world) == {}
    assert world.super("SELECT count(*) FROM sminion.new_subject") == [(0,)]
    assert world.super("SELECT count(*) FROM sminion.young_state") == [(0,)]
    if write is not gift:
        assert seen(world, A, B) == [2, 3]


def test_nobody_waits_for_an_idle_or_prepared_writer_of_the_same_new_person(world: World) -> None:
    name = f"{world.name}_idle"
    with writing(world) as idle, writing(world) as prepared:
        sign_up(idle, A)
        sign_up(prepared, A)
        prepared.execute(f"PREPARE TRANSACTION '{name}'".encode())
        for write in WRITES:
            with writing(world) as other:
                write(other, A)
        assert seen(world, A) == [2]
        world.super("SELECT sminion.settle()")
        with writing(world) as other:
            order(other, A)
        assert seen(world, A) == [3]
    world.super(f"COMMIT PREPARED '{name}'")
    world.settle()
    assert seen(world, A) == [5]
    assert stale(world) == {}


def left_open(connection: Connection, world: World) -> Callable[[], object]:
    return lambda: connection.execute("COMMIT")


def left_prepared(connection: Connection, world: World) -> Callable[[], object]:
    connection.execute(f"PREPARE TRANSACTION '{world.name}_race'".encode())
    return lambda: world.super(f"COMMIT PREPARED '{world.name}_race'")


@pytest.mark.parametrize("leave", [left_open, left_prepared])
@pytest.mark.parametrize("settled", [0, 2])
@pytest.mark.parametrize("event", ["block", "object"])
def test_what_is_denied_while_a_first_row_is_not_committed_holds_for_it(
    event: str, settled: int, leave: Callable[[Connection, World], Callable[[], object]], world: World
) -> None:
    with writing(world) as writer, world.connect("officer") as officer:
        told: list[str | None] = []
        officer.add_notice_handler(lambda notice: told.append(notice.sqlstate))
        # A savepoint that is rolled back takes the lock with it; the row after it has its own.
        writer.execute("SAVEPOINT a")
        order(writer, C)
        writer.execute("ROLLBACK TO a")
        order(writer, A)
        order(writer, B)
        commit = leave(writer, world)
        if event == "block":
            officer.execute("SELECT sminion.block(%s, 'court')", [str(A)])
        else:
            officer.execute("SELECT sminion.object(%s, 'interest', 'asked')", [str(A)])
        # It waited for nobody: no SG508.
        assert told == ["SG614"]
        for _ in range(settled):
            assert world.super("SELECT sminion.settle()") == [(1,)]
        assert withheld(world) == [str(A)]
        if settled:
            ((cause,),) = world.super("SELECT cause FROM sminion.settle_problems")
            assert cause.startswith("locked: rows of new persons, by ")
        commit()
        if event == "block":
            assert seen(world, A, B) == [0, 1]
        world.settle()
        assert withheld(world) == []
        if event == "block":
            assert seen(world, A, B) == [0, 1]
    assert stale(world) == {}


def test_a_writer_that_began_after_a_block_was_stored_sees_it_and_is_not_waited_for(world: World) -> None:
    with writing(world) as idle, world.connect("officer") as officer:
        order(idle, B)
        officer.execute("SELECT sminion.block(%s, 'court')", [str(A)])
        assert world.super("SELECT sminion.settle()") == [(1,)]
        with writing(world) as writer:
            assert refusal(writer, f"INSERT INTO sales.orders (id, customer_id) VALUES (8999, {A})") == "42501"
            writer.execute("ROLLBACK")
        with writing(world) as later:
            order(later, C)
            idle.execute("COMMIT")
            assert world.super("SELECT sminion.settle()") == [(0,)]
    assert withheld(world) == []


def test_an_idle_writer_of_a_new_person_keeps_back_nobody_who_was_known(world: World) -> None:
    with writing(world) as idle, world.connect("officer") as officer:
        order(idle, A)
        officer.execute("SELECT sminion.block('7', 'court')")
        assert world.super("SELECT sminion.settle()") == [(0,)]
        assert withheld(world) == []
        assert seen(world, 7, 8) == [0, 1]


def test_a_consent_that_comes_while_the_first_row_is_written_reaches_it(world: World) -> None:
    insert = "INSERT INTO marketing.subscriber (id, email) VALUES (%s, 'e')"
    with world.connect() as admin, world.connect("officer") as officer, world.database.connect() as owner:
        officer.execute("SELECT sminion.give_consent(%s, 'marketing', 'form')", [str(B)])
        assert world.super("SELECT sminion.settle()") == [(0,)]
        owner.execute("BEGIN")
        owner.execute(insert, [A])
        owner.execute(insert, [B])
        officer.execute("SELECT sminion.give_consent(%s, 'marketing', 'form')", [str(A)])
        assert world.super("SELECT sminion.settle()") == [(1,)]
        owner.execute("COMMIT")
        read = f"SELECT array_agg(id ORDER BY id) FROM marketing.subscriber WHERE id IN ({A}, {B})"
        with acting(admin, ticket(admin, "marketing")):
            assert rows(admin, read) == [([B],)]
        world.settle()
        with acting(admin, ticket(admin, "marketing")):
            assert rows(admin, read) == [([A, B],)]


def test_an_older_snapshot_does_not_write_past_a_block_of_a_new_person(world: World) -> None:
    with writing(world, "REPEATABLE READ") as writer, world.connect("officer") as officer:
        rows(writer, "SELECT count(*) FROM sales.orders")
        officer.execute("SELECT sminion.block(%s, 'court')", [str(A)])
        assert world.super("SELECT sminion.settle()") == [(0,)]
        assert refusal(writer, f"INSERT INTO sales.orders (id, customer_id) VALUES (8999, {A})") == "40001"
    with writing(world, "REPEATABLE READ") as writer:
        order(writer, B)
    world.settle()
    assert seen(world, A, B) == [0, 1]


def test_a_new_person_has_a_key_before_settling(world: World) -> None:
    with writing(world) as writer:
        order(writer, A)
    with world.connect("officer") as officer:
        told: list[str | None] = []
        officer.add_notice_handler(lambda notice: told.append(notice.sqlstate))
        officer.execute("SELECT sminion.block(%s, 'court')", [str(A)])
        assert told == []
        officer.execute("SELECT sminion.block(%s, 'court')", [str(C)])
        assert told == ["SG614"]
    assert seen(world, A) == [0]


def test_rows_of_new_persons_follow_a_policy_that_comes_before_settling(world: World) -> None:
    policy = world.policy
    with writing(world) as writer:
        order(writer, A)
        sign_up(writer, B)
    ((before,),) = world.super(f"SELECT guard_mask FROM sales.orders WHERE customer_id = {A}")
    asks = replace(policy.purposes["accounting"], basis=Basis.CONSENT)
    world.apply(replace(policy, version="2", purposes={**policy.purposes, "accounting": asks}))
    world.settle()
    assert stale(world) == {}
    ((after,),) = world.super(f"SELECT guard_mask FROM sales.orders WHERE customer_id = {A}")
    assert after != before
    assert seen(world, A, B) == [1, 1]


def test_no_client_locks_or_writes_what_settling_waits_for(world: World) -> None:
    with world.connect("app") as app:
        for statement in (
            "LOCK TABLE sminion.new_writer IN ROW SHARE MODE", "LOCK TABLE sminion.new_writer IN ACCESS EXCLUSIVE MODE",
            "INSERT INTO sminion.new_subject VALUES ('1', 0)", "DELETE FROM sminion.young_state",
            "SELECT sminion.first_sight('1', 'sales')", "SELECT sminion.make_states('{1}')",
            "SELECT sminion.grow_states(1)",
        ):
            app.execute("BEGIN")
            assert refusal(app, statement) == "42501"
            app.execute("ROLLBACK")
