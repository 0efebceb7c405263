"""Folding under load: does it keep up, and is each entry folded once.

Run: ``python -m bench.soak [--seconds 600] [--rate 5000] [--batch 10] [--pg system|wheel|DIRECTORY|VERSION]``. A login
writes that many statements to the journal every second, in batches of one size. Two sessions call
``sminion.maintain()``, one of which is ended at random moments. In each minute a transaction that has written stays
open for ten seconds, so that what is younger has to wait. Printed every ten seconds: what was written and what waits,
how old the oldest of it is, and how long the newest 20 statements took an auditor. In the end every statement must be
in the log once.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Callable

import psycopg

from bench.log import QUESTIONS, Application, asked, prepare
from sminion_guard.embedded import Server, find_binaries

TICK = 0.1
"""Seconds between two writes."""
OPEN = 10
"""Seconds that a transaction stays open in each minute."""
END_ONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'maintains' ORDER BY random() LIMIT 1
"""
STATUS = """
SELECT journal_rows, coalesce(extract(epoch FROM clock_timestamp() - journal_since), 0) FROM sminion.maintenance_status
"""
FOUND = """
SELECT count(*), count(DISTINCT (writer, place)), (SELECT count(*) FROM sminion.journal),
       (SELECT count(*) FROM sminion.log_faults)
FROM sminion.statement_log
"""
NEWEST = QUESTIONS["the newest 20 statements"]


class Load:
    """What happens at once until it is stopped; a thread that fails stops all.

    :param server: with the guard and the policy of ``bench.log``.
    :param rate: statements in a second.
    :param size: statements in a batch.
    """

    def __init__(self, server: Server, rate: int, size: int) -> None:
        self.written = self.ended = self.late = 0
        self.failure: BaseException | None = None
        self._server, self._batches, self._size = server, max(round(rate * TICK / size), 1), size
        self._stop = threading.Event()
        todo = (self._write, self._maintain, self._maintain, self._end_sessions, self._stay_open)
        self._threads = [threading.Thread(target=self._guarded, args=(each,), daemon=True) for each in todo]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as failure:
            self.failure = failure
            self._stop.set()

    def wait(self, seconds: float) -> None:
        """Return then, or when something failed."""
        self._stop.wait(seconds)
        if self.failure is not None:
            raise self.failure

    def _write(self) -> None:
        application, due = Application(self._server), time.monotonic()
        while not self._stop.is_set():
            application.write(self._batches, self._size)
            self.written += self._batches * self._size
            due += TICK
            self.late += time.monotonic() > due
            time.sleep(max(due - time.monotonic(), 0))

    def _maintain(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._server.dsn(), autocommit=True, application_name="maintains") as conn:
                    while not self._stop.is_set():
                        more = conn.execute("CALL sminion.maintain()").fetchone()
                        if more is not None and not more[0]:
                            time.sleep(1)
            except psycopg.errors.AdminShutdown:
                self.ended += 1

    def _end_sessions(self) -> None:
        with psycopg.connect(self._server.dsn(), autocommit=True) as conn:
            while not self._stop.wait(random.uniform(0.5, 4)):
                conn.execute(END_ONE.encode())

    def _stay_open(self) -> None:
        with psycopg.connect(self._server.dsn()) as conn:
            while not self._stop.wait(60 - OPEN):
                conn.execute("CREATE TEMP TABLE IF NOT EXISTS a_write (i int)")
                conn.execute("SELECT pg_current_xact_id()")
                self._stop.wait(OPEN)
                conn.commit()


def main() -> None:
    """Run and print; an error where a statement is missing or there twice."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--rate", type=int, default=5000)
    options.add_argument("--batch", type=int, default=10)
    options.add_argument("--pg", default=None)
    given = options.parse_args()
    with Server(find_binaries(given.pg), durable=True) as server:
        prepare(server)
        with psycopg.connect(server.dsn(), autocommit=True) as conn:
            print(f"{'s':>6}{'written':>12}{'waiting':>10}{'oldest, s':>11}{'newest 20, ms':>15}{'ended':>7}")
            began = time.monotonic()
            with Load(server, given.rate, given.batch) as load:
                while time.monotonic() - began < given.seconds:
                    load.wait(10)
                    status = conn.execute(STATUS.encode()).fetchone()
                    assert status is not None
                    print(f"{time.monotonic() - began:6.0f}{load.written:12,}{status[0]:10,}{status[1]:11.1f}"
                          f"{asked(conn, NEWEST, 0, times=3):15.1f}{load.ended:7}", flush=True)
            more = True
            while more:
                row = conn.execute("CALL sminion.maintain()").fetchone()
                more = row is not None and row[0]
            found = conn.execute(FOUND.encode()).fetchone()
            print(f"{load.written:,} written, {load.late} ticks late; in the log, places, waiting, faults: {found}")
            if found != (load.written, load.written, 0, 0):
                raise SystemExit("not every statement is in the log once")


if __name__ == "__main__":
    main()
