"""What a guarded connection does for the log.

It judges what it is about to send, and holds results back until their rows are on disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from psycopg import pq

from sminion_guard.analyzer.staged import BLANK, State
from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.audit.auditor import Auditor, refusal, ticket_number
from sminion_guard.session.audit.failure import late
from sminion_guard.session.audit.receipt import Receipt
from sminion_guard.session.audit.rows import Result
from sminion_guard.session.audit.subjects import subjects
from sminion_guard.session.begin import Beginning, Row
from sminion_guard.session.copying import CopiedRow, Copying, copy_format
from sminion_guard.session.sent import Sent
from sminion_guard.session.ticket import Ticket

if TYPE_CHECKING:
    from psycopg.abc import Buffer, PQGen
    from psycopg.pq.abc import PGresult

    from sminion_guard.analyzer import Verdict


MOST_OWED = 200
"""Rows of one transaction that nobody has waited for, at most, in mode ``strict_transaction``."""


class Stale(Exception):
    """Instead of a refusal: who sends the statement reads the catalog, without blocking a loop, and starts again."""


class Recording(Beginning[Row]):
    """Mixed into psycopg's connections, before them."""

    _auditor: Auditor | None = None
    _gathers = False
    """Whether only the first statement of a transaction is waited for, and the others all together at its end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._staged = BLANK
        self._due: list[Receipt] = []  # rows that must be on disk before anything is released
        self._owed: list[Receipt] = []  # rows that must be on disk before the transaction ends
        self._known = False  # whether the transaction has a statement on record
        self._restarts = False  # whether what is being sent can be started again
        self._fresh = False  # whether the catalog was read for it
        self._running: list[Sent] = []  # in this transaction, and nothing has come of them yet
        self._latest: Sent | None = None  # in this transaction, of which something has come
        self._unreleased: WeakSet[Any] = WeakSet()  # cursors that hold what is not released
        super().__init__(*args, **kwargs)

    def _begin(self, begin: bytes) -> PQGen[None]:
        self._start_anew()
        yield from super()._begin(begin)

    def _start_anew(self) -> None:
        super()._start_anew()
        self._staged = BLANK
        self._running.clear()
        self._latest = None
        self._known = False

    def _judge(self, statement: bytes) -> Sent | None:
        """Judge ``statement`` and hand in its row.

        :raises PurposeViolation: when it is refused; that is on record, or AuditUnavailable is raised.
        """
        auditor = self._auditor
        if auditor is None or self._unserved:
            return None
        ticket, context = self._ticket or self._waiting, self._context
        if ticket is None or context is None:
            if not statement.strip(b" \t\r\n\f;"):
                return None
            raise AuditUnavailable("SG601", "the statement stands under no ticket", hint="begin a transaction")
        text = statement.decode(self._charset, "surrogateescape")
        return self._handed_in(*self._judged(auditor, text, context.purpose, ticket.role), ticket)

    def _judged(self, auditor: Auditor, text: str, purpose: str, role: str | None) -> tuple[Verdict, State]:
        """The verdict, by a catalog that is new enough to refuse by.

        :raises Stale: where that catalog has to be read first.
        """
        verdict, after = auditor.judge(text, purpose, role, self._staged)
        if auditor.doubts(verdict) and not self._fresh:
            if self._restarts:
                raise Stale
            if auditor.refresh():
                return auditor.judge(text, purpose, role, self._staged)
        return verdict, after

    def _handed_in(self, verdict: Verdict, after: State, ticket: Ticket) -> Sent:
        """The statement that was judged, on its way to the log.

        :raises PurposeViolation: as :meth:`_judge`.
        """
        assert self._auditor is not None
        receipt, known = self._auditor.announce(
            verdict, ticket_number(ticket.entering), hurry=not (self._gathers and self._known)
        )
        self._due.append(receipt)
        if not verdict.allowed:
            raise refusal(verdict)
        self._staged = after
        sent = Sent(receipt, known, verdict.sql)
        self._running.append(sent)
        return sent

    def _arrived(self, cursor: Any, sent: Sent | None, results: list[PGresult]) -> None:
        """Results of ``sent`` are in ``cursor``: hand in their rows."""
        if sent is None or self._auditor is None:
            return
        if sent in self._running:
            self._running.remove(sent)
        self._latest = sent
        self._unreleased.add(cursor)
        spent = int((time.monotonic() - sent.at) * 1e6)
        for number, result in enumerate(results):
            if result.status == pq.ExecStatus.COPY_OUT:
                continue  # its rows are still to come: see `_copied`
            has_rows = result.status in (
                pq.ExecStatus.TUPLES_OK, pq.ExecStatus.SINGLE_TUPLE, pq.ExecStatus.TUPLES_CHUNK
            )
            places = sent.known.places_of(number)
            keys, bulk = subjects(result, places) if has_rows and places else ((), None)
            rows = result.ntuples if has_rows else result.command_tuples
            receipt = self._auditor.record_result(
                sent.receipt, Result(rows=rows, microseconds=spent, subjects=keys, bulk=bulk)
            )
            if keys or bulk:
                self._due.append(receipt)  # of others the statement's own row says all that was seen

    def _copying(self, sent: Sent) -> Copying:
        """What is to be put on record of the COPY TO that ``sent`` is."""
        policy, places = self._guard.policy_at(self._home), sent.known.places_of(0)
        if policy is None or not places:
            return Copying(None)
        return Copying(CopiedRow(copy_format(sent.text), places, policy.subject_keys))

    def _copied(self, sent: Sent, copying: Copying, read: Callable[[], PQGen[Buffer]]) -> PQGen[Buffer]:
        """The next row of a COPY TO, on record before it is released."""
        if not copying.ready and not copying.ended:
            rows, keys, bulk = yield from copying.ahead(read)
            assert self._auditor is not None
            spent = int((time.monotonic() - sent.at) * 1e6)
            self._due.append(self._auditor.record_result(
                sent.receipt, Result(rows=rows, microseconds=spent, subjects=keys, bulk=bulk)
            ))
        return copying.ready.popleft() if copying.ready else b""

    def _stopped(self, state: str | None, refused: bool) -> None:
        """An error came: instead of the result of the statement sent first, or after results of the latest one."""
        sent = self._running.pop(0) if self._running else self._latest
        if self._auditor is not None and sent is not None:
            spent = int((time.monotonic() - sent.at) * 1e6)
            self._due.append(self._auditor.record_result(
                sent.receipt,
                Result("refused" if refused else "failed", (state or "08006",), None, spent),
            ))

    def _to_release(self, ends: bool) -> Iterator[Receipt]:
        """The rows that must be on disk now; what they stand for is released when all of them were waited for."""
        # Within a pipeline COMMIT may have been sent already.
        if self._gathers and self._known and not ends and self._pipeline is None and len(self._owed) < MOST_OWED:
            self._owed += self._due
            self._due.clear()
            while self._owed and self._owed[0].done():
                self._owed.pop(0).result()  # raises where one could not be written
        else:
            self._due[:0] = self._owed
            self._owed.clear()
            self._known = self._known or bool(self._due)
            while self._due:
                yield self._due[0]
                self._due.pop(0)
        self._unreleased.clear()

    def _release(self, *, ends: bool = False) -> None:
        """Wait for the log.

        :param ends: whether the transaction is about to end.
        :raises AuditUnavailable: and then nothing is released, and the connection is closed.
        """
        try:
            for receipt in self._to_release(ends):
                assert self._auditor is not None
                self._auditor.writer.await_receipt(receipt)
        except BaseException:
            self._withhold()
            raise

    async def _release_async(self, *, ends: bool = False) -> None:
        """The same without blocking the loop."""
        try:
            for receipt in self._to_release(ends):
                assert self._auditor is not None
                patience = self._auditor.writer.patience
                if not receipt.done():
                    self._auditor.writer.hurry()
                    await _settled(receipt, patience)
                receipt.result()
        except BaseException:
            self._withhold()
            raise

    def _withhold(self) -> None:
        """Nothing of what has arrived reaches the application, and the transaction cannot be committed."""
        for cursor in list(self._unreleased):
            cursor._reset()
            if hasattr(cursor, "_iter_rows"):
                cursor._iter_rows = None
        self._unreleased.clear()
        self._due.clear()
        self._owed.clear()
        self.pgconn.finish()


async def _settled(receipt: Receipt, patience: float) -> None:
    """Return when ``receipt`` is settled.

    :param patience: seconds.
    :raises AuditUnavailable: SG601 when that takes longer.
    """
    loop, settled = asyncio.get_running_loop(), asyncio.Event()

    def tell() -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile, and with it whoever waited
            loop.call_soon_threadsafe(settled.set)

    receipt.add_done_callback(tell)
    try:
        await asyncio.wait_for(settled.wait(), patience)
    except TimeoutError:
        raise late(patience) from None
