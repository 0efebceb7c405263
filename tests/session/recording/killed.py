"""An application that writes down itself what has reached it: to be killed at any moment.

It works in several threads, each in a way of its own: psycopg, psycopg's cursors of every kind, SQLAlchemy, asyncio.
Each line of its file is an actor and what reached that actor: the key of a customer, which no actor reads twice, or a
mark, which stands in one statement only. So the comparison with the log is exact: no row can stand in for another one.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from sminion_guard import connect, processing
from sminion_guard.errors import GuardError, PurposeViolation
from sminion_guard.session import Guard, GuardedAsyncConnection, GuardedConnection
from sminion_guard.session.recording import AuditWriter

CUSTOMERS = 50_000
"""Keys that one actor may read."""
BESIDE = ".beside"
"""Ends the name of the file of a thread that is not interrupted."""
PASSING = (psycopg.Error, GuardError, SQLAlchemyError)
"""What an application meets while it is shot at, and goes on after. Any other error is one of this program."""
POINT = "SELECT id, email FROM crm.customer WHERE id = %s"
PAGE = "SELECT id, email FROM crm.customer WHERE id BETWEEN %s AND %s"


@dataclass(frozen=True, slots=True)
class Task:
    """What the application is to do.

    :param dsn: of the application's login.
    :param policy: the path of the policy.
    :param actor: the beginning of the names of its actors.
    :param file: where it writes down what it has received.
    :param mode: of the log.
    :param hasty: let the writer say that rows are on disk before they are: what the comparison must find.
    :param interrupted: work in the main thread, go on after each KeyboardInterrupt, and look what a cursor holds then.
    """

    dsn: str
    policy: str
    actor: str
    file: str
    mode: Any = "strict"
    hasty: bool = False
    interrupted: bool = False


class Received:
    """The file, as one actor writes it.

    :param whole: a transaction at a time, when its COMMIT or ROLLBACK has returned, which is what the mode
        ``strict_transaction`` promises; else each result at once.
    """

    def __init__(self, task: Task, thread: str) -> None:
        self.actor = f"{task.actor}:{thread}"
        self.whole = task.mode == "strict_transaction"
        self._file = os.open(Path(task.file), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._kept: list[str] = []
        self._keys = iter(range(1, CUSTOMERS + 1))
        self._marks = count()

    def keys(self, many: int) -> list[int]:
        """Keys that this actor has not asked for."""
        return [next(self._keys) for _ in range(many)]

    def mark(self) -> str:
        """A name that no other statement of this actor has."""
        return f"m{next(self._marks)}"

    def note(self, *received: object) -> None:
        self._kept += [f"{self.actor} {each}\n" for each in received]
        if not self.whole:
            self.ended()

    def ended(self) -> None:
        """One write for all: lines of several threads are not mixed, and none is torn by a signal."""
        if self._kept:
            os.write(self._file, "".join(self._kept).encode())
            self._kept.clear()

    def lost(self) -> None:
        """The transaction was cut off: nobody has promised anything of it yet."""
        self._kept.clear()


def point(connection: Any, received: Received) -> None:
    for row in connection.execute(POINT, received.keys(1)):
        received.note(row[0])


def page(connection: Any, received: Received) -> None:
    keys = received.keys(10)
    received.note(*(row[0] for row in connection.execute(PAGE, [keys[0], keys[-1]]).fetchall()))


def counted(connection: Any, received: Received) -> None:
    """A result that holds nobody's key."""
    mark = received.mark()
    connection.execute(f"SELECT count(*) AS {mark} FROM crm.customer WHERE id < 5").fetchall()
    received.note(mark)


def written(connection: Any, received: Received) -> None:
    """Of a write, too, something reaches the application: how many rows it changed."""
    mark = received.mark()
    if connection.execute(f"UPDATE crm.customer AS {mark} SET email = 'e' WHERE id = %s", received.keys(1)).rowcount:
        received.note(mark)


def refused(connection: Any, received: Received) -> None:
    """A refusal that is handed out is on record as well."""
    mark = received.mark()
    try:
        connection.execute(f"SELECT born_on AS {mark} FROM crm.customer")
    except PurposeViolation:
        received.note(mark)


def fetched(connection: Any, received: Received) -> None:
    keys = received.keys(6)
    with connection.cursor("fetched") as cursor:
        cursor.execute(f"{PAGE} ORDER BY id", [keys[0], keys[-1]])
        for _ in range(2):
            received.note(*(row[0] for row in cursor.fetchmany(3)))


