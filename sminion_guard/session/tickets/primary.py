"""Tickets for a hot standby: opened on the primary, and good on the standby once it has replayed them."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from sminion_guard.errors import AuditUnavailable, TicketRefused
from sminion_guard.session.address import beside, checked

CANNOT_WRITE = frozenset({"25006", "0A000"})
"""SQLSTATEs of a standby that is asked to write: read_only_sql_transaction, and feature_not_supported for BEGIN."""
IDLE_KEPT = 4
"""Connections to the primary that are kept for the next ticket, at most, for each address and login."""
LONGEST_PAUSE = 0.05
"""Seconds that the standby sleeps between two looks, at most."""

_WHERE = b"SELECT pg_catalog.pg_current_wal_flush_lsn(), system_identifier FROM pg_catalog.pg_control_system()"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a server answered to the opening of a ticket.

    :param token: of the ticket.
    :param policy: the fingerprint of the policy in force where it was opened (``sminion.policy_in_force``).
    :param written: how far the primary's log reached then; None where nobody has to wait for it.
    :param system: the number of the primary's cluster, which its standbys share.
    """

    token: bytes
    policy: bytes | None
    written: bytes | None = None
    system: bytes = b""


class Primary:
    """Opens tickets for the connections to standbys. Thread-safe; a connection at work belongs to one caller.

    :param address: what leads to the primary: a URL or ``key=value`` pairs. What it leaves out is as in the standby's
        address. It may name several hosts, of which the one that is the primary is taken.
    :param patience: seconds to wait for the primary, and again for the standby.
    :raises PolicyError: SG244.
    """

    def __init__(self, address: str, *, patience: float = 10.0) -> None:
        self.address = checked(address, "guard_primary")
        self.patience = patience
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget the connections: in a forked process they are the parent's."""
        self._idle: dict[str, deque[psycopg.Connection[Any]]] = {}

    def close(self) -> None:
        """Close the connections that are kept for the next ticket."""
        for idle in list(self._idle.values()):
            while idle:
                with suppress(IndexError):
                    idle.pop().close()

    def conninfo(self, standby: str) -> str:
        """The primary's address for a connection to a standby.

        :param standby: the address of that connection.
        """
        return beside(standby, self.address, target_session_attrs="primary")

    def open(self, begin: bytes, opening: tuple[bytes, ...], standby: str) -> Opened:
        """Open a ticket. Blocks.

        :param begin: begins a transaction that writes.
        :param opening: opens the ticket and commits.
        :param standby: the address of the connection that needs it.
        :raises psycopg.Error: the primary refuses the ticket.
        :raises AuditUnavailable: SG241 when it cannot be reached, or does not answer in time.
        """
        conninfo = self.conninfo(standby)
        limit = b"SET LOCAL statement_timeout = %d" % int(self.patience * 1000)
        commands = b"; ".join((begin, limit, *opening, _WHERE))
        idle = self._idle.setdefault(conninfo, deque())
        while idle:
            with suppress(IndexError, psycopg.OperationalError):  # another caller took it, or the server was restarted
                return self._ask(idle.pop(), commands, idle)
        try:
            connection = psycopg.connect(
                conninfo, autocommit=True, prepare_threshold=None, connect_timeout=max(2, int(self.patience)),
                tcp_user_timeout=int(self.patience * 1000),
            )
            return self._ask(connection, commands, idle)
        except psycopg.OperationalError as error:
            raise AuditUnavailable(
                "SG241", "no ticket: the primary cannot be reached", detail=str(error).strip(),
                hint="see whether `guard_primary` names the primary, then try again",
            ) from error

    def _ask(
        self, connection: psycopg.Connection[Any], commands: bytes, idle: deque[psycopg.Connection[Any]]
    ) -> Opened:
        answers = []
        try:
            cursor = connection.execute(commands)
            while True:
                answers.append(cursor.pgresult)
                if not cursor.nextset():
                    break
        except BaseException:
            connection.close()
            raise
        if len(idle) < IDLE_KEPT:
            idle.append(connection)
        else:
            connection.close()
        *_, ticket, _, where = answers
        assert ticket is not None and where is not None
        return Opened(
            ticket.get_value(0, 0) or b"", ticket.get_value(0, 1), where.get_value(0, 0), where.get_value(0, 1) or b""
        )

    def replay(self, opened: Opened) -> Replay:
        """How a standby is asked whether it has replayed the ticket."""
        return Replay(opened, self.patience)


class Replay:
    """The questions to a standby that a ticket is waited for on.

    :param patience: seconds.
    """

    def __init__(self, opened: Opened, patience: float) -> None:
        self._patience, self._deadline, self._pause = patience, time.monotonic() + patience, 0.001
        # A server that was promoted meanwhile replays nothing any more: what it has, it has.
        self.first = (
            b"SELECT system_identifier = %s, pg_catalog.pg_last_wal_replay_lsn(),"
            b" pg_catalog.pg_last_wal_replay_lsn() >= '%s' OR NOT pg_catalog.pg_is_in_recovery()"
            b" FROM pg_catalog.pg_control_system()" % (opened.system, opened.written),
        )
        self._written = (opened.written or b"").decode()

    def done(self, answer: tuple[bytes | None, ...]) -> bool:
        """Whether the standby has the ticket.

        :param answer: to the latest question.
        :raises TicketRefused: SG242 when it takes too long, SG243 when it will never come.
        """
        follows, reached, has_it = answer
        if follows != b"t":
            raise TicketRefused(
                "SG243", "the standby does not follow the primary that `guard_primary` names",
                detail="the two are copies of different clusters, so the ticket will never arrive",
                hint="name the primary of this standby",
            )
        if has_it != b"t" and time.monotonic() >= self._deadline:
            raise TicketRefused(
                "SG242", f"the standby has not replayed the ticket within {self._patience:g} seconds",
                detail=f"it has come to {(reached or b'nothing').decode()}, the ticket is at {self._written}",
                hint="see why the standby is behind, or read on the primary",
            )
        return has_it == b"t"

    def again(self) -> tuple[bytes, ...]:
        """The next question, after a pause that the server makes."""
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        return (b"SELECT pg_catalog.pg_sleep(%f)" % self._pause, *self.first)


def standby_without_primary() -> TicketRefused:
    """No ticket can be opened on a standby."""
    return TicketRefused(
        "SG240", "the server is a standby, and nobody said where its primary is",
        detail="a ticket is a row of the access log, and a standby cannot write",
        hint="pass `guard_primary=\"postgresql://primary-host\"`, or connect to the primary",
    )
