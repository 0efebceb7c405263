"""The audit writer: a connection of its own, so that the log outlives the transactions it tells of.

A thread that waits for a row writes it, together with all rows that wait then: under load many statements share one
commit (group commit), and a lone one is not handed from thread to thread. Rows that nobody waits for are written by a
thread of the writer.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import time
from collections import deque
from threading import Lock, RLock, Thread
from weakref import WeakSet

import psycopg
from psycopg.conninfo import conninfo_to_dict

from sminion_guard.session.recording.failure import explained, late
from sminion_guard.session.recording.queue import LONGEST_WAIT, Queue, Waiting
from sminion_guard.session.recording.receipt import Receipt
from sminion_guard.session.recording.rows import Result, Statement
from sminion_guard.session.recording.sender import Sender

PAUSES = (0.0, 0.05, 0.1, 0.2, 0.5)
"""Seconds before each new attempt; the last one goes on."""
OF_ONE_ROW = frozenset({"SG605", "SG611", "23514"})
"""One row of the batch is at fault, or all together are too long; the others can be written without it."""
NOT_WRITTEN = frozenset({*OF_ONE_ROW, "SG248", "SG610"})
"""The batch is not on record for certain, so the writer goes on where it is; and no new attempt mends it."""

_writers: WeakSet[AuditWriter] = WeakSet()
_inherited: list[Sender] = []
"""Connections of a parent process: closing them here would end them there."""


class AuditWriter:
    """Writes the log of statements. Thread-safe; in a forked process it begins anew, with nothing of its parent's.

    :param conninfo: of the log's database, as the login that opens the tickets.
    :param patience: seconds that a row may wait for the disk, whatever happens to the server meanwhile.
    :param capacity: rows that may wait.
    :param batch: rows of one commit, at most.
    """

    def __init__(self, conninfo: str, *, patience: float = 10.0, capacity: int = 10_000, batch: int = 500) -> None:
        self.patience = patience
        self._conninfo, self._capacity, self._batch = conninfo, capacity, batch
        self._closed = False
        self.begin_anew()
        _writers.add(self)

    @property
    def database(self) -> str | None:
        """The name of the database that it writes to."""
        return conninfo_to_dict(self._conninfo).get("dbname")  # type: ignore[return-value]

    def begin_anew(self) -> None:
        """As if nothing had been handed in: a forked process has neither the thread nor its connection."""
        self._queue = Queue(self._capacity)
        self._sender = Sender(self._conninfo, self.patience)
        self._one_by_one: deque[Waiting] = deque()
        # Who holds it may use the sender. Ctrl-C may come between any two steps, and must not leave it locked: so
        # it is taken inside of `try`, released as the first step of `finally`, and knows whether it was taken.
        self._sending = RLock()
        self._starting = Lock()
        self._thread: Thread | None = None

    def record(self, statement: Statement, *, at_once: bool = True) -> Receipt:
        """Hand in a statement, before it is sent.

        :param at_once: send it to the log at once, so that it is written while the statement runs. False where a result
            is expected to follow that must be on disk as well: both then share a commit.
        :raises AuditUnavailable: SG601 when the queue is full, or the writer closed.
        """
        return self._put(Waiting(statement), at_once)

    def record_result(self, of: Receipt, result: Result, *, at_once: bool = False) -> Receipt:
        """Hand in what came of a statement.

        :param of: what :meth:`record` returned.
        :param at_once: as for :meth:`record`.
        :raises AuditUnavailable: as :meth:`record`.
        """
        return self._put(Waiting(result, of), at_once)

    def await_receipt(self, receipt: Receipt) -> None:
        """Return when the row is on disk.

        :raises AuditUnavailable: when it could not be written, or not within ``patience``.
        """
        if not receipt.done():
            deadline = time.monotonic() + self.patience
            while not receipt.done():
                try:
                    if not self._sending.acquire(timeout=max(0.0, deadline - time.monotonic())):
                        raise late(self.patience)
                    if not (receipt.done() or self._write_next()):
                        break
                finally:
                    try:  # noqa: SIM105  `suppress` has steps of its own
                        self._sending.release()
                    except RuntimeError:
                        pass  # it was not taken
            try:
                receipt.result(max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                raise late(self.patience) from None
        receipt.result()

    def write_now(self) -> None:
        """Let the thread write what waits, for callers that must not block, such as an event loop."""
        self._queue.write_now()

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until everything that was handed in is on disk or was refused; whether it came true in time.

        :param timeout: seconds; twice the patience when it is None.
        """
        deadline = time.monotonic() + (2 * self.patience if timeout is None else timeout)
        while self._pending():
            try:
                if not self._sending.acquire(timeout=max(0.0, deadline - time.monotonic())):
                    return False
                self._write_next()
            finally:
                try:  # noqa: SIM105
                    self._sending.release()
                except RuntimeError:
                    pass  # it was not taken
        return True

    def close(self) -> None:
        """Write what waits, and end thread and connection. Also done when the interpreter exits."""
        with self._starting:
            self._closed = True
            self._queue.close()
        self.flush()
        if self._thread is not None:
            self._thread.join(self.patience)
        try:
            if self._sending.acquire(timeout=self.patience):
                self._sender.disconnect()
        finally:
            try:  # noqa: SIM105
                self._sending.release()
            except RuntimeError:
                pass  # it was not taken

    def _put(self, waiting: Waiting, at_once: bool) -> Receipt:
        if self._thread is None:
            self._start()
        self._queue.put(waiting)
        if at_once:
            try:
                if self._sending.acquire(blocking=False):
                    if self._sender.rows and self._sender.settled():
                        self._write_next(patient=False)
                    if not self._sender.rows:
                        self._sender.take_on(self._taken())
                        self._sender.try_send()
            except psycopg.Error:
                pass  # of what is on its way: whoever waits for it tries again, and says so
            finally:
                try:  # noqa: SIM105
                    self._sending.release()
                except RuntimeError:
                    pass  # it was not taken
        return waiting.receipt

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._closed:
                # A daemon, since the interpreter waits for all others before it lets us flush.
                thread = Thread(target=self._run, args=(self._queue,), name="sminion_guard audit", daemon=True)
                thread.start()
                self._thread = thread

    def _run(self, queue: Queue) -> None:
        """Write rows that nobody waits for, and those that an event loop waits for."""
        while not queue.closed:
            queue.await_work()
            at_work = True
            while at_work:
                wanted = queue.gather()
                while wanted or self._stale():
                    with self._sending:
                        if not self._write_next():
                            break
                at_work = self._pending()

    def _pending(self) -> bool:
        return bool(self._queue or self._sender.rows or self._one_by_one)

    def _stale(self) -> bool:
        """Whether a row has waited for longer than :data:`~sminion_guard.session.recording.queue.LONGEST_WAIT`."""
        rows = self._sender.rows
        since = rows[0].since if rows else self._queue.oldest()
        return bool(self._one_by_one) or (since is not None and time.monotonic() - since >= LONGEST_WAIT)

    def _taken(self) -> list[Waiting]:
        return [self._one_by_one.popleft()] if self._one_by_one else self._queue.take(self._batch)

    def _write_next(self, *, patient: bool = True) -> bool:
        """Settle the receipts of one batch, one way or the other; whether there was one. For the holder of the lock.

        :param patient: try again after errors that may pass; else that is left to whoever comes next.
        """
        sender = self._sender
        if not sender.rows:
            rows = self._taken()
            if not rows:
                return False
            sender.take_on(rows)
        deadline = sender.rows[0].since + self.patience
        attempts = 0
        while True:
            rows = sender.rows
            try:
                batch = sender.deliver(max(deadline, time.monotonic() + 0.1 * self.patience))
            except psycopg.Error as error:
                if error.sqlstate in OF_ONE_ROW and len(rows) > 1:
                    self._one_by_one.extend(sender.give_up(unknown=False))
                    return True
                if not patient:
                    return True
                pause = PAUSES[min(attempts, len(PAUSES) - 1)]
                attempts += 1
                if error.sqlstate in NOT_WRITTEN or time.monotonic() + pause >= deadline:
                    _fail(sender.give_up(unknown=error.sqlstate not in NOT_WRITTEN), error)
                    return True
                time.sleep(pause)
            except Exception as error:  # whatever it is, nobody may wait for ever, and nothing may pass unrecorded
                _fail(sender.give_up(unknown=True), error)
                return True
            else:
                for waiting, place in batch.rows:
                    waiting.receipt.settle(place)
                for waiting, orphan in batch.orphans:
                    _fail([waiting], orphan)
                return True


def writers() -> tuple[AuditWriter, ...]:
    """All of this process, for whoever must know that nothing waits any more."""
    return tuple(_writers)


def _fail(rows: list[Waiting], error: Exception) -> None:
    for waiting in rows:  # each waiter raises its own exception, with a traceback of its own
        waiting.receipt.settle(explained(error))


@atexit.register
def _close_all() -> None:
    for writer in list(_writers):
        with contextlib.suppress(Exception):
            writer.close()


def _begin_all_anew() -> None:
    for writer in list(_writers):
        _inherited.append(writer._sender)
        writer.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all_anew)
