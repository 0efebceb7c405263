"""An application at work while a policy changes: a long reader, a writer, a probe of what is seen, a look at locks."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from tests.database.migrate.conftest import Shop
from tests.world import ticket

BLOCKED = range(11, 21)
"""Customers who are blocked: no purpose of these policies sees them."""
CONSENTING = range(21, 61)
"""Customers who consented to marketing."""
EVERY = 0.01
"""Seconds between two writes, between two looks of the probe, and between two looks at the locks."""
ASKED = {
    "app": ("crm.customer.id", "crm.customer.full_name", "crm.customer.email", "sales.orders.customer_id",
            "sales.orders.total", "news.subscriber.customer_id"),
    "news": ("crm.customer.full_name", "sales.orders.total", "news.subscriber.customer_id", "news.subscriber.email"),
}
"""What the probe asks for, as each login."""
PURPOSES = {"app": "contract", "news": "marketing"}
PERSON = {"crm.customer": "id", "sales.orders": "customer_id", "news.subscriber": "customer_id"}
PERMITTED = {"app": frozenset(ASKED["app"][:5]), "news": frozenset(ASKED["news"][2:])}
"""The columns that at least one of the two policies opens."""
HELD = """
SELECT DISTINCT l.relation::regclass::text, l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.granted AND l.mode = 'AccessExclusiveLock' AND c.relkind IN ('r', 'p')
  AND c.relnamespace::regnamespace::text IN ('crm', 'sales', 'news')"""


@dataclass(slots=True)
class Load:
    """Runs until the end of its ``with`` block.

    :param reading: seconds of each transaction of the reader, which pauses as long between two of them.
    """

    shop: Shop
    reading: float
    stopped: threading.Event = field(default_factory=threading.Event)
    failed: list[BaseException] = field(default_factory=list)
    too_much: list[str] = field(default_factory=list)
    looks: int = 0
    shown: int = 0
    refused: int = 0
    writes: int = 0
    slowest_write: float = 0.0
    reads: int = 0
    locked: float = 0.0
    locks: int = 0
    threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Load:
        for work in (self._read, self._write, self._probe, self._watch):
            self.threads.append(threading.Thread(target=self._run, args=[work]))
            self.threads[-1].start()
        return self

    def __exit__(self, *caught: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def told(self) -> str:
        return (f"{self.looks} looks ({self.shown} showed rows, {self.refused} were refused), {self.writes} writes,"
                f" the slowest {self.slowest_write * 1000:.0f} ms, {self.reads} long reads, {self.locks} locks seen,"
                f" the longest {self.locked * 1000:.0f} ms")

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # the test raises it
            self.failed.append(error)

    def _read(self) -> None:
        with self.shop.database.connect(autocommit=False) as connection:
            while not self.stopped.is_set():
                connection.execute("SELECT count(*) FROM crm.customer")  # a change of the policy waits for it
                self.stopped.wait(self.reading)
                connection.commit()
                self.reads += 1
                self.stopped.wait(self.reading)

    def _write(self) -> None:
        chance = random.Random(1)
        statements = ("UPDATE crm.customer SET email = email || 'x' WHERE id = %(who)s",
                      "INSERT INTO sales.orders VALUES (10000 + %(number)s, %(who)s, 1)",
                      "UPDATE news.subscriber SET email = 'new' WHERE customer_id = %(who)s",
                      "DELETE FROM sales.orders WHERE id = 10000 + %(number)s - 2")
        with self.shop.database.connect() as connection:
            due = time.monotonic()
            while not self.stopped.is_set():
                began = time.monotonic()
                connection.execute(statements[self.writes % 4].encode(),
                                   {"who": chance.randint(1, 300), "number": self.writes})
                self.slowest_write = max(self.slowest_write, time.monotonic() - began)
                self.writes += 1
                due = max(due + EVERY, began)
                self.stopped.wait(max(0.0, due - time.monotonic()))

    def _probe(self) -> None:
        chance = random.Random(2)
        connections = {login: self.shop.database.connect(f"{self.shop.name}_{login}") for login in ASKED}
        tokens: dict[str, str] = {}
        while not self.stopped.wait(EVERY):
            login = chance.choice([*ASKED])
            column = chance.choice(ASKED[login])
            try:
                if login not in tokens:
                    tokens[login] = ticket(connections[login], PURPOSES[login])
                self._look(connections[login], login, column, tokens[login])
            except psycopg.Error as error:
                if error.sqlstate == "42501":  # the column is closed, which is what is looked for; tickets stay good
                    self.refused += 1
                else:  # the policy changes: a ticket ends, and none is to be had before the commit
                    tokens.pop(login, None)
            self.looks += 1
        for connection in connections.values():
            connection.close()

    def _look(self, connection: psycopg.Connection, login: str, column: str, token: str) -> None:
        table, _, name = column.rpartition(".")
        with connection.transaction():
            connection.execute("SELECT sminion.enter(%s)", [token])
            # Whose rows they are is asked too, where the login may know it.
            who = PERSON[table] if f"{table}.{PERSON[table]}" in PERMITTED[login] else name
            people = {row[0] for row in connection.execute(f"SELECT {who}, {name} FROM {table}".encode())}
        if not people:
            return
        self.shown += 1
        if column not in PERMITTED[login]:
            self.too_much.append(f"`{login}` read `{column}`")
        elif people & {*BLOCKED}:
            self.too_much.append(f"`{login}` saw blocked people in `{table}`: {people & {*BLOCKED}}")
        elif login == "news" and not people <= {*CONSENTING}:
            self.too_much.append(f"`{login}` saw people without consent in `{table}`: {people - {*CONSENTING}}")

    def _watch(self) -> None:
        since: dict[tuple[str, int], float] = {}
        with self.shop.database.connect() as connection:
            while not self.stopped.wait(EVERY):
                now = time.monotonic()
                held = {(name, pid) for name, pid in connection.execute(HELD)}
                self.locks += len(held - since.keys())
                since = {key: since.get(key, now) for key in held}
                self.locked = max([self.locked, *(now - began for began in since.values())])