def streamed(connection: Any, received: Received) -> None:
    keys = received.keys(3)
    for row in connection.cursor().stream(PAGE, [keys[0], keys[-1]]):
        received.note(row[0])


WAYS: tuple[Callable[[Any, Received], None], ...] = (point, page, counted, written, refused, fetched, streamed)


def acting(actor: str) -> processing:
    return processing("contract", actor=actor, reason="r")


def through_psycopg(task: Task, guard: Guard, ways: tuple[Callable[[Any, Received], None], ...], name: str) -> None:
    received = Received(task, name)
    while True:
        with suppress(*PASSING), connect(task.dsn, policy=guard) as connection, acting(received.actor):
            while True:
                for _ in range(random.randrange(1, 5)):
                    random.choice(ways)(connection, received)
                (connection.commit if random.random() < 0.6 else connection.rollback)()
                received.ended()
        received.lost()
        time.sleep(0.02)


def through_sqlalchemy(task: Task, guard: Guard) -> None:
    received = Received(task, "sqlalchemy")
    url = task.dsn.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url, plugins=["sminion_guard"], guard_policy=guard)
    while True:
        with suppress(*PASSING), acting(received.actor), engine.connect() as connection:
            for key in received.keys(3):
                found = connection.execute(text("SELECT id, email FROM crm.customer WHERE id = :key"), {"key": key})
                received.note(*(row.id for row in found))
            (connection.commit if random.random() < 0.6 else connection.rollback)()
            received.ended()
            continue
        received.lost()
        time.sleep(0.02)


async def through_asyncio(task: Task, guard: Guard) -> None:
    received = Received(task, "asyncio")
    while True:
        with suppress(*PASSING):
            async with await GuardedAsyncConnection.connect(task.dsn, policy=guard) as connection:
                with acting(received.actor):
                    while True:
                        for row in await (await connection.execute(POINT, received.keys(1))).fetchall():
                            received.note(row[0])
                        await (connection.commit() if random.random() < 0.3 else connection.rollback())
                        received.ended()
        received.lost()
        await asyncio.sleep(0.02)


def through_interrupts(task: Task, guard: Guard, received: Received) -> None:
    """What a cursor gives after a KeyboardInterrupt has reached the application as well."""
    while True:
        connection: GuardedConnection[Any]
        with (
            suppress(*PASSING, KeyboardInterrupt), acting(received.actor),
            connect(task.dsn, policy=guard) as connection,
        ):
            while not connection.closed:
                cursor = connection.cursor()
                try:
                    cursor.execute(POINT, received.keys(1))
                    received.note(*(row[0] for row in cursor.fetchall()))
                    connection.rollback()
                except KeyboardInterrupt:
                    with suppress(*PASSING):
                        received.note(*(row[0] for row in cursor.fetchall()))


def main(task: Task) -> None:
    """Work until killed."""
    if task.hasty:
        AuditWriter.await_receipt = lambda self, receipt: None  # type: ignore[method-assign]
    guard = Guard(task.policy, audit=task.mode)
    if task.interrupted:
        # Rows of this thread are at times written by the one that is interrupted.
        other = replace(task, file=task.file + BESIDE)
        run = partial(through_psycopg, other, guard, (point, page), "beside")
        Thread(target=_or_end, args=(run, task), daemon=True).start()
        received = Received(task, "interrupted")
        while True:
            with suppress(KeyboardInterrupt):  # in between
                through_interrupts(task, guard, received)
    runs: list[Callable[[], None]] = [
        lambda: through_psycopg(task, guard, WAYS, "mixed"),
        lambda: through_psycopg(task, guard, WAYS, "other"),
        lambda: through_psycopg(task, guard, (point,), "points"),
    ]
    if not task.hasty:
        runs += [lambda: through_sqlalchemy(task, guard), lambda: asyncio.run(through_asyncio(task, guard))]
    threads = [Thread(target=_or_end, args=(run, task), daemon=True) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _or_end(run: Callable[[], None], task: Task) -> None:
    """An error that nobody foresaw ends the whole application, which fails the test, as its last line."""
    try:
        run()
    except BaseException as error:
        with open(task.file, "a") as file:
            file.write(f"! {type(error).__name__}: {error}\n".replace("\n", " ") + "\n")
        os._exit(3)


def lines(file: Path) -> Iterator[tuple[str, str]]:
    """What the application has received, by actor.

    :raises AssertionError: when it met an error of its own.
    """
    for each in (file, file.with_name(file.name + BESIDE)):
        for line in each.read_text().splitlines() if each.exists() else ():
            actor, what = line.split(" ", 1)
            assert actor != "!", what
            yield actor, what
