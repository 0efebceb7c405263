"""Ways to the rows: unguarded, guarded, and what users would otherwise pick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import count, cycle
from threading import local
from typing import Any, get_args

import psycopg
from psycopg import generators
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from bench.session.world import POLICY, Guarded, Plain, World
from sminion_guard import connect, processing
from sminion_guard.policy import loads
from sminion_guard.session import Guard
from sminion_guard.session.recording.recorder import Mode

PLAIN, BY_HAND = "plain", "by hand"
NAMES = {
    PLAIN: "no guard, unprotected tables",
    BY_HAND: "protected tables, `BEGIN; SELECT sminion.enter(...)` with a token in the program: the database alone",
    "guarded": "this package without its log of statements",
    "alternating": "the same, another purpose in each transaction of a connection",
    "strict": "this package: each statement judged, its row on disk before its result is released",
    "strict_transaction": "the same, rows on disk before the transaction ends",
    "own ticket": "guarded, with a new ticket for each unit of work, as where a middleware says what each request is",
    "strict own ticket": "the same, strict",
    "pgaudit": "unprotected tables, pgaudit.log = 'read,write' into the server's log, which nobody waits for",
    "inserts": "unprotected tables, an INSERT into an audit table beside each statement, all committed",
}
OWN = " own ticket"
WORK = processing("work", actor="bench", reason="bench")
REST = processing("rest", actor="bench", reason="bench")
INSERT = "INSERT INTO plain.accesses (actor, purpose, statement) VALUES (%s, %s, %s)"


class Unrecorded(Guard):
    """Without the log of statements, to see what it costs: the package itself offers no such guard."""

    def services_at(self, *args: Any) -> None:
        return None

    def services(self, *args: Any) -> None:
        return None


class ByHand(psycopg.Connection[Any]):
    """Enters with a token that somebody opened before: the least that any client can do."""

    token = ""

    def _start_query(self) -> Any:
        if self.token and self.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            self.pgconn.send_query(f"BEGIN; SELECT sminion.enter('{self.token}')".encode())
            yield from generators.execute(self.pgconn)


def available(world: World) -> tuple[str, ...]:
    """Those that can be measured here."""
    missing = {name for name in ("strict", "strict_transaction") if name not in get_args(Mode)}
    return tuple(name for name in NAMES if name not in missing and (name != "pgaudit" or world.audited))


class Variant:
    """One way to connect: an engine with up to ``size`` connections, and a psycopg connection for each thread.

    :param name: of :data:`NAMES`.
    """

    def __init__(self, world: World, name: str, size: int = 16) -> None:
        self.name = name
        protected = name not in (PLAIN, "pgaudit", "inserts")
        self.table: type[Plain] | type[Guarded] = Guarded if protected else Plain
        self._dsn = world.guarded if protected else (world.audited or "") if name == "pgaudit" else world.plain
        url = self._dsn.replace("postgresql://", "postgresql+psycopg://")
        self._contexts: Iterator[Any] = cycle([nullcontext()])
        more: dict[str, Any] = {"pool_size": size, "max_overflow": 0}
        self._connect: Callable[[], psycopg.Connection[Any]] = lambda: psycopg.connect(self._dsn)
        if name == BY_HAND:
            self._connect = lambda: ByHand.connect(self._dsn)
            self.engine = create_engine(url, creator=self._connect, **more)
            with self.engine.connect():
                pass  # SQLAlchemy asks for the version before there is a token
            ByHand.token = world.token
        elif protected:
            policy = loads(POLICY)
            mode = next((mode for mode in get_args(Mode) if mode == name.removesuffix(OWN)), None)
            guard = Guard(policy, audit=mode) if mode else Unrecorded(policy)
            if name.endswith(OWN.strip()):
                self._contexts = map(_request, count())  # not a generator: several threads ask it
            else:
                self._contexts = cycle([WORK, REST] if name == "alternating" else [WORK])
            self._connect = lambda: connect(self._dsn, policy=guard)
            self.engine = create_engine(url, plugins=["sminion_guard"], guard_policy=guard, **more)
        else:
            self.engine = create_engine(url, **more)
        self.inserts = name == "inserts"
        if self.inserts:
            event.listen(self.engine, "before_cursor_execute", _insert)
        self._own = local()

    def context(self) -> Any:
        """To act in."""
        return next(self._contexts)

    @property
    def driver(self) -> psycopg.Connection[Any]:
        """This thread's psycopg connection."""
        found: psycopg.Connection[Any] | None = getattr(self._own, "driver", None)
        if found is None:
            found = self._own.driver = self._connect()
        return found

    def end(self, transaction: Any) -> None:
        """End a transaction that has read only, as each variant must: audit rows have to be committed.

        :param transaction: a session or connection of the engine.
        """
        (transaction.commit if self.inserts else transaction.rollback)()

    def session(self) -> Session:
        """A new one."""
        return Session(self.engine)

    def leave(self) -> None:
        """Close this thread's psycopg connection, if it has one."""
        driver = self._own.__dict__.pop("driver", None)
        if driver is not None:
            driver.close()

    def close(self) -> None:
        """Close that, and the pool."""
        self.leave()
        self.engine.dispose()


def _request(number: int) -> Any:
    return processing("work", actor="bench", reason=f"request {number}")


def _insert(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
    cursor.connection.execute(INSERT, ("bench", "work", statement))
