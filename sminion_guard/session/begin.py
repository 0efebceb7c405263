"""How the transactions of a guarded connection begin: under a ticket, in one round trip.

Written against the generators that psycopg's sync and async connections share, so there is one logic for both.
However a transaction begins (a first statement, ``transaction()``, ``tpc_begin``, inside a pipeline or not), psycopg
sends the one command of ``_get_tx_start_command``; here it becomes ``BEGIN; SELECT sminion.enter(...)``, or the two
settings that ``enter`` makes (see :meth:`~sminion_guard.session.ticket.Ticket.activating`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import pq, sql
from psycopg._preparing import Key, PrepareManager

from sminion_guard.errors import GuardError
from sminion_guard.session.context import Context
from sminion_guard.session.cursor import UNSEEN
from sminion_guard.session.errors_from_server import NOT_PERMITTED
from sminion_guard.session.opening import EPOCH, INERROR, Opening
from sminion_guard.session.ticket import Ticket

if TYPE_CHECKING:
    from psycopg._queries import PostgresQuery
    from psycopg.abc import PQGen, Query, QueryNoTemplate
    from psycopg.pq.abc import PGresult

Row = TypeVar("Row", covariant=True)

IDLE = pq.TransactionStatus.IDLE
INTRANS = pq.TransactionStatus.INTRANS
STALE = frozenset({"SG202", "SG204", "SG208"})
"""The ticket is no longer good, and a new one may be opened: it was lost with the last moments of a primary, when a
standby took over; it expired; the policy changed."""
CHANGED = "SG208"
MOST_TRIES = 3
"""Tickets that one transaction opens, where policies change so quickly that a new one is refused as well."""
REVOKED = "SG205"
"""No new one may be: see :class:`~sminion_guard.session.ticket.TicketCache`."""

_SET_TRANSACTION = re.compile(r"\s*SET\s+(LOCAL\s+)?TRANSACTION\b", re.IGNORECASE)


class PreparedByRole(PrepareManager):
    """Prepared statements of each compartment apart: the server plans one anew whenever the role has changed."""

    role = ""
    steady = False
    """While a transaction is rolled back that had no error."""

    def key(self, query: PostgresQuery) -> Key:  # type: ignore[override]
        """Also distinguishes the role."""
        return (query.query, query.types, self.role)  # type: ignore[return-value]

    def clear(self) -> bool:
        """Forget all, but not because a transaction ended without an error.

        psycopg forgets at each rollback, since what a statement was prepared for may have been made in the transaction.
        No compartment can make anything, and SQLAlchemy ends every transaction that only read with a rollback: keeping
        them saves it most of what row security adds to planning. After an error they are forgotten, as a plan that no
        longer fits its table would fail for ever.
        """
        return not self.steady and super().clear()


class Beginning(Opening[Row]):
    """Mixed into psycopg's connections, before them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._context: Context | None = None  # of the running transaction
        self._key: Context | None = None  # what its ticket was opened for
        self._ticket: Ticket | None = None  # that it has entered
        self._waiting: Ticket | None = None  # that it is to enter after SET TRANSACTION
        self._first: Query | None = None  # the statement for which psycopg begins a transaction by itself
        self._unserved = False  # see `setting_up`
        super().__init__(*args, **kwargs)
        self._by_role = PreparedByRole()
        self._prepared = self._by_role

    def _exec_command(
        self, command: QueryNoTemplate, result_format: pq.Format = pq.Format.TEXT
    ) -> PQGen[PGresult | None]:
        self._stay_in_process()
        if self._unserved or not isinstance(command, bytes):
            return (yield from super()._exec_command(command, result_format))
        if command is self._begin_statement:
            yield from self._begin(command)
            return None
        if command.startswith(b"SAVEPOINT"):
            # Before `enter`, a rollback to it would take the role away from the rest of the transaction.
            yield from self._enter_now()
        return (yield from super()._exec_command(command, result_format))

    def _start_anew(self) -> None:
        """Nothing of the transaction before holds for the next one."""
        self._context = self._key = self._ticket = self._waiting = None

    def _begin(self, begin: bytes) -> PQGen[None]:
        """Begin under the ticket of the current context."""
        self._start_anew()
        context = self._current()
        yield from self._begin_under(begin, context, context)

    def _begin_under(self, begin: bytes, context: Context, key: Context) -> PQGen[None]:
        """Begin under a ticket; where the server finds the ticket stale, once more with a new one.

        :param context: of the transaction.
        :param key: what the ticket is opened for, and kept by.
        """
        deferred = self._first is not None and sets_transaction(self._first)
        tickets, tries = self._guard.tickets, 0
        while True:
            ticket = tickets.get(self._home, key)
            fresh = ticket is None
            if ticket is None:
                ticket = yield from self._open(key)
                tries += 1
            if deferred:
                # SET TRANSACTION must come before any query, so `enter` waits for the next statement. Until then the
                # session is the login, which can read nothing.
                yield from self._converse(begin + self._at_begin)
                self._context, self._key, self._waiting = context, key, ticket
                return
            now = tickets.clock()
            activating = ticket.activating(now)
            asks = self._guard.asks(self._home, now)
            if asks and ticket.setting is None:
                # `enter` of a login that is marked stands alone with BEGIN.
                asks = False
                yield from self._follow_alone()
            asking = EPOCH + b"; " if asks else b""
            try:
                entering = self._at_enter + asking + activating
                answers = yield from self._converse(begin + self._at_begin + b"; " + entering)
                if asks:
                    before = -2 if activating is ticket.entering else -3
                    yield from self._follow_within(answers[before], now, ticket.role)
            except psycopg.Error as error:
                state = error.sqlstate
                if state == NOT_PERMITTED:
                    # The login lost the compartment, or the guard altogether: who opens a ticket is told so.
                    state = CHANGED
                    self._guard.ask_soon(self._home)
                self._not_taken(state, key, ticket)
                if self.pgconn.transaction_status == INERROR:
                    yield from self._converse(b"ROLLBACK")
                again = tries < MOST_TRIES if state == CHANGED else not fresh
                if state not in STALE or not again:
                    raise
            except GuardError:  # the policy in force is not to be followed
                yield from self._converse(b"ROLLBACK")
                raise
            else:
                if activating is ticket.entering:
                    ticket.taken_at = now
                self._context, self._key = context, key
                self._entered(ticket)
                return

    def _rollback_gen(self) -> PQGen[None]:
        self._by_role.steady = self._pipeline is None and self.pgconn.transaction_status == INTRANS
        try:
            yield from super()._rollback_gen()
        finally:
            self._by_role.steady = False

    def _enter_now(self) -> PQGen[None]:
        """Activate the ticket of a transaction that began with SET TRANSACTION."""
        ticket, key, self._waiting = self._waiting, self._key, None
        if ticket is not None and key is not None:
            now = self._guard.tickets.clock()
            asks = ticket.setting is not None and self._guard.asks(self._home, now)
            try:
                answers = yield from self._converse(self._at_enter + (EPOCH + b"; " if asks else b"") + ticket.entering)
                if asks:
                    yield from self._follow_within(answers[-2], now, ticket.role)
            except psycopg.Error as error:
                self._not_taken(error.sqlstate, key, ticket)
                raise
            self._entered(ticket)

    def _entered(self, ticket: Ticket) -> None:
        self._ticket, self._by_role.role = ticket, ticket.role

    def _not_taken(self, sqlstate: str | None, key: Context, ticket: Ticket) -> None:
        """Remember what the server said of ``ticket``."""
        if sqlstate in STALE:
            self._guard.tickets.forget(self._home, key, ticket)
        elif sqlstate == REVOKED:
            self._guard.tickets.revoke(self._home, key, ticket)


def statement_text(query: Query) -> str:
    """``query`` as text; empty for a template string, whose text psycopg makes only later."""
    if isinstance(query, str):
        return query
    if isinstance(query, bytes):
        return query.decode("utf-8", "replace")
    return query.as_string() if isinstance(query, sql.Composable) else UNSEEN


def sets_transaction(query: Query) -> bool:
    """Whether it is SET TRANSACTION, which PostgreSQL wants before any query of a transaction."""
    return _SET_TRANSACTION.match(statement_text(query)) is not None
