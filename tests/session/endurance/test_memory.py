"""Memory stays flat over any number of statements.

``SMINION_GUARD_STATEMENTS=1000000`` executes that many (12 000 without it).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sminion_guard.session import Guard
from sminion_guard.session.context import Context
from sminion_guard.session.tickets.cache import MOST, Ticket, TicketCache
from tests.session.endurance import endure
from tests.session.endurance.growth import Sample, blocks_per_statement, bytes_per_statement, slope
from tests.session.shop import Shop

STATEMENTS = int(os.environ.get("SMINION_GUARD_STATEMENTS", "12000"))
BLOCKS = 0.1
"""Of a statement, at most. What leaks one object per statement leaves 1 or more."""
BYTES = 150
"""Of a statement, at most. Allocators hold on to memory in larger pieces, so this is rougher."""


def endured(shop: Shop, tmp_path: Path, statements: int, *more: str) -> list[Sample]:
    """Samples of a program's size, without its first fifth, in which the caches fill."""
    every = max(1000, statements // 20)
    command = [sys.executable, "-m", endure.__name__, shop.dsn("app"), str(shop.file(tmp_path)),
               "--statements", str(statements), "--every", str(every), *more]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Exception in thread" not in done.stderr, done.stderr
    samples = [Sample(**json.loads(line)) for line in done.stdout.splitlines()]
    for sample in samples:
        print(f"{sample.statements:>9} statements: {sample.blocks:>9} blocks, {sample.kilobytes:>8} kB")
    return samples[len(samples) // 5 :]


@pytest.mark.postgres(18)
def test_memory_stays_flat(shop: Shop, tmp_path: Path) -> None:
    samples = endured(shop, tmp_path, STATEMENTS)
    assert samples[-1].statements >= STATEMENTS
    print(f"{blocks_per_statement(samples):.3f} blocks and {bytes_per_statement(samples):.0f} bytes per statement")
    assert blocks_per_statement(samples) < BLOCKS
    assert bytes_per_statement(samples) < BYTES


@pytest.mark.postgres(18)
def test_one_object_kept_of_each_statement_is_seen(shop: Shop, tmp_path: Path) -> None:
    """The control."""
    samples = endured(shop, tmp_path, 5000, "--leak")
    assert blocks_per_statement(samples) > 0.5


def test_a_single_jump_is_no_trend() -> None:
    assert slope([(x, 5.0 if x < 7 else 9.0) for x in range(10)]) < 0.5
    assert slope([(x, 2.0 * x) for x in range(10)]) == 2.0


def test_a_hundred_thousand_actors_leave_no_more_tickets_than_the_cache_holds() -> None:
    cache = TicketCache()
    home = ("h", "", 5432, "d", "utf-8", "l")
    for number in range(100_000):
        context = Context("contract", f"actor {number}", "r")
        ticket = Ticket.opened(b"e", "r", 900.0, cache.clock())
        cache.put(home, context, ticket)
        if number % 2:
            cache.revoke(home, context, ticket)
    assert MOST - 1 <= len(cache) <= MOST
    assert len(cache._revoked) == MOST


def test_prepared_statements_of_a_connection_are_bounded(shop: Shop) -> None:
    """Texts that come again are prepared, the server keeps at most as many as psycopg allows."""
    guard = Guard(shop.policy)
    with endure.connect(shop.dsn("app"), policy=guard) as connection, endure.acting():
        connection.prepared_max = 20
        for number in range(100):
            for _ in range(connection.prepare_threshold + 1):
                connection.execute(f"SELECT id AS c{number} FROM crm.customer WHERE id = %s", [1]).fetchall()
        connection.rollback()
        with connection.setting_up():
            kept = connection.execute("SELECT count(*) FROM pg_catalog.pg_prepared_statements").fetchone()
            connection.rollback()
        assert kept is not None
        assert 10 < kept[0] <= 21  # one is dropped with the next statement
    guard.close()


def test_the_benchmark_of_the_session_runs(tmp_path: Path) -> None:
    """In its shortest form; what it measures then says nothing."""
    report = tmp_path / "report.json"
    subprocess.run(
        [sys.executable, "-m", "bench.session", "--volatile", "--rounds", "1", "--repeat", "2",
         "--slices", "1", "--seconds", "0.1", "--threads", "2", "--processes", "2", "--json", str(report)],
        check=True, capture_output=True, text=True, timeout=300,
    )
    found = json.loads(report.read_text())
    assert set(found["throughput"]) == {"2 threads", "2 processes"}
    for table in (found["latency"], *found["throughput"].values()):
        for cells in table.values():
            assert {"plain", "by hand", "guarded", "strict"} <= set(cells)
            assert cells["plain"]["ratios"]["plain"] == 1.0
