"""What it takes to purge rows that are past their retention, beside a hand-written DELETE in batches of the same size.

Run: ``python -m bench.retention [--rows 20000] [--rounds 5] [--pg system|wheel|DIRECTORY]``, in a checkout: the world
is that of the tests. Two databases of one server get the same expired rows, of as many people: the world, and one with
a table of the same columns and indexes, and no guard. By turns each round purges the one with ``sminion.purge_batch``,
and the other with DELETE, which chooses by the same index and passes over locked rows; each batch is a transaction, of
as many rows as the guard's were. A second baseline is one DELETE of all rows. The first round warms up, and is not
counted. Printed are medians of the rounds, on the clock and in CPU time of the server's process (Linux), with their
ratios, and the quantiles of the guard's batches.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from bench.destruction import quantiles
from bench.row_security import processor
from sminion_guard.embedded import Server, find_binaries
from tests.servers import Database, new_database
from tests.world import Connection, World, new_world

PLAIN = """
CREATE SCHEMA crm;
CREATE TABLE crm.customer (id bigint PRIMARY KEY, email text, born_on date, last_seen_at timestamptz, internal text);
"""
FILL = """
INSERT INTO crm.customer (id, email, last_seen_at)
SELECT %s + i, 'someone' || i || '@example.org', now() - interval '4 years' - i * interval '1 second'
FROM generate_series(1, %s) i
"""
EXPIRED = "last_seen_at <= timezone('UTC', timezone('UTC', now()) - interval '3 years')"
DELETE = f"""
DELETE FROM crm.customer WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM crm.customer WHERE {EXPIRED} LIMIT %s FOR UPDATE SKIP LOCKED))
"""
EVERY = f"DELETE FROM crm.customer WHERE {EXPIRED}"
BATCH = "SELECT state, rows FROM sminion.purge_batch('crm.customer')"


def purge(officer: Connection, times: list[float], sizes: list[int]) -> None:
    """Purge what has expired, and note how long each batch took, and of how many rows it was."""
    while True:
        began = time.perf_counter()
        found = officer.execute(BATCH).fetchone()
        assert found is not None
        if found[0] == "done":
            return
        times.append(time.perf_counter() - began)
        sizes.append(found[1])


def delete(owner: Connection, sizes: list[int]) -> None:
    """Delete in batches of these sizes."""
    for size in sizes:
        owner.execute(DELETE.encode(), [size])


def measured(connection: Connection, work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and of the server's process."""
    began, used = time.perf_counter(), processor(connection)
    work()
    return time.perf_counter() - began, (processor(connection) - used) / 1e9


def refill(database: Database, number: int, rows: int) -> None:
    with database.connect() as admin:
        admin.execute(FILL.encode(), [number * 10_000_000, rows])
        admin.execute("VACUUM ANALYZE crm.customer")


def measure(world: World, plain: Database, rows: int, rounds: int) -> None:
    plain.execute(PLAIN)
    for database in (world.database, plain):
        database.execute("CREATE INDEX ON crm.customer (last_seen_at)")
    spent: dict[str, list[tuple[float, float]]] = {"guard": [], "batches": [], "one DELETE": []}
    times: list[float] = []
    with world.connect("officer") as officer, plain.connect() as owner:
        for number in range(1, rounds + 2):
            refill(world.database, number, rows)
            world.settle()
            sizes: list[int] = []
            spent["guard"].append(measured(officer, partial(purge, officer, times, sizes)))
            refill(plain, 2 * number, rows)
            spent["batches"].append(measured(owner, partial(delete, owner, sizes)))
            refill(plain, 2 * number + 1, rows)
            spent["one DELETE"].append(measured(owner, partial(owner.execute, EVERY.encode())))
            for database in (world.database, plain):
                assert database.execute(f"SELECT count(*) FROM crm.customer WHERE {EXPIRED}") == [(0,)]
            if number == 1:
                times.clear()
    medians = {way: [median(one[1:]) for one in zip(*found, strict=True)] for way, found in spent.items()}
    for way, (clock, used) in medians.items():
        ratio = "" if way == "guard" else (
            f"; the guard takes {medians['guard'][0] / clock:.1f} and {medians['guard'][1] / used:.1f} times as long")
        print(f"{way}: {rows} rows in {clock:.2f} s, {used:.2f} s of CPU{ratio}")
    print(f"{len(times)} batches of the guard: {quantiles(times)}, for the client")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pg", default=None)
    options = parser.parse_args()
    with Server(find_binaries(options.pg)) as server, new_world(server) as world, new_database(server) as plain:
        measure(world, plain, options.rows, options.rounds)


if __name__ == "__main__":
    main()
