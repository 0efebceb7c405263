"""Maintains the database from within an application, so that nothing depends on a scheduler.

A thread calls ``CALL sminion.maintain()``, which does a bounded part of the work, in one session of the database at a
time. It uses a connection of its own, so no statement and no row of the log waits for it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from threading import Event, Lock, Thread
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from sminion_guard.session.forks import begins_anew

PAUSE = 1.0
"""Seconds between two calls while the application works."""
EVERY = 60.0
"""Seconds between two calls while it does nothing: other clients may have left work."""
AFTER_ERROR = 30.0
"""Seconds until the next attempt where the database could not be maintained."""
MOST_CALLS = 100
"""Calls without a pause, while there is more to do."""
CALL = b"CALL sminion.maintain()"


class Maintenance:
    """Maintains databases until it is closed. Thread-safe; in a forked process it begins anew.

    :param conninfos: of the databases, as a login of the policy.
    """

    def __init__(self, conninfos: Iterable[str]) -> None:
        self._conninfos = tuple(dict.fromkeys(conninfos))
        self._closed = False
        self.begin_anew()
        begins_anew(self)

    def begin_anew(self) -> None:
        """For a forked process, which has no thread of its parent's."""
        self._thread: Thread | None = None
        self._starting = Lock()
        self._work = Event()
        self._ending = Event()
        self._told = False

    def wake(self) -> None:
        """There may be work. It costs next to nothing while the thread knows that already."""
        if not self._told and self._conninfos:
            self._told = True
            self._work.set()
            if self._thread is None:
                self._start()

    def close(self) -> None:
        """End the thread, once the call that runs has ended."""
        with self._starting:
            self._closed = True
        self._ending.set()
        self._work.set()
        if self._thread is not None:
            self._thread.join(5)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._closed:
                self._thread = Thread(
                    target=self._run, args=(self._work, self._ending), name="sminion_guard maintenance", daemon=True
                )
                self._thread.start()

    def _run(self, work: Event, ending: Event) -> None:
        connections = [_Database(conninfo) for conninfo in self._conninfos]
        while not ending.is_set():
            if not work.wait(EVERY):
                for database in connections:
                    database.close()  # idle: a connection of the server is not kept for nothing
            if ending.wait(PAUSE):
                break
            work.clear()
            self._told = False
            done = [database.maintain(ending) for database in connections]
            if not all(done):
                ending.wait(AFTER_ERROR)
        for database in connections:
            database.close()


class _Database:
    """A connection to a database that is maintained; not thread-safe."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = make_conninfo(conninfo, application_name="sminion_guard maintenance", connect_timeout=10)
        self._connection: psycopg.Connection[Any] | None = None

    def maintain(self, ending: Event) -> bool:
        """Do what there is to do; whether the database could be maintained."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._conninfo, autocommit=True, prepare_threshold=None)
            for _ in range(MOST_CALLS):
                row = self._connection.execute(CALL).fetchone()
                if ending.is_set() or row is None or not row[0]:
                    break
        except psycopg.Error:
            # Nobody waits for it, and the next attempt may succeed. `maintenance_status` shows what is left to do.
            self.close()
            return False
        return True

    def close(self) -> None:
        """The next call connects anew."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()
