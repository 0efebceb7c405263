"""A shop with a log that is sealed, and what an auditor does with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from sminion_guard.audit import database
from sminion_guard.audit.keys import PrivateKey, generate
from sminion_guard.audit.memory import Memory
from tests import journal
from tests.database.audit import tree
from tests.database.audit.test_journal import shape, ticket
from tests.session.shop import Shop

ORIGIN = "log.example/shop"


@dataclass
class Sealed:
    """A log, its key and memory, and the checkpoints that somebody keeps outside."""

    shop: Shop
    memory: Memory
    key: PrivateKey = field(default_factory=lambda: generate(ORIGIN))
    published: list[bytes] = field(default_factory=list)

    @contextmanager
    def log(self) -> Iterator[database.SealedLog]:
        with self.shop.database.connect(autocommit=True) as connection:
            yield database.SealedLog(connection)

    def seal(self) -> database.Sealed:
        with self.log() as log:
            return database.seal(log, self.memory, [self.key], self.published.append)

    def verify(self, outside: bool = True) -> database.Verified:
        with self.log() as log:
            return database.verify(log, ORIGIN, [self.key.key], self.published if outside else ())

    def found(self, outside: bool = True) -> set[str]:
        return set(self.verify(outside).counts)

    def tamper(self, statement: str) -> None:
        """As somebody who may do anything in the database, with triggers off."""
        with self.shop.database.connect(autocommit=False) as intruder:
            intruder.execute("SET LOCAL session_replication_role = replica")
            intruder.execute(statement.encode())
            intruder.commit()


def begin(shop: Shop, directory: Path) -> Sealed:
    memory = Memory(directory / "memory", ORIGIN)
    memory.create()
    return Sealed(shop, memory)


def fill(shop: Shop, batches: int = 3, each: int = 4) -> None:
    """Statements with subjects, results, writes, tickets and a change of state; folded, and in the tree."""
    with psycopg.connect(shop.dsn("app"), autocommit=True) as app, shop.database.connect() as owner:
        own = journal.opened(app)
        entry: dict[str, Any] = {"ticket": ticket(app), "shape": shape(app)}
        came = {"outcome": "done", "codes": [], "microseconds": 7, "rows": 2, "subjects": ["1", "2"]}
        for first in range(1, batches * each, each):
            journal.write(app, own, first, [entry | came] * (each - 1) + [{"of": first} | came])
        owner.execute("UPDATE crm.customer SET email = email WHERE id = 1")
        owner.execute("SELECT sminion.unblock('1', 'checked', 'anna')")
        owner.commit()
        journal.fold_all(owner)
        owner.commit()
    tree.grow(shop.database)
