"""A ticket that is opened in the message of the transaction that needs it: one round trip for both.

The message opens the ticket in a transaction of its own, commits, begins the next transaction, and activates the
ticket: after an error the server executes nothing of what follows, and COMMIT is done when the ticket is on disk. We
make the secret of the token and know the role, which the server chose for the same purpose before. What we cannot know
is the ticket's number, which the first transaction leaves for the second in a setting of the session. A number is no
secret: whoever finds it there, or puts another one there, has no token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex

from sminion_guard.session.context import Context
from sminion_guard.session.tickets.cache import Ticket
from sminion_guard.session.transaction.connection_state import ConnectionState
from sminion_guard.session.transaction.effects import Row
from sminion_guard.session.transaction.opening import Commands, opening, ticket_of

_NUMBER = b"pg_catalog.set_config('sminion.opened', pg_catalog.split_part(%b, '.', 1), false)"
_TOKEN = (
    b"SELECT pg_catalog.set_config('sminion.token',"
    b" pg_catalog.concat(pg_catalog.current_setting('sminion.opened'), %s), true)"
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A ticket that is about to be opened and activated.

    :param ticket: what is known of it.
    :param opening: commands that open it and commit.
    :param activating: commands that activate it, after BEGIN.
    :param rest: of its token, after the number.
    :param asked_at: when it was made, on the clock of the tickets.
    """

    state: ConnectionState
    key: Context
    ticket: Ticket
    opening: Commands
    activating: Commands
    rest: bytes
    asked_at: float

    def opened(self, answers: Sequence[Row]) -> bool:
        """The server has executed everything: keep the ticket.

        :param answers: to all commands, in order.
        :returns: whether it was opened under the policy that statements are judged by here. If not, the statement that
            was sent along was judged by another one, and its result is not to be used.
        """
        number, policy = answers[len(self.opening) - 2]
        if not (number and number.isdigit() and policy):
            return False
        if not self.state.guard.judges_by(self.state.home, policy.decode()):
            return False
        found = ticket_of(self.state, number + self.rest, self.asked_at)
        self.ticket.entering, self.ticket.setting = found.entering, found.setting
        self.state.guard.tickets.put(self.state.home, self.key, self.ticket)
        return True


def ahead(state: ConnectionState, key: Context) -> Ahead | None:
    """A ticket for ``key`` that is opened in one message with what needs it; None where that takes two.

    Two are needed where somebody hands out server sessions between transactions, where the ticket is opened on another
    server, where `enter` must be a message of its own, and for the first ticket of a purpose, whose answer says the
    role.
    """
    guard, home = state.guard, state.home
    role = guard.role_for(home, key)
    if role is None or state.pooled or guard.primary is not None or guard.facts_at(home).alternating:
        return None
    secret = token_hex(16)
    asked_at = guard.tickets.clock()
    rest = f".{secret}.{role}".encode(state.encoding())
    ticket = ticket_of(state, b"0" + rest, asked_at)
    assert ticket.setting is not None
    ticket.entering = b""  # not known yet
    activating = (_TOKEN % state.quote(rest), ticket.setting[1])
    return Ahead(state, key, ticket, opening(state, key, secret=secret, token=_NUMBER), activating, rest, asked_at)
