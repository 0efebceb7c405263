"""What row security by mask costs, beside none, a hand-written mask, and the usual EXISTS over a consent table; and
what the log of writes adds to it, beside the same protection without its triggers.

Run: ``python bench/row_security.py [--rows 200000] [--rounds 15] [--cpu] [--pg system|wheel|DIRECTORY]``. All variants
hold the same rows in one database and are measured in turn, round after round, so that a noisy machine disturbs them
alike; printed are medians and their ratio to the unprotected table (of settling, to the protected table without the
triggers of the log). ``--cpu`` counts the time that the backend had a processor, without parallel workers, for machines
that others use too (Linux).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

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
accept_upsert_leak = "it measures writes, on older servers too"

[login.bench_app]
purposes = ["work"]

[purpose.work]
title = "Work"
basis = "legitimate_interest"
needs = ["contact", "payment"]
may = ["collect", "use", "clarify", "delete"]

[schema.guarded]
collected_for = ["work"]

[schema.guarded.orders]
subject = "customer_id"
columns = { id = "key", customer_id = "key", total = "payment", note = "contact" }

[schema.unrecorded]
collected_for = ["work"]

[schema.unrecorded.orders]
subject = "customer_id"
columns = { id = "key", customer_id = "key", total = "payment", note = "contact" }
"""

SHAPE = "id bigint primary key, customer_id bigint not null, total bigint not null, note text not null"
VARIANTS = ("plain", "mask", "lookup", "unrecorded", "guarded")
PROTECTED = ("unrecorded", "guarded")
# The trigger that notes the ticket stays: deletes are judged by it, recorded or not.
WRITE_TRIGGERS = ("~guard_collected", "~guard_clarified", "~guard_deleted", "~guard_emptied")

READS = {
    "point by key": "SELECT note FROM {t} WHERE id = 4711",
    "100 rows of an index range": "SELECT count(note) FROM {t} WHERE customer_id BETWEEN 500 AND 509",
    "top 50 by index": "SELECT id, note FROM {t} ORDER BY id DESC LIMIT 50",
    "full aggregate": "SELECT count(*), sum(total) FROM {t}",
}
INSERT = (
    "INSERT INTO {{t}} (id, customer_id, total, note) "
    "SELECT 900000000 + i, 1 + i % 5000, i, 'n' FROM generate_series(1, {rows}) i"
)
WRITES = {
    "insert of 1 row": INSERT.format(rows=1),
    "update of 1 row": "UPDATE {t} SET note = note || 'x' WHERE id = 4711",
    "delete of 1 row": "DELETE FROM {t} WHERE id = 4711",
    "insert of 1000 rows": INSERT.format(rows=1000),
    "update of 1000 rows": "UPDATE {t} SET note = note || 'x' WHERE id <= 1000",
    "delete of 1000 rows": "DELETE FROM {t} WHERE id <= 1000",
    "insert of 100000 rows": INSERT.format(rows=100_000),
    "update of 100000 rows": "UPDATE {t} SET note = note || 'x' WHERE id <= 100000",
    "delete of 100000 rows": "DELETE FROM {t} WHERE id <= 100000",
}
SETTLE = "UPDATE {t} SET guard_mask = guard_mask WHERE customer_id BETWEEN 1 AND 1000"
"""What sminion.settle does, as sminion_owner, to rows that it touches; most masks are set without the row trigger."""


def prepare(server: Server, rows: int) -> None:
    """Tables of all variants with the same rows, and the guard over one of them."""
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute("CREATE ROLE bench_app LOGIN NOINHERIT")
        conn.execute("CREATE ROLE bench_reader NOLOGIN")
        conn.execute("GRANT bench_reader TO bench_app")
        conn.execute("CREATE TABLE public.consent (customer_id bigint PRIMARY KEY, given boolean NOT NULL)")
        conn.execute(f"INSERT INTO public.consent SELECT i, true FROM generate_series(1, {rows // 10}) i")
        conn.execute("GRANT SELECT ON public.consent TO bench_reader")
        for variant in VARIANTS:
            conn.execute(f"CREATE SCHEMA {variant}")
            conn.execute(f"CREATE TABLE {variant}.orders ({SHAPE})")
            conn.execute(
                f"INSERT INTO {variant}.orders "
                f"SELECT i, 1 + i % ({rows} / 10), i, 'note ' || i FROM generate_series(1, {rows}) i"
            )
            conn.execute(f"CREATE INDEX ON {variant}.orders (customer_id)")
            if variant not in PROTECTED:
                conn.execute(f"GRANT USAGE ON SCHEMA {variant} TO bench_reader")
                conn.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {variant}.orders TO bench_reader")
        conn.execute("ALTER TABLE mask.orders ADD COLUMN guard_mask bigint NOT NULL DEFAULT 1")
        conn.execute("ALTER TABLE mask.orders ENABLE ROW LEVEL SECURITY")
        conn.execute("CREATE POLICY p ON mask.orders TO bench_reader USING ((guard_mask & 1) <> 0)")
        conn.execute("ALTER TABLE lookup.orders ENABLE ROW LEVEL SECURITY")
        conn.execute(
            "CREATE POLICY p ON lookup.orders TO bench_reader USING "
            "(EXISTS (SELECT FROM public.consent c WHERE c.customer_id = orders.customer_id AND c.given))"
        )
    with TemporaryDirectory() as directory:
        path = Path(directory) / "privacy.toml"
        path.write_text(POLICY, encoding="utf-8")
        migrate.upgrade(server.dsn())
        with psycopg.connect(server.dsn()) as conn:
            migrate.apply(conn, load(path))
    with psycopg.connect(server.dsn(), autocommit=True) as conn:
        conn.execute("SELECT sminion.suspend_ddl_guard('a baseline without triggers', now() + interval '1 hour')")
        for trigger in WRITE_TRIGGERS:
            conn.execute(f'DROP TRIGGER "{trigger}" ON unrecorded.orders')
        conn.execute("VACUUM ANALYZE")


