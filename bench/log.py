"""What the log costs apart from the sessions that wait for it: folding, and the questions of auditors.

Run: ``python -m bench.log [--events 1000000] [--batch 1,100] [--pg system|wheel|DIRECTORY]``. The journal is filled by
the login of the application, with batches of the sizes that are named, then folded. Folding is counted as the time that
the backend had a processor (Linux), answers to auditors as elapsed time, the median of several. Printed beside the
answers: the same while ``--waiting`` batches are in the journal.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import psycopg

from bench.row_security import processor
from sminion_guard import migrate
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.policy import loads

POLICY = """
[policy]
name = "bench"
version = "1"
subject_key = "bigint"
ticket_lifetime = "1 day"
require_tls = false
accept_upsert_leak = "it measures the log, on older servers too"

[login.bench_app]
purposes = ["work"]

[purpose.work]
title = "Work"
basis = "contract"
needs = ["contact"]
may = ["collect", "use", "clarify", "delete"]

[schema.crm]
collected_for = ["work"]
[schema.crm.customer]
subject = "id"
columns = { id = "key", email = "contact" }
"""
PEOPLE = 100_000
WAITING = 200
QUESTIONS = {
    "the newest 20 statements": "SELECT * FROM sminion.statement_log ORDER BY at DESC LIMIT 20",
    "statements of a ticket": "SELECT * FROM sminion.statement_log WHERE ticket = %(ticket)s ORDER BY at LIMIT 100",
    "whose data: one person": "SELECT * FROM sminion.subject_access WHERE subject = '7920' ORDER BY at DESC LIMIT 100",
    "refusals of the last hour":
        "SELECT * FROM sminion.refusals WHERE at > now() - interval '1 hour' ORDER BY at DESC LIMIT 100",
    "faults of the last hour": "SELECT * FROM sminion.log_faults WHERE at > now() - interval '1 hour'",
    "what waits": "SELECT * FROM sminion.maintenance_status",
}
FILL = """
INSERT INTO sminion.journal (writer, first, proof, entries)
SELECT w.number, w.first, sha256(sha256(convert_to(%(secret)s, 'UTF8')) || sha256(w.entries) || int8send(w.number)
         || int8send(w.first)), w.entries
FROM (
  SELECT %(writer)s::bigint AS number, %(first)s::bigint + b * %(size)s AS first,
         convert_to('[' || string_agg(format(
           '{"ticket":%%s,"shape":%%s,"outcome":"%%s","codes":%%s,"rows":1,"microseconds":%%s,"subjects":["%%s"]}',
           %(ticket)s::bigint, %(shape)s::bigint, CASE WHEN i %% 5000 = 0 THEN 'refused' ELSE 'done' END,
           CASE WHEN i %% 5000 = 0 THEN '["SG201"]' ELSE '[]' END, i %% 1000,
           1 + (b * %(size)s + i) * 7919 %% %(people)s), ',') || ']', 'UTF8') AS entries
  FROM generate_series(0, %(batches)s - 1) b, generate_series(1, %(size)s) i
  GROUP BY b ORDER BY b
) w
"""


class Application:
    """Writes to the journal as a guarded session does, many batches at once.

    :param server: with the guard and the policy of this file.
    """

    def __init__(self, server: Server) -> None:
        self._conn = psycopg.connect(server.dsn(user="bench_app"), autocommit=True)
        self.ticket = int(self._one("SELECT sminion.open_ticket('work', 'a', 'r')").split(".")[0])
        self._shape = self._one(
            """SELECT sminion.log_shape('{"codes": [], "operations": ["use"], "relations": ["crm.customer"],
            "columns": ["crm.customer.id"], "fingerprint": "f", "statement": "SELECT id FROM crm.customer"}')""")
        row = self._conn.execute("SELECT writer, secret FROM sminion.open_log()").fetchone()
        assert row is not None
        self._writer, self._secret = row
        self._next = 1

    def _one(self, statement: str) -> Any:
        row = self._conn.execute(statement.encode()).fetchone()
        assert row is not None
        return row[0]

    def write(self, batches: int, size: int) -> None:
        """So many batches of so many entries, each of which is a statement with its result and one subject."""
        self._conn.execute(FILL.encode(), {
            "writer": self._writer, "secret": self._secret, "first": self._next, "size": size, "batches": batches,
            "ticket": self.ticket, "shape": self._shape, "people": PEOPLE})
        self._next += batches * size


def prepare(server: Server) -> None:
    """An empty guarded database."""
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute("CREATE ROLE bench_app LOGIN NOINHERIT; CREATE SCHEMA crm;"
                     "CREATE TABLE crm.customer (id bigint PRIMARY KEY, email text)")
    migrate.upgrade(server.dsn())
    with psycopg.connect(server.dsn()) as conn:
        migrate.apply(conn, loads(POLICY))


def fold(conn: psycopg.Connection[Any]) -> tuple[float, float]:
    """Fold all of the journal: seconds of the backend's processor, and elapsed."""
    start, began = processor(conn), time.perf_counter()
    while True:
        row = conn.execute("SELECT sminion.fold(2000)").fetchone()
        assert row is not None
        if not row[0]:
            return (processor(conn) - start) / 1e9, time.perf_counter() - began


def asked(conn: psycopg.Connection[Any], question: str, ticket: int, times: int = 7) -> float:
    """The median of several answers, in milliseconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        conn.execute(question.encode(), {"ticket": ticket}).fetchall()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--batch", default="1,100")
    options.add_argument("--waiting", type=int, default=WAITING)
    options.add_argument("--pg", default=None)
    given = options.parse_args()
    sizes = [int(size) for size in given.batch.split(",")]
    with Server(find_binaries(given.pg)) as server:
        prepare(server)
        application = Application(server)
        with psycopg.connect(server.dsn(), autocommit=True) as conn:
            for size in sizes:
                left = given.events // len(sizes)
                spent = elapsed = 0.0
                done = left
                while left > 0:
                    part = min(left, 50_000)
                    application.write(part // size, size)
                    used, lasted = fold(conn)
                    spent, elapsed, left = spent + used, elapsed + lasted, left - part
                print(f"fold, batches of {size}: {done / spent:,.0f} events/s of processor,"
                      f" {done / elapsed:,.0f} elapsed", flush=True)
            print(f"{'question':30}{'ms':>10}{f'{given.waiting} waiting':>16}")
            before = {name: asked(conn, text, application.ticket) for name, text in QUESTIONS.items()}
            application.write(given.waiting, 1)
            for name, text in QUESTIONS.items():
                print(f"{name:30}{before[name]:10.1f}{asked(conn, text, application.ticket):16.1f}", flush=True)


if __name__ == "__main__":
    main()
