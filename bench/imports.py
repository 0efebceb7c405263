"""What an application pays while consents are imported from a file, and how fast the import is.

Run: ``python -m bench.imports [--lines 200000] [--rounds 10] [--quiet 5] [--beside 8] [--pg system|wheel|DIRECTORY]``.
One row for each person of the file. The reader belongs to a purpose that rests on a contract, and reads one person
after the other, each in a transaction of its own: some seconds beside a pausing import, then some beside one at work,
in turns, so that what else the machine does concerns both. Import and reader are processes of their own. For each
round are printed reads a second, and the CPU time of the reader's backend for one read (Linux), which depends less
on who else wants the processors; then the medians of their ratios, lines a second, and the load of the machine.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench.row_security import processor
from sminion_guard import migrate
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.policy import load
from sminion_guard.subjects import Consents

POLICY = """
[policy]
name = "bench"
version = "1"
subject_key = "bigint"
ticket_lifetime = "1 hour"
require_tls = false
[login.bench_app]
purposes = ["work"]
[purpose.work]
title = "Work"
basis = "contract"
needs = ["contact"]
may = ["use"]
[purpose.news]
title = "News"
basis = "consent"
needs = ["contact"]
may = ["use"]
[schema.guarded]
collected_for = ["work", "news"]
[schema.guarded.reader]
subject = "id"
columns = { id = "key", email = "contact" }
"""
READ = "SELECT email FROM guarded.reader WHERE id = %s"
HEADER = "subject,purpose,decision,given_at,text_sha256,channel\n"
TEXT = "a" * 64
PART = 2000
"""Lines between two looks at whether the import is to pause or to end: one transaction of the import."""


def prepare(server: Server, people: int) -> None:
    """A table with one row for each person, under the guard."""
    with psycopg.connect(server.dsn(), autocommit=True) as conn, TemporaryDirectory() as directory:
        conn.execute("CREATE ROLE bench_app LOGIN NOINHERIT")
        conn.execute("CREATE SCHEMA guarded")
        conn.execute("CREATE TABLE guarded.reader (id bigint PRIMARY KEY, email text NOT NULL)")
        conn.execute(f"INSERT INTO guarded.reader SELECT i, 'e' || i FROM generate_series(1, {people}) i")
        path = Path(directory) / "privacy.toml"
        path.write_text(POLICY, encoding="utf-8")
        migrate.upgrade(server.dsn())
        with psycopg.connect(server.dsn()) as installer:
            migrate.apply(installer, load(path))
        conn.execute("VACUUM ANALYZE")


def lines(first: int, last: int) -> Iterator[str]:
    """A file with the decision of each person."""
    yield HEADER
    for number in range(first, last + 1):
        yield f"{number},news,given,2026-05-03T12:00:00Z,{TEXT},web\n"


def bring_in(
    dsn: str, people: int, go: Event, idle: Event, end: Event, out: multiprocessing.Queue[tuple[int, float]]
) -> None:
    """Import while ``go`` is set; tell how many lines it was, and the seconds that they took."""
    done, spent = 0, 0.0
    with psycopg.connect(dsn, autocommit=True) as conn:
        consents = Consents(conn)
        for first in range(1, people + 1, PART):
            while not go.is_set() and not end.is_set():
                idle.set()
                time.sleep(0.01)
            idle.clear()
            if end.is_set():
                break
            start = time.perf_counter()
            found = consents.import_csv(lines(first, min(first + PART - 1, people)), "bench", report=print)
            spent += time.perf_counter() - start
            done += found.recorded
    idle.set()
    out.put((done, spent))


def reads(conn: psycopg.Connection, token: str, numbers: Iterator[int], seconds: float) -> tuple[float, float]:
    """Reads in a second, and microseconds of CPU that the backend takes for one."""
    start, busy, done = time.perf_counter(), processor(conn), 0
    while (spent := time.perf_counter() - start) < seconds:
        with conn.transaction():
            conn.execute("SELECT sminion.enter(%s)", [token])
            conn.execute(READ, [next(numbers)]).fetchone()
        done += 1
    return done / spent, (processor(conn) - busy) / 1e3 / done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--quiet", type=float, default=5)
    parser.add_argument("--beside", type=float, default=8)
    parser.add_argument("--pg", default=None)
    options = parser.parse_args()
    with Server(find_binaries(options.pg)) as server:
        prepare(server, options.lines)
        run(server, options.lines, options.rounds, options.quiet, options.beside)


def run(server: Server, people: int, rounds: int, alone: float, together: float) -> None:
    """Measure in turns, and print."""
    go, idle, end = multiprocessing.Event(), multiprocessing.Event(), multiprocessing.Event()
    out: multiprocessing.Queue[tuple[int, float]] = multiprocessing.Queue()
    importer = multiprocessing.Process(target=bring_in, args=(server.dsn(), people, go, idle, end, out))
    importer.start()
    numbers = itertools.cycle(range(1, people + 1, 7919))
    rates, costs = [], []
    with psycopg.connect(server.dsn(user="bench_app"), autocommit=True) as conn:
        conn.prepare_threshold = 0
        row = conn.execute("SELECT sminion.open_ticket('work', 'bench', 'bench')").fetchone()
        assert row is not None
        reads(conn, row[0], numbers, 2)
        for _ in range(rounds):
            go.clear()
            idle.wait()  # what the import has begun has ended
            quiet = reads(conn, row[0], numbers, alone)
            go.set()
            beside = reads(conn, row[0], numbers, together)
            if not importer.is_alive():
                raise SystemExit("the import ended before the last round: pass more --lines, or fewer --rounds")
            print(f"{quiet[0]:6.0f} and {beside[0]:6.0f} reads a second;"
                  f" {quiet[1]:5.0f} and {beside[1]:5.0f} us of CPU")
            rates.append(beside[0] / quiet[0])
            costs.append(beside[1] / quiet[1])
        end.set()
    done, spent = out.get()
    importer.join()
    print(f"load {', '.join(f'{load:.1f}' for load in os.getloadavg())}; {os.cpu_count()} cores")
    print(f"medians of {rounds} rounds, beside the import to without it: reads a second {statistics.median(rates):.2f},"
          f" CPU of one read {statistics.median(costs):.2f}")
    print(f"{done} lines in {spent:.0f} s: {done / max(spent, 0.001):.0f} a second")


if __name__ == "__main__":
    main()
