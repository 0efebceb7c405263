"""What the transactions of one connection share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sminion_guard.session.guard import Guard
from sminion_guard.session.judging import Judge
from sminion_guard.session.recording.recorder import Recorder
from sminion_guard.session.tickets.cache import Home
from sminion_guard.session.tickets.pooled import AT_BEGIN, AT_ENTER


@dataclass(slots=True)
class ConnectionState:
    """Of one connection.

    :param guard: what it shares with the other connections of the application.
    :param server_version: as ``server_version_num``.
    :param encoding: the client encoding, by its name in Python. Asked each time, since a set-up may change it.
    :param literal: a value of Python as a literal of SQL.
    :param quote: a text as a literal of SQL.
    :param conninfo: its address.
    :param judge: of its statements; None before it is known, and in tests that want the server alone.
    :param recorder: puts them on record; None together with ``judge``.
    :param pooled: whether a pooler hands out server sessions, so that each transaction resets what it needs.
    """

    guard: Guard
    home: Home
    server_version: int
    encoding: Callable[[], str]
    literal: Callable[[object], bytes]
    quote: Callable[[bytes], bytes]
    conninfo: Callable[[], str]
    judge: Judge | None = None
    recorder: Recorder | None = None
    pooled: bool = False

    @property
    def at_begin(self) -> tuple[bytes, ...]:
        """What a transaction resets right after BEGIN."""
        return AT_BEGIN if self.pooled else ()

    @property
    def at_enter(self) -> tuple[bytes, ...]:
        """What a transaction resets before it activates a ticket."""
        return AT_ENTER if self.pooled else ()

    @property
    def login(self) -> str:
        """The login of the connection."""
        return self.home[-1]
