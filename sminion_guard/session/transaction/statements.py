"""The statements of a transaction: judged before they are sent, on record before their results are released."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sminion_guard.analyzer.staged import BLANK, State
from sminion_guard.session.judging import Judge
from sminion_guard.session.recording.recorder import Recorder, ticket_number
from sminion_guard.session.recording.rows import Result
from sminion_guard.session.recording.sent import Sent
from sminion_guard.session.tickets.cache import Ticket
from sminion_guard.session.transaction.effects import Effects, ReadCatalog
from sminion_guard.session.transaction.receipts import Receipts

if TYPE_CHECKING:
    from sminion_guard.analyzer import Verdict


class Statements:
    """Of one transaction.

    :ivar sent: the text of the one that was sent last.
    """

    def __init__(self, judge: Judge | None, recorder: Recorder | None, receipts: Receipts) -> None:
        self.sent = ""
        self._judge, self._recorder, self._receipts = judge, recorder, receipts
        self._staged: State = BLANK
        self._running: list[Sent] = []
        self._before: State = BLANK
        self._kept: tuple[Verdict, State, float] | None = None
        self._latest: Sent | None = None  # of which something has come

    def judged(self, text: str, purpose: str, role: str | None) -> Effects[tuple[Verdict, State]]:
        """The verdict, by a catalog that is new enough to refuse by; and the state of the transaction after it."""
        judge = self._judge
        assert judge is not None
        verdict, after = judge.judge(text, purpose, role, self._staged)
        if judge.doubts(verdict) and (yield ReadCatalog()):
            return judge.judge(text, purpose, role, self._staged)
        return verdict, after

    def keep(self, verdict: Verdict, after: State) -> None:
        """Keep a statement that was judged, and is sent before its row is handed in."""
        self._kept = (verdict, after, time.monotonic())

    def drop(self) -> None:
        """The statement that was kept was not executed."""
        self._kept = None

    def hand_in_kept(self, ticket: Ticket) -> Sent | None:
        """Hand in the row of the statement that was kept, if there is one.

        :raises PurposeViolation: as :meth:`hand_in`.
        """
        kept, self._kept = self._kept, None
        return None if kept is None else self.hand_in(kept[0], kept[1], ticket, kept[2])

    def hand_in(self, verdict: Verdict, after: State, ticket: Ticket, at: float | None = None) -> Sent:
        """Hand in the row of a statement that was judged.

        :param at: when it was sent, on the monotonic clock, in seconds; now where it is None.

        :raises PurposeViolation: when it is refused. That is on record, or AuditUnavailable is raised.
        """
        assert self._recorder is not None
        receipt, known = self._recorder.announce(verdict, ticket_number(ticket.entering), at_once=self._receipts.urgent)
        self._receipts.due.append(receipt)
        refusal = verdict.error()
        if refusal is not None:
            raise refusal
        self._before, self._staged = self._staged, after
        sent = Sent(receipt, known, verdict.sql, time.monotonic() if at is None else at)
        self._running.append(sent)
        return sent

    def arrived(self, cursor: Any, sent: Sent, results: list[tuple[Any, bool, int | None]], subjects: Subjects) -> None:
        """Results of ``sent`` are in ``cursor``: hand in their rows.

        :param results: each with whether it has rows, and how many rows it returned or changed.
        :param subjects: finds whose data a result holds.
        """
        if self._recorder is None:
            return
        if sent in self._running:
            self._running.remove(sent)
        self._latest = sent
        self._receipts.unreleased.add(cursor)
        spent = _spent(sent)
        for number, (result, has_rows, rows) in enumerate(results):
            places = sent.known.places_of(number)
            keys, bulk = subjects(result, places) if has_rows and places else ((), None)
            receipt = self._recorder.record_result(
                sent.receipt, Result(rows=rows, microseconds=spent, subjects=keys, bulk=bulk)
            )
            if keys or bulk:
                self._receipts.due.append(receipt)  # of others the statement's own row says all that was seen

    def copied(self, sent: Sent, rows: int, keys: tuple[str, ...], bulk: int | None) -> None:
        """Rows of a COPY TO were read, and are about to be released.

        :param keys: the subjects of these rows.
        :param bulk: how many rows hold others; None for none.
        """
        assert self._recorder is not None
        result = Result(rows=rows, microseconds=_spent(sent), subjects=keys, bulk=bulk)
        self._receipts.due.append(self._recorder.record_result(sent.receipt, result))

    def failed(self, sqlstate: str | None, *, refused: bool) -> None:
        """An error came: instead of the result of the statement sent first, or after results of the latest one.

        :param refused: whether it is a refusal of the guard.
        """
        sent = self._running.pop(0) if self._running else self._latest
        if self._recorder is not None and sent is not None:
            result = Result("refused" if refused else "failed", (sqlstate or "08006",), None, _spent(sent))
            self._receipts.due.append(self._recorder.record_result(sent.receipt, result))

    def not_executed(self, sent: Sent, sqlstate: str | None) -> None:
        """The statement that was handed in last has not been executed, because of an error before it.

        Its rows are written, but nobody waits for them: nothing came of the statement. Where the login lost its rights,
        they cannot be written, and that is not what the application should be told.
        """
        assert self._recorder is not None
        self._running.remove(sent)
        self._staged = self._before
        self._receipts.due.remove(sent.receipt)
        self._recorder.record_result(sent.receipt, Result("failed", (sqlstate or "08006",), None, _spent(sent)))


Subjects = Callable[[Any, Any], tuple[tuple[str, ...], int | None]]


def _spent(sent: Sent) -> int:
    return int((time.monotonic() - sent.at) * 1e6)
