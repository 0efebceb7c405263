"""Ends a server at random moments of work, and brings it back."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import psycopg

from tests.servers import Database
from tests.world import Connection


class Crashes:
    """SIGKILL of the backend that works, or of the postmaster, by turns; PostgreSQL then recovers from its log.

    :param login: who works.
    :param seed: of the moments.
    """

    def __init__(self, login: str, seed: int) -> None:
        self.count = 0
        self._login = login
        self._dice = random.Random(seed)

    def during(self, database: Database, work: Callable[[Connection], object], seconds: float) -> bool:
        """Do the work, and end the server within so many seconds; whether the work was done before that."""
        begun, done, failed = Event(), Event(), []

        def do() -> None:
            try:
                with database.connect(self._login) as connection:
                    victim.append(connection.info.backend_pid)
                    begun.set()
                    work(connection)
                done.set()
            except psycopg.OperationalError:
                pass
            except BaseException as error:
                failed.append(error)
            begun.set()

        victim: list[int] = []
        thread = Thread(target=do)
        thread.start()
        begun.wait()
        if not done.wait(self._dice.uniform(0, seconds)) and not failed:
            self._end(database, victim[0])
        thread.join()
        if failed:
            raise failed[0]
        return done.is_set()

    def _end(self, database: Database, backend: int) -> None:
        server = database.server
        postmaster = server.pid
        assert postmaster is not None
        try:
            if self.count % 2:
                children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()
                os.kill(postmaster, signal.SIGKILL)
                # They have the shared memory, and end when they see that they are alone.
                _until(lambda: not any(_runs(child) for child in children))
                server.start()
            else:
                with psycopg.connect(server.dsn(), autocommit=True) as witness:
                    os.kill(backend, signal.SIGKILL)
                    # Until PostgreSQL has seen it, it answers others; of one that had just ended, for ever.
                    end = time.monotonic() + 5
                    while _answers(lambda: witness.execute("SELECT 1")):
                        if time.monotonic() > end:
                            return
                        time.sleep(0.02)
        except ProcessLookupError:
            return  # the work was done meanwhile
        self.count += 1
        _until(lambda: _answers(lambda: database.execute("SELECT 1")))


def _runs(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except psycopg.OperationalError:
        return False
    return True


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "the server does not come back"
        time.sleep(0.02)
