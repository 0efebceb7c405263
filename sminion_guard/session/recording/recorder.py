"""Puts statements on record: what was judged, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, get_args

from sminion_guard.analyzer import Verdict
from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.recording.maintenance import Maintenance
from sminion_guard.session.recording.receipt import Receipt
from sminion_guard.session.recording.rows import Result, Statement
from sminion_guard.session.recording.shapes import Known, Shapes
from sminion_guard.session.recording.writer import AuditWriter

Mode = Literal["strict", "strict_transaction"]
"""``strict``: no result is released before its row is on disk. ``strict_transaction``: that holds for the first result
of a transaction, and for all of them before it ends. There is no weaker one."""
MODES: tuple[str, ...] = get_args(Mode)

_TOKEN = re.compile(rb"'(\d+)\.")


class Recorder:
    """For one server and login. Thread-safe.

    :param conninfo: of the log's database, as the login that opens the tickets.
    :param maintained: the addresses of databases to maintain.
    """

    def __init__(self, conninfo: str, *, maintained: Iterable[str] = ()) -> None:
        self.writer = AuditWriter(conninfo)
        self._maintenance = Maintenance(maintained)
        self._shapes = Shapes()

    def announce(self, verdict: Verdict, ticket: int, *, at_once: bool = True) -> tuple[Receipt, Known]:
        """Hand in the row of a statement that is about to be sent, or is refused.

        It is written while the statement runs. Where subjects are to follow it is kept for a moment: their rows must be
        on disk as well, and a result that comes quickly shares one commit with its statement.

        :param at_once: False where nobody waits for it before the transaction ends.
        :raises AuditUnavailable: when no row can be taken.
        """
        self._maintenance.wake()
        known = self._shapes.of(verdict)
        at_once = at_once and not known.shows_subjects
        return self.writer.record(Statement(ticket, known.shape), at_once=at_once), known

    def record_result(self, of: Receipt, result: Result) -> Receipt:
        """Hand in what came of it. Who waits for it says so by waiting."""
        return self.writer.record_result(of, result, at_once=False)

    def close(self) -> None:
        """Write what waits for the log; no more is taken."""
        self._maintenance.close()
        self.writer.close()


def ticket_number(entering: bytes) -> int:
    """The number of the ticket that ``entering`` activates.

    :raises AuditUnavailable: SG601 when it has none.
    """
    found = _TOKEN.search(entering)
    if found is None:
        raise AuditUnavailable("SG601", "the ticket of this transaction has no number", hint="open a new ticket")
    return int(found.group(1))
