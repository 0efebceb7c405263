"""A transaction of an installation: its locks, and who acts in it.

The installing role need not be a superuser. It becomes a member of ``sminion_owner`` at the beginning and gives that up
at the end; because both stand in one transaction, a failure in between leaves no member either.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from sminion_guard.errors import GuardError, InstallError
from sminion_guard.migrate import queries
from sminion_guard.migrate.failures import is_superuser, is_transient, translated
from sminion_guard.migrate.progress import Progress, Step, silent

LOCK_TIMEOUT = 500
"""Milliseconds of one attempt to lock the application's tables: half of the server's default deadlock_timeout."""
LOCK_ATTEMPTS = 12
"""How often the tables are tried, with growing pauses: for about twelve seconds."""
OTHER_LOCKS = 10_000
"""Milliseconds that an installation waits for locks on what is no table of the application."""
PATIENCE = 60.0
"""Seconds that an installation waits for another one in the same database."""
PATIENCE_WITHIN = 10.0
"""The same within a migration, which may hold locks on tables of the application already."""
ATTEMPTS = 3
"""How often an installation is tried that a transient conflict took back."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How an installation waits for the application.

    :param lock_timeout: milliseconds that one attempt to lock the tables takes; whoever needs a table meanwhile waits
        behind it.
    :param attempts: how often it is tried.
    :param tell: told after each attempt that failed, with the sessions that hold the locks.
    """

    lock_timeout: int = LOCK_TIMEOUT
    attempts: int = LOCK_ATTEMPTS
    tell: Progress = silent


def sessions(rows: Iterable[tuple[Any, ...]]) -> str:
    """Sessions in words.

    :param rows: process, login, name and state of each.
    """
    return ", ".join(
        f"process {pid} of `{login}`" + (f" ({name}, {state})" if name else f" ({state})")
        for pid, login, name, state in rows
    )


class Installer:
    """Acts in an open transaction, now as the installing role, now as ``sminion_owner``.

    :param connection: in a transaction that :func:`installing` or :func:`joined` began.
    :param waiting: how it waits for the application.
    """

    def __init__(self, connection: psycopg.Connection[Any], waiting: Waiting) -> None:
        self.connection = connection
        self.waiting = waiting
        self._as_owner = False
        self._superuser = is_superuser(connection)

    def run(self, statement: str, *, as_owner: bool = False, doing: str) -> None:
        """Run compiled SQL.

        :param doing: what it is, for the error.
        :raises GuardError: what the server refused.
        """
        self._act(as_owner)
        with translated(doing, superuser=self._superuser):
            queries.send(self.connection, statement)

    def ask(self, name: str, *, as_owner: bool = True, **values: object) -> list[tuple[Any, ...]]:
        """Run the named query and return its rows."""
        self._act(as_owner)
        with translated(f"`{name}`", superuser=self._superuser):
            cursor = queries.run(self.connection, name, **values)
            while cursor.nextset():  # of several statements the last one answers
                pass
            return cursor.fetchall() if cursor.description is not None else []

    def count(self, statement: str, *, as_owner: bool, milliseconds: int) -> int | None:
        """The number that a compiled SELECT gives; None when it takes longer, waits for a lock, or may not be asked."""
        row = self.look(statement, as_owner=as_owner, milliseconds=milliseconds)
        return int(row[0]) if row else None

    def look(
        self, statement: str, values: dict[str, object] | None = None, *, as_owner: bool, milliseconds: int
    ) -> tuple[Any, ...] | None:
        """The first row that a statement gives, and takes back what it did; None as for :meth:`count`.

        :raises psycopg.Error: whatever else the server says: the transaction goes on all the same.
        """
        self._act(as_owner)
        try:
            # Rolled back, which takes the time limit along, and the locks.
            with self.connection.transaction(force_rollback=True):
                queries.run(self.connection, "statement_timeout", value=str(milliseconds))
                return queries.send(self.connection, statement, values).fetchone()
        except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable, psycopg.errors.InsufficientPrivilege):
            return None

    def attempt(self, statement: str, *, milliseconds: int, doing: str) -> bool:
        """Run a statement that locks, as the installing role; whether it ended in time. Else it left no lock."""
        self._act(as_owner=False)
        started = time.monotonic()
        with translated(doing, superuser=self._superuser):
            try:
                with self.connection.transaction():  # a savepoint
                    before = queries.run(self.connection, "statement_timeout_now").fetchone()
                    queries.run(self.connection, "statement_timeout", value=str(milliseconds))
                    queries.send(self.connection, statement)
                    queries.run(self.connection, "statement_timeout", value=before[0] if before else "0")
            except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                return False
            except psycopg.errors.QueryCanceled:
                if time.monotonic() - started < milliseconds / 1000:  # somebody wants the installation to end
                    raise
                return False
        return True

    @contextmanager
    def rehearsing(self) -> Iterator[None]:
        """Within it, everything is done as in earnest; then it is taken back, and its locks are let go."""
        before = self._as_owner
        try:
            with self.connection.transaction(force_rollback=True):  # a savepoint
                yield
        finally:
            self._as_owner = before  # the role is a setting of the transaction

    def _act(self, as_owner: bool) -> None:
        if as_owner != self._as_owner:
            queries.run(self.connection, "act_as_owner" if as_owner else "act_as_installer")
            self._as_owner = as_owner


@contextmanager
def alone(connection: psycopg.Connection[Any], waiting: Waiting) -> Iterator[None]:
    """Within it, no other installation is at work in the database, from one transaction to the next.

    :raises InstallError: SG411 when the connection is in a transaction already, SG410 when another one does not end.
    """
    require_idle(connection)
    with translated("the installation's lock"), connection.transaction():
        queries.run(connection, "hold_path")
        _await_others(connection, waiting, PATIENCE, "try_hold")
    try:
        yield
    finally:
        # Of a connection that was lost the lock is gone with it.
        if not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE:
            with translated("the installation's lock"), connection.transaction():
                queries.run(connection, "let_go")


@contextmanager
def installing(
    connection: psycopg.Connection[Any], *, waiting: Waiting = Waiting(), keep: bool = True
) -> Iterator[Installer]:
    """A transaction of its own for an installation, under the advisory lock.

    :param waiting: how it waits for the application.
    :param keep: commit at the end; without it everything is rolled back.
    :raises InstallError: SG411 when the connection is in a transaction already, SG410 when a lock is not to be had.
    """
    require_idle(connection)
    with translated("the installation"), connection.transaction(force_rollback=not keep), \
            joined(connection, waiting=waiting, patience=PATIENCE) as installer:
        yield installer


@contextmanager
def joined(
    connection: psycopg.Connection[Any], *, waiting: Waiting = Waiting(), patience: float | None = None
) -> Iterator[Installer]:
    """Install within a transaction that the caller began and ends, such as a migration.

    :param patience: seconds to wait for another installation; those of a migration when it is None.
    """
    with translated("the search path"):
        queries.run(connection, "hold_path")
    _await_others(connection, waiting, PATIENCE_WITHIN if patience is None else patience)
    with translated("the installation's lock"):
        before = queries.run(connection, "lock_timeout_now").fetchone()
        queries.run(connection, "lock_timeout", value=str(OTHER_LOCKS))
        # Compiling queries over the catalogs takes the server longer than running them: 480 ms of 510 for the holdings.
        jit = queries.run(connection, "jit_now").fetchone()
        queries.run(connection, "jit", value="off")
    with translated("acting as `sminion_owner`"):
        queries.run(connection, "become_installer")
        queries.run(connection, "lend_replica_role")
    yield Installer(connection, waiting)
    with translated("giving up the membership in `sminion_owner`"):
        queries.run(connection, "roles/release")
        # A migration goes on after us.
        queries.run(connection, "lock_timeout", value=before[0] if before else "0")
        queries.run(connection, "jit", value=jit[0] if jit else "on")
        queries.run(connection, "return_path")


def _await_others(
    connection: psycopg.Connection[Any], waiting: Waiting, patience: float, take: str = "try_lock"
) -> None:
    """Take the advisory lock of installations; whoever holds it is named.

    :param take: the query that takes it, for the transaction or for the session.
    :raises InstallError: SG410 when another installation goes on for too long.
    """
    end = time.monotonic() + patience
    pause = 0.05
    while True:
        with translated("the installation's lock"):
            taken = queries.run(connection, take).fetchone()
            if taken is not None and taken[0]:
                return
            others = sessions(queries.run(connection, "installations").fetchall())
        waiting.tell(Step("waiting", 0, None, 0, others))
        if time.monotonic() > end:
            raise InstallError(
                "SG410",
                "another installation is at work in this database",
                detail=f"it is {others}" if others else None,
                hint="wait for its end, then repeat this one: nothing was changed",
            )
        time.sleep(pause)
        pause = min(2 * pause, 1.0)


def require_idle(connection: psycopg.Connection[Any]) -> None:
    """:raises InstallError: SG411 when the connection is in a transaction."""
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise InstallError(
            "SG411",
            "the connection is in a transaction already",
            detail="installing, and each step of filling in masks, is a transaction of its own",
            hint="commit or roll back first, or use `op.guard_apply_policy` within a migration",
        )


def repeated(attempt: Callable[[], T]) -> T:
    """Try a whole transaction again when something took it back that has passed by then: a deadlock, mostly with
    autovacuum, or another database of the cluster that changed the same roles at the same moment.

    :raises GuardError: what else it raises, and what it raised last.
    """
    for number in range(1, ATTEMPTS):
        try:
            return attempt()
        except GuardError as error:
            if not is_transient(error):
                raise
            time.sleep(0.1 * number)
    return attempt()
