# ruff: noqa: E501 - SQL stands on long lines
"""What an export costs, beside COPY by hand of the same query to the same disk.

Run: ``python -m bench.exports [--rows 1000000] [--people 10000] [--rounds 5] [--pg system|wheel|DIRECTORY]``. The baseline is a
superuser's COPY through psycopg into a file, with fsync: no judgement, no row security, no register, no people, no digest.
Both run in turns; medians and their ratio are printed, and how much memory the process had at most.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from sminion_guard import migrate
from sminion_guard.disclosure.export import transfer
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
purposes = ["counting"]

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
CREATE TABLE shop.view (id bigint PRIMARY KEY, person_id bigint, page text, word text, mail text, seen_at timestamptz, paid numeric(12, 2));
INSERT INTO shop.view
SELECT n, n % {people}, '/' || (ARRAY['shoes', 'jackets', 'search', 'cart', 'home'])[1 + n % 5] || '/' || n % 2000,
       (ARRAY['summer shoes', 'blue jacket', 'returns', 'gift card'])[1 + n % 4], 'person' || n % {people} || '@example.org',
       '2026-01-01'::timestamptz + n * interval '7 seconds', n / 100.0
FROM generate_series(1, {rows}) n;
CREATE INDEX ON shop.view (person_id)
"""
WHOLE = "SELECT page, word, mail, seen_at, paid FROM shop.view"
COARSE = "SELECT page, word, date_trunc('hour', seen_at) AS hour, paid FROM shop.view"


def by_hand(dsn: str, query: str, out: Path) -> None:
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor, out.open("wb") as file:
        with cursor.copy(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)".encode()) as copy:
            for data in copy:
                file.write(data)
        file.flush()
        os.fsync(file.fileno())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", default="csv,jsonl,parquet,scanned")
    parser.add_argument("--pg", default="wheel")
    arguments = parser.parse_args()
    with Server(find_binaries(arguments.pg)) as server, tempfile.TemporaryDirectory() as where:
        dsn = server.dsn()
        with psycopg.connect(dsn) as connection:
            connection.execute(PREPARE.format(rows=arguments.rows, people=arguments.people).encode())
        migrate.upgrade(dsn)
        with psycopg.connect(dsn) as connection:
            migrate.apply(connection, loads(POLICY))
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE shop.view")
        print(f"{arguments.rows:,} rows of {arguments.people:,} people, {arguments.rounds} rounds")
        for part in arguments.parts.split(","):
            query = COARSE if part == "scanned" else WHOLE
            ending = "csv" if part == "scanned" else part

            def ours(out: Path, part: str = part, query: str = query, ending: str = ending) -> None:
                transfer(server.dsn(user="bench_app"), "scanned" if part == "scanned" else "plain", purpose="counting",
                         query=query, out=out, reason="a bench", format=ending)

            def theirs(out: Path, query: str = query) -> None:
                by_hand(dsn, query, out)

            compared(part, theirs, ours, arguments.rounds, Path(where))


def compared(
    part: str, theirs: Callable[[Path], None], ours: Callable[[Path], None], rounds: int, where: Path
) -> None:
    found: dict[str, list[float]] = {"by hand": [], "export": []}
    for number in range(rounds):
        turns = [("by hand", theirs), ("export", ours)]
        for name, run in turns if number % 2 else reversed(turns):
            out = where / f"{name}.{part}"
            begun = time.perf_counter()
            run(out)
            found[name].append(time.perf_counter() - begun)
            out.unlink()
    hand, export = (statistics.median(found[name]) for name in ("by hand", "export"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{part:8} by hand {hand:6.2f} s  export {export:6.2f} s  ratio {export / hand:5.2f}  at most {peak:,.0f} MB so far")


if __name__ == "__main__":
    main()
