"""Guarded psycopg connections, also for ``psycopg_pool``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar

import psycopg
from psycopg import AsyncConnection, Connection

from sminion_guard.address import read
from sminion_guard.errors import GuardError
from sminion_guard.session.guard import Guard, PolicySource
from sminion_guard.session.psycopg import autocommit
from sminion_guard.session.psycopg.blocking import Blocking, driven
from sminion_guard.session.psycopg.hooks import ConnectionHooks
from sminion_guard.session.psycopg.release import release, release_async
from sminion_guard.session.psycopg.self_test import prove, prove_async

if TYPE_CHECKING:
    from psycopg.abc import PQGen

Row = TypeVar("Row", covariant=True)
RV = TypeVar("RV")
T = TypeVar("T")


class GuardedConnection(ConnectionHooks[Row], Connection[Row]):
    """A psycopg connection whose every transaction stands under a ticket.

    For a pool: ``ConnectionPool(dsn, connection_class=GuardedConnection, kwargs={"policy": guard})``, with one
    :class:`~sminion_guard.session.guard.Guard` so that its connections share their tickets.
    """

    @classmethod
    def connect(  # type: ignore[override]
        cls, conninfo: str = "", *, policy: Guard | PolicySource | None = None, **kwargs: Any
    ) -> Self:
        """Connect as psycopg does, and check that the login is bound.

        :param conninfo: as psycopg takes it, or the URL of an engine; then ``guard_policy`` and the like hold too.
        :param policy: a guard, a policy, or the path of its file; None takes the policy in force on the server.
        :param kwargs: what ``psycopg.Connection.connect`` takes.
        :raises InstallError: SG802 for an address that cannot be read.
        :raises TicketRefused: SG219 for a login that is not bound, SG208 where no policy is in force.
        :raises PolicyError: SG234 when another policy is in force.
        :raises ContextEscape: SG236 where this version of psycopg no longer calls what the guard overrides.
        :raises psycopg.Error: when the server cannot be reached.
        """
        conninfo, guard = _read(conninfo, policy)
        connection = super().connect(conninfo, **kwargs)
        try:
            connection.be_guarded_by(guard)
            with connection.lock:
                connection.wait(connection._check_in())
            connection._prepares("prepare_threshold" in kwargs)
            prove(connection)
            home = connection._home
            connection._serve_by(guard.services_at(home) or guard.services(home, connection._conninfo()))
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def transaction(self, *args: Any, **kwargs: Any) -> Iterator[psycopg.Transaction]:
        """As psycopg's; a block that could not begin leaves no trace, and one that lost the log says so."""
        around, entered = self._num_transactions, False
        try:
            with super().transaction(*args, **kwargs) as block:
                entered = True
                yield block
        finally:
            if not entered:
                self._num_transactions = around  # psycopg before 3.3 counts the block before it begins
            if self._unrecorded is not None:  # while a block rolls back, psycopg passes over errors
                raise self._unrecorded

    def end_savepoint(self, command: bytes) -> None:
        """Send RELEASE or ROLLBACK TO: like COMMIT and ROLLBACK, they need no context."""
        with self.lock:
            self.wait(self._exec_command(command))

    def wait(self, gen: PQGen[RV], *args: Any, **kwargs: Any) -> RV:
        """As psycopg's; refusals come out as errors of ours, and nothing comes out that is not on record."""
        try:
            value = super().wait(gen, *args, **kwargs)
        except psycopg.Error as error:
            refusal = self._explained(error)
            release(self)
            if refusal is None:
                raise
            raise refusal from error
        except GuardError:
            release(self)
            raise
        finally:
            autocommit.leave(self)
        if self._receipts.due:
            release(self)
        return value

    def _settle(self) -> PQGen[None]:
        if self._receipts.owed or self._receipts.due:
            release(self, ends=True)
        return
        yield  # a generator, for the asynchronous connection's sake

    def _aside(self, work: Callable[[], T]) -> PQGen[T]:
        return work()
        yield


class GuardedAsyncConnection(ConnectionHooks[Row], AsyncConnection[Row]):
    """A guarded connection for asyncio, also as ``connection_class`` of ``AsyncConnectionPool``."""

    @classmethod
    async def connect(  # type: ignore[override]
        cls, conninfo: str = "", *, policy: Guard | PolicySource | None = None, **kwargs: Any
    ) -> Self:
        """As :meth:`GuardedConnection.connect`."""
        conninfo, guard = _read(conninfo, policy)
        connection = await super().connect(conninfo, **kwargs)
        try:
            connection.be_guarded_by(guard)
            async with connection.lock:
                await connection.wait(connection._check_in())
            connection._prepares("prepare_threshold" in kwargs)
            await prove_async(connection)
            home = connection._home
            connection._serve_by(
                guard.services_at(home) or await asyncio.to_thread(guard.services, home, connection._conninfo()))
        except BaseException:
            await connection.close()
            raise
        return connection

    @asynccontextmanager
    async def transaction(self, *args: Any, **kwargs: Any) -> AsyncIterator[psycopg.AsyncTransaction]:
        """As :meth:`GuardedConnection.transaction`."""
        around, entered = self._num_transactions, False
        try:
            async with super().transaction(*args, **kwargs) as block:
                entered = True
                yield block
        finally:
            if not entered:
                self._num_transactions = around
            if self._unrecorded is not None:
                raise self._unrecorded

    async def end_savepoint(self, command: bytes) -> None:
        """As :meth:`GuardedConnection.end_savepoint`."""
        async with self.lock:
            await self.wait(self._exec_command(command))

    def _settle(self) -> PQGen[None]:
        if self._receipts.owed or self._receipts.due:
            yield Blocking(awaitable=lambda: release_async(self, ends=True))  # type: ignore[misc]

    def _aside(self, work: Callable[[], T]) -> PQGen[T]:
        return (yield Blocking(work))  # type: ignore[misc, return-value]  # `wait` knows what to do with it

    async def wait(self, gen: PQGen[RV], *args: Any, **kwargs: Any) -> RV:
        """As :meth:`GuardedConnection.wait`."""
        try:
            drive = super().wait
            value = await driven(gen, lambda some: drive(some, *args, **kwargs))
        except psycopg.Error as error:
            refusal = self._explained(error)
            await release_async(self)
            if refusal is None:
                raise
            raise refusal from error
        except GuardError:
            await release_async(self)
            raise
        finally:
            autocommit.leave(self)
        if self._receipts.due:
            await release_async(self)
        return value


def _read(conninfo: str, policy: Guard | PolicySource | None) -> tuple[str, Guard]:
    """Where to connect to, and guarded by whom: an engine's URL says both."""
    if "://" not in conninfo:
        return conninfo, Guard.of(policy)
    found = read(conninfo)
    said: dict[str, Any] = {name.removeprefix("guard_"): value for name, value in found.guard.items()}
    named = said.pop("policy", None)
    return found.conninfo, Guard.of(named if policy is None else policy, **said)


def connect(
    conninfo: str = "", *, policy: Guard | PolicySource | None = None, **kwargs: Any
) -> GuardedConnection[Any]:
    """Connect as psycopg does, guarded: :meth:`GuardedConnection.connect`."""
    return GuardedConnection.connect(conninfo, policy=policy, **kwargs)
