"""The one transaction of an installation: its locks, and who acts in it.

The installing role need not be a superuser. It becomes a member of ``sminion_owner`` at the beginning and gives that up
at the end; because both stand in one transaction, a failure in between leaves no member either.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from sminion_guard.errors import GuardError, InstallError
from sminion_guard.migrate import queries
from sminion_guard.migrate.failures import is_transient, translated

LOCK_TIMEOUT = 10_000
"""Milliseconds that an installation waits for a lock before it gives way to the application."""
ATTEMPTS = 3
"""How often an installation is tried that a transient conflict took back."""

T = TypeVar("T")


class Installer:
    """Acts in an open transaction, now as the installing role, now as ``sminion_owner``.

    :param connection: in a transaction that :func:`installing` or :func:`joined` began.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._as_owner = False

    def run(self, statement: str, *, as_owner: bool = False, doing: str) -> None:
        """Run compiled SQL.

        :param doing: what it is, for the error.
        :raises GuardError: what the server refused.
        """
        self._act(as_owner)
        with translated(doing):
            queries.send(self.connection, statement)

    def ask(self, name: str, *, as_owner: bool = True, **values: object) -> list[tuple[Any, ...]]:
        """Run the named query and return its rows."""
        self._act(as_owner)
        with translated(f"`{name}`"):
            cursor = queries.run(self.connection, name, **values)
            while cursor.nextset():  # of several statements the last one answers
                pass
            return cursor.fetchall() if cursor.description else []

    def _act(self, as_owner: bool) -> None:
        if as_owner != self._as_owner:
            queries.run(self.connection, "act_as_owner" if as_owner else "act_as_installer")
            self._as_owner = as_owner


@contextmanager
def installing(
    connection: psycopg.Connection[Any], *, lock_timeout: int = LOCK_TIMEOUT, keep: bool = True
) -> Iterator[Installer]:
    """A transaction of its own for an installation, under the advisory lock.

    :param lock_timeout: milliseconds to wait for any lock.
    :param keep: commit at the end; without it everything is rolled back.
    :raises InstallError: SG411 when the connection is in a transaction already, SG410 when a lock is not to be had.
    """
    require_idle(connection)
    with translated("the installation"), connection.transaction(force_rollback=not keep), \
            joined(connection, lock_timeout=lock_timeout) as installer:
        yield installer


@contextmanager
def joined(connection: psycopg.Connection[Any], *, lock_timeout: int = LOCK_TIMEOUT) -> Iterator[Installer]:
    """The same within a transaction that somebody else began and ends, such as a migration."""
    with translated("the installation's lock"):
        before = queries.run(connection, "lock_timeout_now").fetchone()
        queries.run(connection, "lock_timeout", value=str(lock_timeout))
        queries.run(connection, "lock")
    with translated("acting as `sminion_owner`"):
        queries.run(connection, "become_installer")
    yield Installer(connection)
    with translated("giving up the membership in `sminion_owner`"):
        queries.run(connection, "roles/release")
        # A migration goes on after us.
        queries.run(connection, "lock_timeout", value=before[0] if before else "0")


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
