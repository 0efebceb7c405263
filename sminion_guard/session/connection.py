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
from sminion_guard.session.begin import IDLE
from sminion_guard.session.door import Door
from sminion_guard.session.errands import Errand, driven
from sminion_guard.session.guard import Guard, PolicySource
from sminion_guard.session.self_test import prove, prove_async

if TYPE_CHECKING:
    from psycopg.abc import PQGen

Row = TypeVar("Row", covariant=True)
RV = TypeVar("RV")
T = TypeVar("T")


class GuardedConnection(Door[Row], Connection[Row]):
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
            connection._auditor = guard.auditor_at(connection._home) or guard.auditor(
                connection._home, connection._conninfo()
            )
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def transaction(self, *args: Any, **kwargs: Any) -> Iterator[psycopg.Transaction]:
        """As psycopg's; a block that could not begin leaves no trace."""
        around, entered = self._num_transactions, False
        outermost = self.pgconn.transaction_status == IDLE
        try:
            with super().transaction(*args, **kwargs) as block:
                entered = True
                try:
                    yield block
                finally:
                    if outermost:
                        self._settle()
        finally:
            if not entered:
                self._num_transactions = around  # psycopg before 3.3 counts the block before it begins

    def commit(self) -> None:
        """As psycopg's, when all that the transaction has read and written is on record."""
        self._settle()
        super().commit()

    def rollback(self) -> None:
        """As psycopg's, when all that the transaction has read is on record."""
        self._settle()
        super().rollback()

    def tpc_prepare(self) -> None:
        """As psycopg's, when all that the transaction has read and written is on record."""
        self._settle()
        super().tpc_prepare()

    def tpc_commit(self, xid: psycopg.Xid | str | None = None) -> None:
        """Likewise, where it was not prepared."""
        self._settle()
        super().tpc_commit(xid)

    def tpc_rollback(self, xid: psycopg.Xid | str | None = None) -> None:
        """Likewise."""
        self._settle()
        super().tpc_rollback(xid)

    def _settle(self) -> None:
        """Wait for the rows that the transaction owes the log.

        :raises AuditUnavailable: and then the connection is closed, and nothing can be committed.
        """
        if self._owed:
            self._release(ends=True)

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
            self._release()
            if refusal is None:
                raise
            raise refusal from error
        except GuardError:
            self._release()
            raise
        if self._due:
            self._release()
        return value


class GuardedAsyncConnection(Door[Row], AsyncConnection[Row]):
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
            connection._auditor = guard.auditor_at(connection._home) or await asyncio.to_thread(
                guard.auditor, connection._home, connection._conninfo()
            )
        except BaseException:
            await connection.close()
            raise
        return connection

    @asynccontextmanager
    async def transaction(self, *args: Any, **kwargs: Any) -> AsyncIterator[psycopg.AsyncTransaction]:
        """As :meth:`GuardedConnection.transaction`."""
        around, entered = self._num_transactions, False
        outermost = self.pgconn.transaction_status == IDLE
        try:
            async with super().transaction(*args, **kwargs) as block:
                entered = True
                try:
                    yield block
                finally:
                    if outermost:
                        await self._settle()
        finally:
            if not entered:
                self._num_transactions = around

    async def commit(self) -> None:
        """As psycopg's, when all that the transaction has read and written is on record."""
        await self._settle()
        await super().commit()

    async def rollback(self) -> None:
        """As psycopg's, when all that the transaction has read is on record."""
        await self._settle()
        await super().rollback()

    async def tpc_prepare(self) -> None:
        """As psycopg's, when all that the transaction has read and written is on record."""
        await self._settle()
        await super().tpc_prepare()

    async def tpc_commit(self, xid: psycopg.Xid | str | None = None) -> None:
        """Likewise, where it was not prepared."""
        await self._settle()
        await super().tpc_commit(xid)

    async def tpc_rollback(self, xid: psycopg.Xid | str | None = None) -> None:
        """Likewise."""
        await self._settle()
        await super().tpc_rollback(xid)

    async def _settle(self) -> None:
        """Wait for the rows that the transaction owes the log.

        :raises AuditUnavailable: and then the connection is closed, and nothing can be committed.
        """
        if self._owed:
            await self._release_async(ends=True)

    async def end_savepoint(self, command: bytes) -> None:
        """As :meth:`GuardedConnection.end_savepoint`."""
        async with self.lock:
            await self.wait(self._exec_command(command))

    def _aside(self, work: Callable[[], T]) -> PQGen[T]:
        return (yield Errand(work))  # type: ignore[misc, return-value]  # `wait` knows what to do with it

    async def wait(self, gen: PQGen[RV], *args: Any, **kwargs: Any) -> RV:
        """As :meth:`GuardedConnection.wait`."""
        try:
            drive = super().wait
            value = await driven(gen, lambda some: drive(some, *args, **kwargs))
        except psycopg.Error as error:
            refusal = self._explained(error)
            await self._release_async()
            if refusal is None:
                raise
            raise refusal from error
        except GuardError:
            await self._release_async()
            raise
        if self._due:
            await self._release_async()
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
