"""How long `apply` locks each table, and how long it takes as a whole, for a policy of many tables and purposes.

Run: ``python -m bench.tables [--tables 500] [--purposes 20] [--pg system|wheel|DIRECTORY]``. A second session samples
the locks every 10 ms; a third reads one table after the other without a pause, and its longest statement is printed. A
fourth holds a snapshot and nothing else, as a long report does.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator

import psycopg

from sminion_guard import migrate
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.policy import Policy, loads

PER_SCHEMA = 25
SAMPLE = """
SELECT DISTINCT l.relation::regclass::text FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.granted AND l.mode IN ('AccessExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock') AND c.relkind = 'r'
  AND c.relnamespace::regnamespace::text LIKE 's%' AND c.relnamespace::regnamespace::text <> 'sminion'"""


def names(tables: int) -> list[str]:
    return [f"s{number // PER_SCHEMA}.t{number}" for number in range(tables)]


def policy(tables: int, purposes: int, needs: str) -> Policy:
    listed = ", ".join(f'"p{number}"' for number in range(purposes))
    lines = ['[policy]\nname = "bench"\nversion = "1"\nsubject_key = "bigint"\nticket_lifetime = "1 hour"\n'
             f"require_tls = false\n[login.bench_app]\npurposes = [{listed}]"]
    for number in range(purposes):
        lines.append(f'[purpose.p{number}]\ntitle = "Work {number}"\nbasis = "contract"\nneeds = {needs}\n'
                     'may = ["use"]')
    for number, name in enumerate(names(tables)):
        schema = name.partition(".")[0]
        if number % PER_SCHEMA == 0:
            lines.append(f"[schema.{schema}]\ncollected_for = [{listed}]")
        lines.append(f'[schema.{name}]\nsubject = "id"\n'
                     'columns = { id = "key", note = "contact", total = "payment" }')
    return loads("\n".join(lines))


class Watch:
    """Samples which tables are locked, and reads them."""

    def __init__(self, dsn: str, tables: list[str]) -> None:
        self.dsn, self.tables = dsn, tables
        self.stopped = threading.Event()
        self.held, self.most, self.slowest = 0.0, 0, 0.0

    def sample(self) -> None:
        since: dict[str, float] = {}
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            while not self.stopped.wait(0.01):
                now = time.monotonic()
                locked = {name for (name,) in connection.execute(SAMPLE)}
                since = {name: since.get(name, now) for name in locked}
                self.most = max(self.most, len(locked))
                self.held = max([self.held, *(now - began for began in since.values())])

    def read(self) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            while not self.stopped.is_set():
                for name in self.tables:
                    began = time.monotonic()
                    connection.execute(f"SELECT 1 FROM {name} LIMIT 1".encode())
                    self.slowest = max(self.slowest, time.monotonic() - began)


def measured(server: Server, tables: int, wanted: Policy) -> Iterator[str]:
    dsn = server.dsn(dbname="bench")
    watch = Watch(dsn, names(tables))
    threads = [threading.Thread(target=watch.sample), threading.Thread(target=watch.read)]
    with psycopg.connect(dsn) as connection, psycopg.connect(dsn) as report:
        began = time.monotonic()
        migrate.plan(connection, wanted)
        planned = time.monotonic() - began
        report.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        report.execute("SELECT 1")
        for thread in threads:
            thread.start()
        began = time.monotonic()
        migrate.apply(connection, wanted, fill=False)
        applied = time.monotonic() - began
        watch.stopped.set()
        for thread in threads:
            thread.join()
    yield (f"plan {planned:.1f} s, apply {applied:.1f} s, tables locked at once {watch.most}, a table locked for"
           f" {watch.held * 1000:.0f} ms at most, a read took {watch.slowest * 1000:.0f} ms at most")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", type=int, default=500)
    parser.add_argument("--purposes", type=int, default=20)
    parser.add_argument("--pg", default="system")
    chosen = parser.parse_args()
    with Server(find_binaries(chosen.pg)) as server:
        with psycopg.connect(server.dsn(), autocommit=True) as admin:
            admin.execute("CREATE DATABASE bench")
            admin.execute("CREATE ROLE bench_app LOGIN")
        with psycopg.connect(server.dsn(dbname="bench"), autocommit=True) as admin:
            for number, name in enumerate(names(chosen.tables)):
                if number % PER_SCHEMA == 0:
                    admin.execute(f"CREATE SCHEMA {name.partition('.')[0]}".encode())
                admin.execute(f"CREATE TABLE {name} (id bigint PRIMARY KEY, note text, total numeric)".encode())
        migrate.upgrade(server.dsn(dbname="bench"))
        wanted = ('["contact"]', '["contact", "payment"]', '["contact"]')
        for title, needs in zip(("first", "a column more", "a column less"), wanted, strict=True):
            for line in measured(server, chosen.tables, policy(chosen.tables, chosen.purposes, needs)):
                print(f"{title}: {line}", flush=True)


if __name__ == "__main__":
    main()
