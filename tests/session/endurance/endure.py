"""Executes very many statements of all kinds and prints how large it is.

Run: ``python -m tests.session.endurance.endure DSN POLICY [--statements 1000000] [--every 100000]``. One line of JSON a
sample. The caches are made small, so that they are full, and drop what is old, from early on; ``--leak`` keeps an
object of each statement, which must be seen.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from itertools import count
from threading import Thread
from typing import Any

import psycopg
from sqlalchemy import create_engine, text

from sminion_guard import connect, processing
from sminion_guard.analyzer import entry, statements
from sminion_guard.analyzer.cache import Cache
from sminion_guard.errors import PurposeViolation
from sminion_guard.session import Guard, GuardedAsyncConnection, judging
from sminion_guard.session.recording import normalise, sender, shapes
from sminion_guard.session.tickets.cache import TicketCache
from tests.session.endurance.growth import Sample

SMALL = 64
"""Entries of each cache."""
POINT = "SELECT id, email FROM crm.customer WHERE id = %s"
PORTION = 1000
"""Statements between two looks at the size, at most."""

kept: list[object] = []
_numbers = count()


def small_caches() -> None:
    """Full after some hundred statements, and not after many thousand."""
    entry._verdicts = Cache(SMALL)
    statements._fingerprint = lru_cache(SMALL)(statements._fingerprint.__wrapped__)  # type: ignore[attr-defined]
    shapes.normalised = lru_cache(SMALL)(normalise.normalised.__wrapped__)  # type: ignore[attr-defined]
    judging.MOST_JUDGED = SMALL
    shapes.MOST = SMALL
    sender.MOST_SHAPES = SMALL


def acting(actor: str = "steady") -> processing:
    return processing("contract", actor=actor, reason="r")


def through_psycopg(dsn: str, guard: Guard, many: int) -> None:
    """Values, literals that no other text has, refusals, errors, cursors of the server, in transactions of five."""
    with connect(dsn, policy=guard) as connection, acting():
        for number in range(many):
            key, fresh = random.randrange(1, 40), next(_numbers)
            match number % 10:
                case 0 | 1:
                    connection.execute(f"SELECT id FROM crm.customer WHERE id = {key} AND id <> -{fresh}").fetchall()
                case 2:
                    connection.execute(f"SELECT id AS c{fresh} FROM crm.customer WHERE id = {key}").fetchall()
                case 3:
                    with suppress(PurposeViolation):
                        connection.execute("SELECT born_on FROM crm.customer")
                case 4:
                    with connection.cursor("named") as cursor:
                        cursor.execute("SELECT id FROM crm.customer")
                        cursor.fetchmany(5)
                case 5:
                    with suppress(psycopg.Error):
                        connection.execute("SELECT id / 0 FROM crm.customer")
                    connection.rollback()
                case 6:
                    connection.execute("UPDATE crm.customer SET email = 'e' WHERE id = %s", [key])
                    connection.rollback()
                case _:
                    connection.execute(POINT, [key]).fetchall()
            if number % 5 == 0:
                connection.commit()


def through_actors(dsn: str, guard: Guard, many: int) -> None:
    """A ticket for each statement."""
    with connect(dsn, policy=guard) as connection:
        for _ in range(many):
            with acting(f"actor {next(_numbers)}"):
                connection.execute(POINT, [1]).fetchall()
                connection.rollback()


def through_sqlalchemy(dsn: str, guard: Guard, many: int) -> None:
    url = dsn.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url, plugins=["sminion_guard"], guard_policy=guard)
    with acting():
        for _ in range(many):
            with engine.connect() as connection:
                connection.execute(text("SELECT id, email FROM crm.customer WHERE id < :key"), {"key": 9}).all()
    engine.dispose()


def through_tasks(dsn: str, guard: Guard, many: int) -> None:
    """A task for each statement, some of them cancelled while they wait."""

    async def one(connection: Any, lock: asyncio.Lock) -> None:
        async with lock:
            with acting():
                await connection.execute(POINT, [1])
                await connection.rollback()

    async def main() -> None:
        async with await GuardedAsyncConnection.connect(dsn, policy=guard) as connection:
            lock = asyncio.Lock()
            for _ in range(many // 10):
                tasks = [asyncio.create_task(one(connection, lock)) for _ in range(11)]
                await asyncio.sleep(0)
                tasks[-1].cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(main())


KINDS: tuple[tuple[Callable[[str, Guard, int], None], float], ...] = (
    (through_psycopg, 0.5), (through_sqlalchemy, 0.3), (through_tasks, 0.15), (through_actors, 0.05),
)
"""What the statements come through, each in a thread of its own and with its share of them."""


def main() -> None:
    """Execute and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dsn")
    parser.add_argument("policy")
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--every", type=int, default=100_000)
    parser.add_argument("--leak", action="store_true")
    options = parser.parse_args()
    small_caches()
    guard = Guard(options.policy, tickets=TicketCache(most=SMALL), audit="strict")
    done = 0
    while done < options.statements:
        portion = min(options.every, PORTION)
        threads = [
            Thread(target=run, args=(options.dsn, guard, int(portion * share))) for run, share in KINDS
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if options.leak:
            kept.extend(object() for _ in range(portion))
        done += portion
        if done % options.every == 0:
            del threads, thread
            print(json.dumps(asdict(Sample.now(done))), flush=True)
    guard.close()


if __name__ == "__main__":
    main()
