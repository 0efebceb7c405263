"""How a transaction gets its ticket.

A ticket is activated together with BEGIN: by ``SELECT sminion.enter(...)``, or by the two settings that ``enter`` makes
(see :meth:`~sminion_guard.session.tickets.cache.Ticket.activating`). Where the server finds the ticket stale, a new one
is opened and the transaction begun once more. BEGIN and activation are held until the first statement was judged, and
sent in one flush with it where that is possible: the server executes nothing of a flush after an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sminion_guard.session.context import Context
from sminion_guard.session.tickets.cache import TRUSTED, Ticket
from sminion_guard.session.tickets.primary import CANNOT_WRITE
from sminion_guard.session.transaction.ahead import Ahead, ahead
from sminion_guard.session.transaction.connection_state import ConnectionState
from sminion_guard.session.transaction.effects import Effects, Row, Send, ServerError
from sminion_guard.session.transaction.errors_from_server import NOT_PERMITTED
from sminion_guard.session.transaction.opening import follow_alone, open_ticket

STALE = frozenset({"SG202", "SG204", "SG208", "SG225"})
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
    _ahead: Ahead | None = None  # a ticket that is opened by what is held
    _apart: bool = False  # tickets are opened in messages of their own
    _opened: bool = False  # by this transaction
    _tries: int = 0
    _asked_at: float = 0.0

    def without_ticket(self) -> Effects[Ticket]:
        """Begin, and leave the ticket for the next statement, since SET TRANSACTION must come before any query.

        Until then the session is the login, which can read nothing.
        """
        self._apart = True
        ticket = yield from self._pick()
        yield Send((self.begin, *self.state.at_begin))
        self.ticket = None
        return ticket

    def hold(self) -> Effects[None]:
        """Get ready to begin under a ticket: :attr:`held` is to be sent."""
        ticket = yield from self._pick()
        self._asked_at = self.state.guard.tickets.clock()
        if self._ahead is not None:
            self.held = (*self._ahead.opening, self.begin, *self._ahead.activating)
            return
        activating = ticket.activating(self._asked_at)
        self.held = (self.begin, *self.state.at_begin, *self.state.at_enter, *activating)

    def run(self) -> Effects[None]:
        """Begin under a ticket."""
        while True:
            if not self.held:
                yield from self.hold()
            try:
                answers = yield Send(self.held)
            except ServerError as error:
                yield from self.refused(error)
            else:
                outdated = self.taken(answers)
                if outdated is None:
                    return
                yield from self.refused(outdated)

    @property
    def trusted(self) -> bool:
        """Whether the server took the ticket that is about to be activated a moment ago."""
        return (
            self._ahead is None and self.ticket is not None and self._asked_at - self.ticket.taken_at <= TRUSTED
        )

    def taken(self, answers: Sequence[Row]) -> ServerError | None:
        """The server took the ticket.

        :param answers: to what was held.
        :returns: what to make of it where the ticket was opened under another policy than the statement that was sent
            with it was judged by.
        """
        if self._ahead is not None and not self._ahead.opened(answers):
            return ServerError(CHANGED, "another policy came into force", in_transaction=True)
        self._ahead = None
        ticket, self.held = self.ticket, ()
        if ticket is not None and ticket.asks(self._asked_at):
            ticket.taken_at = self._asked_at
        return None

    def refused(self, error: ServerError) -> Effects[None]:
        """The server did not begin the transaction under the ticket. Returns where another try makes sense.

        :raises ServerError: ``error``, where none does.
        """
        ticket, self.held = self.ticket, ()
        assert ticket is not None
        found = error.state
        if self._ahead is not None:
            yield from self._not_opened_ahead(error)
            return
        self._apart = True
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

    def _not_opened_ahead(self, error: ServerError) -> Effects[None]:
        """Open the ticket in a message of its own: what is wrong is found there, and said, and often it is nothing.

        :raises ServerError: ``error``, where that is none of the guard, such as the end of the connection.
        """
        self._ahead, self._apart = None, True
        if error.in_transaction:
            yield Send((b"ROLLBACK",))
        found = error.state or ""
        if not found.startswith("SG") and found not in (NOT_PERMITTED, *CANNOT_WRITE):
            raise error

    def _pick(self) -> Effects[Ticket]:
        state = self.state
        while True:
            ticket = state.guard.tickets.get(state.home, self.key)
            self._opened = ticket is None
            if ticket is None:
                self._ahead = None if self._apart else ahead(state, self.key)
                ticket = self._ahead.ticket if self._ahead else (yield from open_ticket(state, self.key))
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
