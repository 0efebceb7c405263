"""What a point select and the opening of a ticket cost while there are many tickets.

Run: ``python -m bench.tickets [--tickets 0,2000000] [--rounds 7] [--pg system|wheel|DIRECTORY|VERSION]``. One server
for each number of tickets, all measured in turn. Printed are medians of the CPU time of the backend (Linux) in
microseconds: of a prepared point select under the newest ticket; of a short transaction (BEGIN, the two settings, the
same select, COMMIT) under another ticket each time, anywhere among all of them; and of opening a ticket with a reason
of its own. 5,000,000 tickets take 2.5 GB.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
from collections.abc import Callable
from contextlib import ExitStack

import psycopg

from bench.row_security import processor
from bench.session.world import World, prepare, settings
from sminion_guard.embedded import Server, find_binaries

POINT = "SELECT note FROM guarded.orders WHERE id = 4711"
FILL = """
INSERT INTO sminion.ticket (
  id, token_hash, opened_at, expires_at, login, nth, role, mask, alternating, epoch, require_tls, purpose, basis, actor,
  reason, encrypted, application)
SELECT k.id, sha256(convert_to(k.id || '.' || md5(i::text) || '.bench_work', 'UTF8')), k.at, now() + interval '1 day',
  'bench_app', i, 'bench_work', c.mask, false, p.epoch, false, 'work', 'contract', 'user ' || i::bigint * 7919 %% 50000,
  'GET /orders/' || i, false, 'web'
FROM generate_series(%(first)s::bigint, %(last)s) i, sminion.policy p, sminion.compartment c,
  LATERAL (SELECT now() - (%(all)s - i) * (interval '60 days' / %(all)s) AS at) a,
  LATERAL (SELECT a.at, ((extract(epoch FROM a.at) - 1735689600) * 1000000)::bigint * 512 + i %% 512 AS id) k
WHERE c.role = 'bench_work'
"""
PART = 250_000
"""Tickets that one statement fills in."""


class Client:
    """A connection that is measured.

    :param many: tickets that are there.
    """

    def __init__(self, server: Server, world: World, many: int) -> None:
        for first in range(1, many + 1, PART):
            with psycopg.connect(server.dsn(), autocommit=True) as owner:
                owner.execute("SET synchronous_commit = off")
                owner.execute(FILL, {"first": first, "last": min(first + PART - 1, many), "all": many})
        with psycopg.connect(server.dsn(), autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE sminion.ticket")
            owner.execute("CHECKPOINT")
            filled = owner.execute("SELECT id FROM sminion.ticket WHERE application = 'web' ORDER BY nth")
            self.ids = [id for (id,) in filled]
        self.token = world.token
        self.connection = psycopg.connect(world.guarded, autocommit=True)

    def selects(self) -> Callable[[], object]:
        """Of the newest ticket, in a transaction that has begun."""
        self.connection.execute("BEGIN")
        self.connection.execute("SELECT sminion.enter(%s)", [self.token])
        return lambda: self.connection.execute(POINT, prepare=True)

    def transactions(self) -> Callable[[], object]:
        """Of another ticket each time."""

        def run() -> None:
            token = self.token
            if self.ids:
                number = random.randrange(len(self.ids))
                token = f"{self.ids[number]}.{_md5(number + 1)}.bench_work"
            self.connection.execute(
                f"BEGIN; SET LOCAL sminion.token TO '{token}'; SET LOCAL ROLE bench_work".encode())
            self.connection.execute(POINT, prepare=True)
            self.connection.execute("COMMIT")

        return run

    def opens(self) -> Callable[[], object]:
        """A ticket each time."""
        opening = "SELECT sminion.open_ticket('work', %s, %s)"
        return lambda: self.connection.execute(
            opening, [f"user {random.randrange(50_000)}", f"GET /orders/{random.random()}"], prepare=True)

    def measured(self, prepared: Callable[[], object], times: int) -> float:
        """Microseconds of CPU time for each call."""
        for _ in range(5):
            prepared()
        before = processor(self.connection)
        for _ in range(times):
            prepared()
        spent = (processor(self.connection) - before) / times / 1000
        if self.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            self.connection.execute("COMMIT")
        return spent


def _md5(number: int) -> str:
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


WORKLOADS = {
    "point select": Client.selects, "transaction, any ticket": Client.transactions, "open_ticket": Client.opens,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.tickets", description=__doc__)
    parser.add_argument("--tickets", default="0,2000000", help="numbers of tickets (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--times", type=int, default=300, help="calls in each round (default: %(default)s)")
    parser.add_argument("--pg", metavar="system|wheel|DIRECTORY|VERSION")
    options = parser.parse_args()
    binaries = find_binaries(options.pg)
    numbers = [int(number) for number in options.tickets.split(",")]
    with ExitStack() as stack:
        clients = {}
        for many in numbers:
            server = stack.enter_context(Server(binaries, durable=True, settings=settings(binaries)))
            clients[many] = Client(server, prepare(server), many)
        found: dict[tuple[str, int], list[float]] = {}
        for _ in range(options.rounds):
            for name, workload in WORKLOADS.items():
                for many in random.sample(numbers, len(numbers)):
                    client = clients[many]
                    spent = client.measured(workload(client), options.times)
                    found.setdefault((name, many), []).append(spent)
        print("".join(f"{many:>12,}" for many in numbers).rjust(26 + 12 * len(numbers)))
        for name in WORKLOADS:
            print(f"{name:26}" + "".join(f"{statistics.median(found[name, many]):12.1f}" for many in numbers))
        for client in clients.values():
            client.connection.close()


if __name__ == "__main__":
    main()
