"""A primary with an installed world, and a streaming replica of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from sminion_guard.embedded import Server, disposal
from tests import servers
from tests.world import Connection, World, new_world


@dataclass(frozen=True, slots=True)
class Replica:
    """A hot standby of the server that a world lives on."""

    world: World
    server: Server

    def connect(self, login: str = "all") -> Connection:
        """A login's connection to the standby."""
        return self._connect(f"{self.world.name}_{login}")

    def super(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement on the standby as the superuser."""
        with self._connect(Server.superuser) as admin:
            return admin.execute(statement.encode()).fetchall()

    def catch_up(self) -> None:
        """Return when the standby has replayed what the primary has written up to now."""
        # A commit that waits for the disk: what is not flushed is not sent.
        self.world.super("SELECT pg_logical_emit_message(true, 'test', 'flush')")
        ((written,),) = self.world.super("SELECT pg_current_wal_flush_lsn()::text")
        self._await(f"SELECT pg_last_wal_replay_lsn() >= '{written}'")

    def pause(self) -> None:
        """Replay nothing until :meth:`resume`."""
        self.super("SELECT pg_wal_replay_pause()")
        self._await("SELECT pg_get_wal_replay_pause_state() = 'paused'")

    def resume(self) -> None:
        self.super("SELECT pg_wal_replay_resume()")
        self.catch_up()

    def _connect(self, user: str) -> Connection:
        dsn = self.server.dsn(user=user, dbname=self.world.database.name)
        return psycopg.connect(dsn, autocommit=True, prepare_threshold=None)

    def _await(self, question: str) -> None:
        end = time.monotonic() + 20
        while self.super(question) != [(True,)]:
            assert time.monotonic() < end, f"never true: {question}"
            time.sleep(0.01)


@pytest.fixture(scope="module")
def world(cluster: Server) -> Iterator[World]:
    with new_world(cluster) as world:
        yield world


@pytest.fixture(scope="module")
def replica(cluster: Server, world: World) -> Iterator[Replica]:
    with Server(cluster.binaries, durable=False, settings=servers.SETTINGS) as standby:
        # Its own cluster gives way to a copy of the primary's.
        disposal.halt(standby.data_directory, "INT")
        shutil.rmtree(standby.data_directory)
        standby.run(
            "pg_basebackup", "--dbname", cluster.dsn(), "--pgdata", standby.data_directory, "--checkpoint", "fast",
            "--write-recovery-conf", "--no-sync",
        )
        standby.start()
        replica = Replica(world, standby)
        replica.catch_up()
        assert replica.super("SELECT pg_is_in_recovery()") == [(True,)]
        yield replica