Clock = Callable[[psycopg.Connection], int]
"""Nanoseconds of a connection."""


def wall(conn: psycopg.Connection) -> int:
    """The time of the day."""
    return time.perf_counter_ns()


def processor(conn: psycopg.Connection) -> int:
    """The time that the connection's backend had a processor."""
    return int(Path(f"/proc/{conn.info.backend_pid}/schedstat").read_text().split()[0])


def measured(conn: psycopg.Connection, run: Callable[[], object], repeat: int, clock: Clock) -> float:
    """Milliseconds for one of ``repeat`` runs."""
    start = clock(conn)
    for _ in range(repeat):
        run()
    return (clock(conn) - start) / 1e6 / repeat


def session(server: Server, variant: str) -> psycopg.Connection:
    """A connection of the application's login inside one transaction, acting as that variant's reader."""
    conn = psycopg.connect(server.dsn(user="bench_app"))
    if variant in PROTECTED:
        token = conn.execute("SELECT sminion.open_ticket('work', 'bench', 'bench')").fetchone()
        conn.commit()
        assert token is not None
        conn.execute("SELECT sminion.enter(%s)", token)
    else:
        conn.execute("SET LOCAL ROLE bench_reader")
    conn.prepare_threshold = 0
    return conn


def read(conn: psycopg.Connection, statement: str) -> None:
    """One query, to its last row."""
    conn.execute(statement).fetchall()


def write(conn: psycopg.Connection, statement: str, clock: Clock) -> float:
    """Milliseconds of one write, taken back, so that each round finds the same table."""
    with conn.transaction(force_rollback=True):
        return measured(conn, partial(conn.execute, statement), 1, clock)


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--pg", default=None)
    parser.add_argument("--cpu", action="store_true")
    options = parser.parse_args()
    clock = processor if options.cpu else wall
    with Server(find_binaries(options.pg)) as server:
        prepare(server, options.rows)
        sessions = {variant: session(server, variant) for variant in VARIANTS}
        settling = psycopg.connect(server.dsn(), options="-c role=sminion_owner")
        times: dict[tuple[str, str], list[float]] = {}
        for _ in range(options.rounds):
            for name, statement in READS.items():
                for variant, conn in sessions.items():
                    repeat = 3 if name == "full aggregate" else 50
                    run = partial(read, conn, statement.format(t=f"{variant}.orders"))
                    times.setdefault((name, variant), []).append(measured(conn, run, repeat, clock))
            for name, statement in WRITES.items():
                for variant, conn in sessions.items():
                    for _ in range(20 if name.endswith("of 1 row") else 1):
                        taken = write(conn, statement.format(t=f"{variant}.orders"), clock)
                        times.setdefault((name, variant), []).append(taken)
            for variant in PROTECTED:
                taken = write(settling, SETTLE.format(t=f"{variant}.orders"), clock)
                times.setdefault(("settling of 10000 rows", variant), []).append(taken)
        version = sessions["plain"].info.server_version
        for conn in (*sessions.values(), settling):
            conn.close()
    print(f"PostgreSQL {version // 10000}.{version % 10000}, {options.rows} rows,", end=" ")
    unit = "ms of processor" if options.cpu else "ms"
    print(f"medians of {options.rounds} rounds in {unit}, and the ratio to the unprotected table")
    print(f"{'':28}" + "".join(f"{variant:>20}" for variant in VARIANTS))
    for name in [*READS, *WRITES, "settling of 10000 rows"]:
        medians = {variant: statistics.median(times[name, variant]) for variant in VARIANTS if (name, variant) in times}
        base = next(iter(medians.values()))
        cells = []
        for variant in VARIANTS:
            median = medians.get(variant)
            cells.append("" if median is None else f"{median:12.3f} ({median / base:5.2f})")
        print(f"{name:28}" + "".join(f"{cell:>20}" for cell in cells))


if __name__ == "__main__":
    main()
