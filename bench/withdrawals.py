"""What readers of other sessions pay while consents of everybody are withdrawn: by one call, by calls for some
thousands each in a transaction of its own, and one by one.

Run: ``python -m bench.withdrawals [--people 100000] [--single 2000] [--pg system|wheel|DIRECTORY]``. One row for each
person. The reader belongs to the purpose that the consent is for, so it is the one from whom people are withheld.
Printed are medians of the CPU time that the reader's backend took (Linux), and their ratio to those of a quiet
database, just before. *other work* updates an unprotected table instead: caches and processors are shared with any
writer. Withdrawing one by one takes long, so it is done for some people only.
"""

from __future__ import annotations

import argparse
import statistics
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from bench.row_security import measured, processor
from sminion_guard import migrate
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.policy import load

POLICY = """
[policy]
name = "bench"
version = "1"
subject_key = "bigint"
ticket_lifetime = "1 hour"
require_tls = false

[login.bench_app]
purposes = ["news"]

[purpose.news]
title = "News"
basis = "consent"
needs = ["contact"]
may = ["use"]

[schema.guarded]
collected_for = ["news"]

[schema.guarded.reader]
subject = "id"
columns = { id = "key", email = "contact" }
"""
READS = {
    "point select": ("SELECT email FROM guarded.reader WHERE id = 4711", 50),
    "count of all rows": ("SELECT count(email) FROM guarded.reader", 1),
}
EVERYBODY = "ARRAY(SELECT i::text FROM generate_series({first}, {last}) i)"
GIVE = "SELECT sminion.give_consents(" + EVERYBODY + ", 'news', 'bench', 'bench')"
WITHDRAW = "SELECT sminion.withdraw_consents(" + EVERYBODY + ", 'news', 'bench', 'bench')"
PART = 5000
"""People of one call where there are several: docs/OFFICERS.md asks for some thousands."""

Times = dict[str, list[float]]


def prepare(server: Server, people: int) -> None:
    """A table with one row for each person, under the guard, with everybody's consent."""
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute("CREATE ROLE bench_app LOGIN NOINHERIT")
        conn.execute("CREATE SCHEMA guarded")
        conn.execute("CREATE TABLE guarded.reader (id bigint PRIMARY KEY, email text NOT NULL)")
        conn.execute(f"INSERT INTO guarded.reader SELECT i, 'e' || i FROM generate_series(1, {people}) i")
        conn.execute("CREATE TABLE public.other (id bigint PRIMARY KEY, note text NOT NULL)")
        conn.execute(f"INSERT INTO public.other SELECT i, 'n' FROM generate_series(1, {people}) i")
        with TemporaryDirectory() as directory:
            path = Path(directory) / "privacy.toml"
            path.write_text(POLICY, encoding="utf-8")
            migrate.upgrade(server.dsn())
            with psycopg.connect(server.dsn()) as installer:
                migrate.apply(installer, load(path))
    consent(server, people)


def consent(server: Server, people: int) -> None:
    """Everybody consents, and maintenance runs to the end."""
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        for first in range(1, people + 1, PART):
            conn.execute(GIVE.format(first=first, last=min(first + PART - 1, people)))
        while True:
            left = conn.execute("SELECT sminion.settle(5000, 100000)").fetchone()
            if left is None or left[0] == 0:
                break
        conn.execute("VACUUM ANALYZE")


def other_work(people: int) -> Iterator[str]:
    """What withdraws nothing."""
    for _ in range(20):
        yield f"UPDATE public.other SET note = note || 'x' WHERE id <= {people}"


def one_call(people: int) -> Iterator[str]:
    """One statement, one transaction."""
    yield WITHDRAW.format(first=1, last=people)


def in_parts(people: int) -> Iterator[str]:
    """A call for some thousands, each in its transaction."""
    for first in range(1, people + 1, PART):
        yield WITHDRAW.format(first=first, last=min(first + PART - 1, people))


def one_by_one(people: int) -> Iterator[str]:
    """A call for each person, each in its transaction."""
    for number in range(1, people + 1):
        yield f"SELECT sminion.withdraw_consent('{number}', 'news', 'bench', 'bench')"


def reader(server: Server) -> psycopg.Connection:
    """A connection of the application."""
    conn = psycopg.connect(server.dsn(user="bench_app"), autocommit=True)
    conn.prepare_threshold = 0
    return conn


def read(conn: psycopg.Connection, token: str, times: Times) -> None:
    """Each read once, in a transaction of its own, as applications read."""
    for name, (statement, repeat) in READS.items():
        with conn.transaction():
            conn.execute("SELECT sminion.enter(%s)", [token])
            taken = measured(conn, lambda: conn.execute(statement).fetchall(), repeat, processor)  # noqa: B023
        times.setdefault(name, []).append(taken)


def beside(server: Server, statements: Iterator[str] | None) -> Times:
    """The reader's times while the statements run in another session; for a while when there are none."""
    conn = reader(server)
    row = conn.execute("SELECT sminion.open_ticket('news', 'bench', 'bench')").fetchone()
    assert row is not None
    times: Times = {}
    read(conn, row[0], {})
    ended = threading.Event()

    def write() -> None:
        with psycopg.connect(server.dsn(), autocommit=True) as officer:
            for statement in statements or ():
                officer.execute(statement.encode())
        ended.set()

    writer = threading.Thread(target=write)
    if statements is not None:
        writer.start()
    while not ended.is_set() if statements is not None else len(times.get("point select", ())) < 30:
        read(conn, row[0], times)
    if statements is not None:
        writer.join()
    conn.close()
    return times


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--single", type=int, default=2000)
    parser.add_argument("--pg", default=None)
    options = parser.parse_args()
    ways: dict[str, tuple[Callable[[int], Iterator[str]], int]] = {
        "other work": (other_work, options.people), "one call": (one_call, options.people),
        f"calls of {PART}": (in_parts, options.people), "one by one": (one_by_one, options.single),
    }
    with Server(find_binaries(options.pg)) as server:
        prepare(server, options.people)
        version = reader(server).info.server_version
        print(f"PostgreSQL {version // 10000}.{version % 10000}, {options.people} people, ms of processor")
        for way, (statements, people) in ways.items():
            quiet = beside(server, None)
            busy = beside(server, statements(people))
            for name in READS:
                still, moved = statistics.median(quiet[name]), statistics.median(busy[name])
                print(
                    f"{way:14} {people:7} people  {name:18} quiet {still:8.3f}  meanwhile {moved:8.3f}"
                    f" ({moved / still:5.2f})  worst {max(busy[name]):8.3f}  of {len(busy[name])}"
                )
            consent(server, options.people)


if __name__ == "__main__":
    main()
