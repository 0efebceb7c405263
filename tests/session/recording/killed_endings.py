"""Programs that end, each in its own way: ``python -m tests.session.recording.killed_endings NAME DSN POLICY ACTOR``.

Each prints the keys that it has received, one per line.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from threading import Barrier, Thread
from typing import Any

from sqlalchemy import create_engine, text

from sminion_guard import connect, processing
from sminion_guard.session import Guard, GuardedAsyncConnection
from sminion_guard.session.recording import Statement

ONE = "SELECT id FROM crm.customer WHERE id = %s"
PATIENCE = 1.0
"""Seconds of a writer whose server is gone."""


def received(found: Any) -> None:
    os.write(1, f"{found}\n".encode())  # at once, and whole: several threads do


def read(connection: Any, key: int) -> None:
    received(connection.execute(ONE, [key]).fetchone()[0])


def with_daemon_threads_at_work(dsn: str, guard: Guard, act: processing) -> None:
    """They are in the middle of a statement when the interpreter ends."""
    at_work = Barrier(3)

    def work(first: int) -> None:
        with connect(dsn, policy=guard) as connection, act:
            for key in range(first, first + 10):
                read(connection, key)
            at_work.wait()
            while True:
                connection.execute("SELECT count(*) FROM crm.customer a, crm.customer b").fetchall()

    for first in (1, 11):
        Thread(target=work, args=(first,), daemon=True).start()
    at_work.wait()


def with_a_thread_that_goes_on(dsn: str, guard: Guard, act: processing) -> None:
    """The interpreter waits for it."""

    def work() -> None:
        with connect(dsn, policy=guard) as connection, act:
            for key in range(1, 11):
                read(connection, key)
                time.sleep(0.02)

    Thread(target=work).start()


def with_an_engine_never_disposed_in_a_transaction(dsn: str, guard: Guard, act: processing) -> None:
    url = dsn.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url, plugins=["sminion_guard"], guard_policy=guard)
    act.__enter__()
    connection = engine.connect()
    for key in (1, 2):
        received(connection.execute(text("SELECT id FROM crm.customer WHERE id = :key"), {"key": key}).scalar_one())
    globals()["kept"] = connection  # until the very end


def by_sys_exit_in_a_thread(dsn: str, guard: Guard, act: processing) -> None:
    def work() -> None:
        with connect(dsn, policy=guard) as connection, act:
            read(connection, 1)
            sys.exit(3)  # ends this thread only

    thread = Thread(target=work)
    thread.start()
    thread.join()


def by_an_exception(dsn: str, guard: Guard, act: processing) -> None:
    connection = connect(dsn, policy=guard)
    act.__enter__()
    read(connection, 1)
    raise SystemExit(7)


def by_a_loop_that_is_stopped(dsn: str, guard: Guard, act: processing) -> None:
    """Tasks are cancelled in the middle of their statements."""

    async def work(first: int, at_work: asyncio.Event) -> None:
        connection = await GuardedAsyncConnection.connect(dsn, policy=guard)
        with act:
            for key in range(first, first + 5):
                found = await (await connection.execute(ONE, [key])).fetchone()
                received(found[0] if found else None)
            at_work.set()
            # Not for ever: asyncio.wait_for, by which psycopg 3.2 waits, may lose a cancellation before Python 3.12.
            for _ in range(500):
                await connection.execute("SELECT count(*) FROM crm.customer a, crm.customer b, crm.customer c")

    async def main() -> None:
        at_work = {first: asyncio.Event() for first in (1, 11)}
        tasks = [asyncio.create_task(work(first, event)) for first, event in at_work.items()]
        for event in at_work.values():
            await event.wait()
        assert not any(task.done() for task in tasks)

    asyncio.run(main())


def with_something_that_cannot_be_written(dsn: str, guard: Guard, act: processing) -> None:
    """What is done to the server meanwhile, the test knows."""
    connection = connect(dsn, policy=guard)
    act.__enter__()
    read(connection, 1)
    connection._recorder.writer.patience = PATIENCE  # type: ignore[union-attr]
    sys.stdin.readline()
    connection._recorder.writer.record(Statement(1))  # type: ignore[union-attr]


if __name__ == "__main__":
    _, name, address, policy, actor = sys.argv
    globals()[name](address, Guard(policy, audit="strict"), processing("contract", actor=actor, reason="r"))
