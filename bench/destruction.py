"""What it takes to destroy the data of one person with many rows, and what an application beside it pays.

Run: ``python -m bench.destruction [--rows 1000000] [--pg system|wheel|DIRECTORY]``, in a checkout: the world is that of
the tests. The application selects and inserts rows of other people of the same table, in a transaction each, through
one connection. Printed are its transactions a second and the quantiles of their time, alone and beside; how long the
batches took on the server, and the calls for the client; and the anonymous memory of the officer's backend (Linux).
"""

from __future__ import annotations

import argparse
import threading
import time
from pathlib import Path

from sminion_guard.embedded import Server, find_binaries
from sminion_guard.subjects import Batch, Destructions, Requests
from tests.world import World, new_world, ticket

PERSON = 9


class Application(threading.Thread):
    """Works for other people until it is ended."""

    def __init__(self, world: World) -> None:
        super().__init__(daemon=True)
        self._world = world
        self.ended = threading.Event()
        self.times: list[float] = []

    def run(self) -> None:
        with self._world.connect("app") as connection:
            token, opened = ticket(connection, "contract"), time.monotonic()
            while not self.ended.is_set():
                if time.monotonic() - opened > 600:
                    token, opened = ticket(connection, "contract"), time.monotonic()
                began, other = time.perf_counter(), 10 + len(self.times) % 20
                with connection.transaction():
                    connection.execute("SELECT sminion.enter(%s)", [token])
                    connection.execute("SELECT email FROM sales.orders WHERE customer_id = %s LIMIT 10", [other])
                    connection.execute("INSERT INTO sales.orders (customer_id, email) VALUES (%s, 'x')", [other])
                self.times.append(time.perf_counter() - began)


def quantiles(times: list[float]) -> str:
    """Median, 99th percentile and worst, in milliseconds."""
    found = sorted(times)
    median, high = found[len(found) // 2], found[int(len(found) * 0.99)]
    return f"{1000 * median:.2f} / {1000 * high:.2f} / {1000 * found[-1]:.0f} ms"


def anonymous(pid: int) -> int:
    """Memory of a process that is no file's, in kB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("Anonymous")).split()[1])


def measure(world: World, rows: int) -> None:
    """Fill, work alone, destroy beside."""
    world.super(
        "SET session_replication_role = replica;"
        "INSERT INTO sales.orders (id, customer_id, email)"
        f" SELECT 1000000000 + i, {PERSON}, 'someone' || i || '@example.org' FROM generate_series(1, {rows}) i")
    world.super("VACUUM ANALYZE sales.orders")
    application = Application(world)
    application.start()
    time.sleep(15)
    print(f"alone: {len(application.times) / 15:.0f} transactions/s, {quantiles(application.times)}")
    application.times.clear()
    calls: list[float] = []
    memory: list[int] = []
    with world.connect("officer") as officer:
        requests, pid = Requests(officer), officer.info.backend_pid
        number = requests.open(PERSON, "destroy", "bench")
        requests.identify(number, "bench")
        last = began = time.perf_counter()

        def told(_: Batch) -> None:
            nonlocal last
            calls.append(time.perf_counter() - last)
            memory.append(anonymous(pid))
            last = time.perf_counter()

        found = Destructions(officer).destroy(number, "bench", told=told)
        took = time.perf_counter() - began
    beside = application.times[:]
    if not application.is_alive():
        raise SystemExit("the application came to an end: nothing was measured beside it")
    application.ended.set()
    orders = next(table for table in found.tables if table.table_name == "orders")
    print(f"destroyed {orders.destroyed} rows in {took:.1f} s, {orders.batches} batches; longest {orders.longest}")
    print(f"calls: {quantiles(calls)}; memory of the backend: {memory[0]} to {max(memory)} kB")
    print(f"beside: {len(beside) / took:.0f} transactions/s, {quantiles(beside)}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pg", default=None)
    options = parser.parse_args()
    with Server(find_binaries(options.pg)) as server, new_world(server) as world:
        measure(world, options.rows)


if __name__ == "__main__":
    main()
