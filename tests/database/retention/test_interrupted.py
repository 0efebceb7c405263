"""A purge beside others, and past its own end: a backend, or the server, dies; people are blocked meanwhile."""

from __future__ import annotations

import os
import random
import signal
from threading import Event, Thread

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.subjects import Retentions
from tests.database.retention.purging import ids, run, status
from tests.database.subjects.test_destruction_crashed import kill
from tests.world import World, new_world, ticket

BATCH = "SELECT sminion.purge_batch('crm.customer')"
COUNTED = "SELECT purged, unrecorded FROM sminion.retention_rule"


def grown(world: World, count: int = 3000) -> None:
    """More expired rows than one batch purges, of as many people."""
    world.super("INSERT INTO crm.customer (id, email, last_seen_at) SELECT 5000 + i, 'e', now() - interval '4 years'"
                f" FROM generate_series(1, {count}) i")
    world.settle()


def left(world: World) -> int:
    return len({one for one in ids(world, "crm.customer") if one > 5000})


@pytest.mark.parametrize("batches", [0, 2])
def test_a_backend_that_is_ended_in_a_batch_leaves_it_undone_and_on_record(batches: int, world: World) -> None:
    grown(world)
    with world.connect("officer") as officer:
        for _ in range(batches):
            officer.execute(BATCH)
    before, counted = left(world), world.super(COUNTED)
    assert before == 3000 - counted[0][0]
    with world.connect("officer") as victim:
        victim.execute("BEGIN")
        victim.execute(BATCH)
        os.kill(victim.info.backend_pid, signal.SIGTERM)
        with pytest.raises(psycopg.OperationalError):
            victim.execute("COMMIT")
    assert left(world) == before and world.super(COUNTED) == counted
    assert run(world).rows == before and left(world) == 0
    assert world.super("SELECT sum((detail -> 'rows')::int) FROM sminion.act WHERE act = 'retention'") == [(3000,)]


def crashed(world: World, times: int, rows: int) -> None:
    """The server dies in, or between, batches; each row is gone and counted, or neither."""
    grown(world, rows)
    dice = random.Random(7)
    for _ in range(times):
        victim = world.connect("officer")
        for _ in range(dice.randrange(3)):
            victim.execute(BATCH)
        before, counted = left(world), world.super(COUNTED)
        assert before + counted[0][0] == rows
        victim.execute("BEGIN")
        victim.execute(BATCH)
        kill(world, victim)
        assert left(world) == before and world.super(COUNTED) == counted
    assert run(world).cause is None and left(world) == 0 and status(world).purged == rows


def test_a_crash_leaves_what_the_next_call_ends(server: Server) -> None:
    with Server(server.binaries, durable=False) as own, new_world(own) as world:
        crashed(world, 2, 1500)


@pytest.mark.long
def test_two_hundred_crashes(server: Server) -> None:
    with Server(server.binaries, durable=False) as own, new_world(own) as world:
        for _ in range(10):
            crashed(world, 20, 20_000)
            world.super("UPDATE sminion.retention_rule SET purged = 0, batch_rows = 200")


def test_beside_traffic_no_row_that_has_not_expired_goes_and_one_session_purges_at_a_time(world: World) -> None:
    grown(world, 600)
    before = {one for one in ids(world, "crm.customer") if one <= 5000}
    end, errors = Event(), []

    def write() -> None:
        with world.connect("app") as app:
            token = ticket(app, "contract")
            number = 100_000
            while not end.is_set():
                number += 1
                with app.transaction():
                    app.execute("SELECT sminion.enter(%s)", [token])
                    app.execute("INSERT INTO crm.customer (id, email, last_seen_at) VALUES (%s, 'n', now())", [number])
            errors.append(number - 100_000)

    writer = Thread(target=write)
    writer.start()
    try:
        with world.connect("officer") as one, world.connect("keeper") as other:
            one.execute("BEGIN")
            assert "working" in str(one.execute(BATCH).fetchall())
            assert "another session purges it" in str(other.execute(BATCH).fetchall())
            one.execute("COMMIT")
            Retentions(other).run()
    finally:
        end.set()
        writer.join()
    (written,) = errors
    assert written and left(world) == written
    assert {one for one in ids(world, "crm.customer") if one <= 5000} == before


@pytest.mark.parametrize(("person", "answer"), [(2, "SG570"), (3, "gone")])
def test_a_person_who_is_blocked_between_choosing_and_deleting_stays(person: int, answer: str, world: World) -> None:
    """What the batch chose is asked for again under the lock of the state."""
    with world.database.connect() as batch, world.connect("officer") as officer:
        batch.execute("BEGIN; UPDATE sminion.retention_rule SET batch = pg_current_xact_id();"
                      "SET LOCAL ROLE sminion_owner")
        officer.execute("SELECT sminion.block('2', 'contests')")
        delete = f"DELETE FROM crm.customer WHERE id = {person}"
        try:
            batch.execute(delete.encode())
            found = "gone"
        except psycopg.Error as error:
            found = str(error.sqlstate)
        batch.execute("ROLLBACK")
    assert found == answer
