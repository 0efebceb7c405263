"""Autocommit: each statement is a transaction under a ticket, which begins before it and ends with the same call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from psycopg import pq

from sminion_guard.errors import ContextEscape

if TYPE_CHECKING:
    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGconn

    from sminion_guard.session.psycopg.private import BasePipeline
    from sminion_guard.session.recording.sent import Sent
    from sminion_guard.session.transaction import Statement, Transaction

    class Autocommitting(Protocol):
        """A connection in autocommit."""

        pgconn: PGconn
        _implicit: bool
        _transaction: Transaction

        @property
        def _pipeline(self) -> BasePipeline | None: ...

        def _begin_anew(self) -> None: ...

        def _step(self, effects: Any) -> PQGen[Any]: ...

        def _get_tx_start_command(self) -> bytes: ...

        def _exec_command(self, command: bytes) -> PQGen[Any]: ...

        def _rollback_gen(self) -> PQGen[None]: ...


def begin(connection: Autocommitting, statement: Statement, whole: bool) -> PQGen[Sent | None]:
    """Begin a transaction of one statement.

    :param whole: whether the statement is sent, and answered, in one call.
    :raises ContextEscape: SG230 where it is not.
    """
    if not whole:
        raise ContextEscape(
            "SG230", "in autocommit this needs a transaction that stays open",
            detail="server-side cursors, COPY, streams and pipelines send more than one message under a ticket",
            hint="use `with connection.transaction():`, or leave autocommit off",
        )
    connection._begin_anew()
    connection._implicit = True
    sent: Sent | None = yield from connection._step(
        connection._transaction.start(connection._get_tx_start_command(), statement))
    return sent


def end(connection: Autocommitting, *, commit: bool) -> PQGen[None]:
    """End the transaction of one statement, if one runs: once its rows are on record, or after an error."""
    if not connection._implicit:
        return
    if connection._pipeline is not None:  # of executemany
        yield from connection._pipeline._sync_gen()
    if connection.pgconn.transaction_status == pq.TransactionStatus.INTRANS and commit:
        yield from connection._exec_command(b"COMMIT")
        if connection._pipeline is not None:
            yield from connection._pipeline._sync_gen()
    elif (connection.pgconn.status == pq.ConnStatus.OK
          and connection.pgconn.transaction_status != pq.TransactionStatus.IDLE):
        yield from connection._rollback_gen()
    connection._implicit = False


def leave(connection: Autocommitting) -> None:
    """A call ended, one way or the other: no transaction of one statement stays open for the next statement to join."""
    if connection._implicit:
        connection._implicit = False
        connection.pgconn.finish()
