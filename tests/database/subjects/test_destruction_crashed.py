"""A server that dies in a destruction: what was committed is on record, what was not is undone, and the rest goes."""

from __future__ import annotations

import os
import signal
import time

import psycopg
import pytest

from sminion_guard.embedded import Server
from sminion_guard.subjects import Destructions, Requests
from tests.database.subjects.destroying import asked, left
from tests.world import Connection, World, new_world


def kill(world: World, victim: Connection) -> None:
    """SIGKILL of a backend: PostgreSQL ends all others and recovers from its log."""
    deadline = time.monotonic() + 60
    with world.database.connect() as witness:
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            victim.execute("COMMIT")
        # Until PostgreSQL has seen it, it answers others as if nothing were.
        with pytest.raises(psycopg.OperationalError):
            while time.monotonic() < deadline:
                witness.execute("SELECT 1")
    while True:
        try:
            world.super("SELECT 1")
            return
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_crash_at_any_point_leaves_what_the_next_call_ends(server: Server) -> None:
    with Server(server.binaries, durable=False) as own, new_world(own) as world:
        world.super("INSERT INTO sales.item (order_id, what) SELECT 9, 'w' FROM generate_series(1, 1500) i")
        world.settle()
        whole = left(world, 9)
        with world.connect("officer") as officer:
            request = asked(officer, 9)
        victim = world.connect("officer")
        victim.execute("BEGIN")
        victim.execute("SELECT sminion.begin_destruction(%s, 'letter')", [request])
        kill(world, victim)
        assert left(world, 9) == whole and world.super("SELECT count(*) FROM sminion.destruction") == [(0,)]

        with world.connect("officer") as officer:
            officer.execute("SELECT sminion.begin_destruction(%s, 'letter')", [request])
        recorded = "SELECT sum(destroyed) FROM sminion.destruction_table"
        for _ in range(3):
            victim = world.connect("officer")
            victim.execute("SELECT sminion.destroy_batch((SELECT max(id) FROM sminion.destruction))")
            before, counted = left(world, 9), world.super(recorded)
            victim.execute("BEGIN")
            victim.execute("SELECT sminion.destroy_batch((SELECT max(id) FROM sminion.destruction))")
            kill(world, victim)
            assert left(world, 9) == before and world.super(recorded) == counted

        with world.connect("officer") as officer:
            found = Destructions(officer).destroy(request, "letter")
            assert not found.left and left(world, 9) == {}
            assert sum(table.destroyed for table in found.tables) == sum(whole.values())
            Requests(officer).close(request, "granted", "done")
