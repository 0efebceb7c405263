"""How a transaction gets its ticket.

A ticket is activated together with BEGIN: by ``SELECT sminion.enter(...)``, or by the two settings that ``enter`` makes
(see :meth:`~sminion_guard.session.tickets.cache.Ticket.activating`). Where the server finds the ticket stale, a new one
is opened and the transaction begun once more. BEGIN and activation are held until the first statement was judged, and
sent in one flush with it where that is possible: the server executes nothing of a flush after an error.
"""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.session.context import Context
from sminion_guard.session.tickets.cache import Ticket
from sminion_guard.session.transaction.connection_state import ConnectionState
from sminion_guard.session.transaction.effects import Effects, Send, ServerError
from sminion_guard.session.transaction.errors_from_server import NOT_PERMITTED
from sminion_guard.session.transaction.opening import follow_alone, open_ticket

STALE = frozenset({"SG202", "SG204", "SG208"})
"""The ticket is no longer good, and a new one may be opened: it was lost with the last moments of a primary, when a
standby took over; it expired; the policy changed."""
CHANGED = "SG208"
MOST_TRIES = 3
"""Tickets that one transaction opens, where policies change so quickly that a new one is refused as well."""
REVOKED = "SG205"
"""No new one may be: see :class:`~sminion_guard.session.tickets.cache.TicketCache`."""


@dataclass(slots=True)
class Activation:
    """Of one transaction.

    :param begin: the statement that begins it.
    :param key: what its ticket is opened for, and kept by.
    :ivar ticket: the one that is activated, or is about to be.
    :ivar held: BEGIN and what activates the ticket, to be sent with the statement that follows; empty once it was sent.
    """

    state: ConnectionState
    begin: bytes
    key: Context
    ticket: Ticket | None = None
    held: tuple[bytes, ...] = ()
    _opened: bool = False  # by this transaction
    _tries: int = 0
    _asked_at: float = 0.0

    def without_ticket(self) -> Effects[Ticket]:
        """Begin, and leave the ticket for the next statement, since SET TRANSACTION must come before any query.

        Until then the session is the login, which can read nothing.
        """
        ticket = yield from self._pick()
        yield Send((self.begin, *self.state.at_begin))
        self.ticket = None
        return ticket

    def hold(self) -> Effects[None]:
        """Get ready to begin under a ticket: :attr:`held` is to be sent."""
        ticket = yield from self._pick()
        self._asked_at = self.state.guard.tickets.clock()
        activating = ticket.activating(self._asked_at)
        self.held = (self.begin, *self.state.at_begin, *self.state.at_enter, *activating)

    def run(self) -> Effects[None]:
        """Begin under a ticket."""
        while True:
            if not self.held:
                yield from self.hold()
            try:
                yield Send(self.held)
            except ServerError as error:
                yield from self.refused(error)
            else:
                self.taken()
                return

    def taken(self) -> None:
        """The server took the ticket."""
        ticket, self.held = self.ticket, ()
        if ticket is not None and ticket.asks(self._asked_at):
            ticket.taken_at = self._asked_at

    def refused(self, error: ServerError) -> Effects[None]:
        """The server did not begin the transaction under the ticket. Returns where another try makes sense.

        :raises ServerError: ``error``, where none does.
        """
        ticket, self.held = self.ticket, ()
        assert ticket is not None
        found = error.state
        if found == NOT_PERMITTED:
            # The login lost the compartment, or the guard altogether: who opens a ticket is told so.
            found = CHANGED
            self.state.guard.ask_soon(self.state.home)
        not_taken(self.state, found, self.key, ticket)
        if error.in_transaction:
            yield Send((b"ROLLBACK",))
        again = self._tries < MOST_TRIES if found == CHANGED else not self._opened
        if found not in STALE or not again:
            raise error

    def _pick(self) -> Effects[Ticket]:
        state = self.state
        while True:
            ticket = state.guard.tickets.get(state.home, self.key)
            self._opened = ticket is None
            if ticket is None:
                ticket = yield from open_ticket(state, self.key)
                self._tries += 1
            self.ticket = ticket
            if not state.guard.asks(state.home, state.guard.tickets.clock()) or self._opened:
                return ticket
            try:
                yield from follow_alone(state)
            except ServerError as error:
                yield from self.refused(error)
            else:
                return ticket


def activate(state: ConnectionState, ticket: Ticket, key: Context) -> Effects[None]:
    """Activate a ticket in a transaction that runs without one."""
    try:
        yield Send((*state.at_enter, ticket.entering))
    except ServerError as error:
        not_taken(state, error.state, key, ticket)
        raise


def not_taken(state: ConnectionState, sqlstate: str | None, key: Context, ticket: Ticket) -> None:
    """Remember what the server said of ``ticket``."""
    if sqlstate in STALE:
        state.guard.tickets.forget(state.home, key, ticket)
    elif sqlstate == REVOKED:
        state.guard.tickets.revoke(state.home, key, ticket)
