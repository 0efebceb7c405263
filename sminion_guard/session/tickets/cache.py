"""Tickets that were opened and are still good, shared by the connections of one guard."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from threading import Lock

from sminion_guard.errors import TicketRefused
from sminion_guard.session.context import Context

MARGIN = 0.1
"""The last part of a ticket's lifetime, in which it begins no new transaction: one begun before has time to end."""
LONGEST_MARGIN = 60.0
"""Seconds."""
MOST = 4096
"""Tickets kept: beyond, the one used longest ago is forgotten, and opened anew when it is needed again."""

TRUSTED = 1.0
"""Seconds for which a ticket that the server took is activated without asking again whether it is still good."""

Home = tuple[str, str, int, str, str, str]
"""Host, its address, port, database, client encoding and login: a ticket is good there only."""


@dataclass(slots=True, eq=False)
class Ticket:
    """An opened ticket.

    :param entering: the statement that activates it, in the client encoding of its home.
    :param role: the compartment that it opens.
    :param deadline: when it begins no transaction any more, on the monotonic clock, in seconds.
    :param ends: when the server lets it expire, on the same clock.
    :param setting: statements that activate it and leave all questions to the tables, which ask them in each
        statement anyway; None where the beginning of a transaction must be marked.
    :param taken_at: when the server last took it, or opened it, on the same clock.
    """

    entering: bytes
    role: str
    deadline: float
    ends: float
    setting: tuple[bytes, ...] | None = None
    taken_at: float = -inf

    def asks(self, now: float) -> bool:
        """Whether the server is to be asked, at the beginning of a transaction, if it is still good.

        Asked at the beginning, a ticket that is no longer good costs the application nothing: a new one is opened. That
        takes a third of a short transaction, so it is asked once in :data:`TRUSTED` seconds. In between,
        what has become of it is found by the first statement that reads or writes: a refusal, never a row too many.
        """
        return self.setting is None or now - self.taken_at > TRUSTED

    def activating(self, now: float) -> tuple[bytes, ...]:
        """The statements to begin a transaction with."""
        return (self.entering,) if self.setting is None or self.asks(now) else self.setting

    @classmethod
    def opened(
        cls, entering: bytes, role: str, lifetime: float, asked_at: float, *, setting: tuple[bytes, ...] | None = None
    ) -> Ticket:
        """A ticket that lives for ``lifetime`` seconds.

        :param asked_at: the clock before the server was asked, so that ours is never later than the server's.
        """
        ends = asked_at + lifetime
        return cls(entering, role, ends - min(lifetime * MARGIN, LONGEST_MARGIN), ends, setting, asked_at)


class TicketCache:
    """At most :data:`MOST` tickets, by home and context. Thread-safe; no lock is held while anybody waits for a server.

    :param clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, most: int = MOST) -> None:
        self.clock = clock
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[tuple[Home, Context], Ticket] = OrderedDict()
        self._revoked: OrderedDict[tuple[Home, Context], float] = OrderedDict()

    def begin_anew(self) -> None:
        """For a forked process, which opens tickets of its own. Who was refused stays refused."""
        self._lock = Lock()
        self._kept.clear()

    def get(self, home: Home, context: Context) -> Ticket | None:
        """A ticket that can begin a transaction, or None.

        :raises TicketRefused: SG205 for a context whose ticket was revoked, until that ticket would have expired: were
            it opened anew at once, nobody could end an access.
        """
        key = (home, context)
        with self._lock:
            until = self._revoked.get(key)
            if until is not None:
                if until > self.clock():
                    raise TicketRefused(
                        "SG205", f"the access of `{context.actor}` for `{context.purpose}` was ended by an officer",
                        detail=f"its reason was: {context.reason}", hint="ask the privacy officer",
                    )
                del self._revoked[key]
            ticket = self._kept.get(key)
            if ticket is None:
                return None
            if ticket.deadline <= self.clock():
                del self._kept[key]
                return None
            self._kept.move_to_end(key)
            return ticket

    def put(self, home: Home, context: Context, ticket: Ticket) -> None:
        """Keep ``ticket``; of two opened at once for the same context, the later one stays."""
        with self._lock:
            self._kept[home, context] = ticket
            self._kept.move_to_end((home, context))
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def forget(self, home: Home, context: Context, ticket: Ticket) -> None:
        """The server did not take ``ticket``; another one that was put meanwhile stays."""
        with self._lock:
            if self._kept.get((home, context)) is ticket:
                del self._kept[home, context]

    def revoke(self, home: Home, context: Context, ticket: Ticket) -> None:
        """An officer revoked ``ticket``: the context gets no other one until it would have expired."""
        with self._lock:
            self._kept.pop((home, context), None)
            self._revoked[home, context] = ticket.ends
            while len(self._revoked) > self._most:
                self._revoked.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)
