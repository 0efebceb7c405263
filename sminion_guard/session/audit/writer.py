"""The audit writer: a thread with its own connection, so that the log outlives the transactions it tells of.

While one batch is being written the next rows gather: under load many statements share one commit (group commit).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import time
from threading import Lock, Thread
from weakref import WeakSet

import psycopg
from psycopg.conninfo import conninfo_to_dict

from sminion_guard.codes import CODES, error_class
from sminion_guard.errors import AuditUnavailable, GuardError
from sminion_guard.session.audit.queue import Queue, Receipt, Waiting
from sminion_guard.session.audit.rows import Result, Statement
from sminion_guard.session.audit.sender import Orphan, Sender

PAUSES = (0.0, 0.05, 0.1, 0.2, 0.5)
"""Seconds before each new attempt; the last one goes on."""
OF_ONE_ROW = frozenset({"SG603", "SG605"})
"""One row of the batch is at fault; the others can be written without it."""
FINAL = frozenset({*OF_ONE_ROW, "SG602", "SG604"})
"""What no new attempt mends."""

_writers: WeakSet[AuditWriter] = WeakSet()


class AuditWriter:
    """Writes the log of statements. Thread-safe; in a forked process it begins anew, with nothing of its parent's.

    :param conninfo: of the database that holds the tickets, as the login that opens them.
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
        self._lock = Lock()
        self._queue = Queue(self._capacity)
        self._thread: Thread | None = None

    def record(self, statement: Statement, *, hurry: bool = True) -> Receipt:
        """Hand in a statement, before it is sent.

        :param hurry: False where nobody waits for it before its result, with which it then shares a commit.
        :raises AuditUnavailable: SG601 when the queue is full, or the writer closed.
        """
        return self._put(Waiting(statement), hurry)

    def record_result(self, of: Receipt, result: Result, *, hurry: bool = True) -> Receipt:
        """Hand in what came of a statement.

        :param of: what :meth:`record` returned.
        :param hurry: as for :meth:`record`.
        :raises AuditUnavailable: as :meth:`record`.
        """
        return self._put(Waiting(result, of), hurry)

    def hurry(self) -> None:
        """Somebody waits for what was handed in."""
        self._queue.hurry()

    def await_receipt(self, receipt: Receipt) -> None:
        """Return when the row is on disk.

        :raises AuditUnavailable: when it could not be written, or not within ``patience``.
        """
        if not receipt.done():
            self.hurry()
        try:
            receipt.result(self.patience)
        except TimeoutError:
            raise late(self.patience) from None

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until everything that was handed in is on disk or was refused; whether it came true in time.

        :param timeout: seconds; twice the patience when it is None.
        """
        return self._thread is None or self._queue.drained(2 * self.patience if timeout is None else timeout)

    def close(self) -> None:
        """Write what waits and end the thread. Also done when the interpreter exits."""
        with self._lock:
            self._closed = True
            self._queue.close()
        if self._thread is not None:
            self._thread.join(2 * self.patience)

    def _put(self, waiting: Waiting, hurry: bool) -> Receipt:
        if self._thread is None:
            self._start()
        self._queue.put(waiting, hurry=hurry)
        return waiting.receipt

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed:
                # A daemon, since the interpreter waits for all others before it lets us flush.
                thread = Thread(target=self._run, args=(self._queue,), name="sminion_guard audit", daemon=True)
                thread.start()
                self._thread = thread

    def _run(self, queue: Queue) -> None:
        sender = Sender(self._conninfo, self.patience)
        while batch := queue.take(self._batch):
            self._write(sender, batch)
        sender.disconnect()

    def _write(self, sender: Sender, batch: list[Waiting]) -> None:
        """Settle every receipt of ``batch``, one way or the other."""
        deadline = batch[0].since + self.patience
        attempts = 0
        while True:
            try:
                places = sender.send(batch)
            except Orphan as error:
                self._refuse_orphans(sender, batch, error)
                return
            except psycopg.Error as error:
                if error.sqlstate in OF_ONE_ROW and len(batch) > 1:
                    for waiting in batch:
                        self._write(sender, [waiting])
                    return
                pause = PAUSES[min(attempts, len(PAUSES) - 1)]
                attempts += 1
                if error.sqlstate in FINAL or time.monotonic() + pause >= deadline:
                    if error.sqlstate not in OF_ONE_ROW:
                        # Nobody knows whether it is on record: the places of what follows are counted anew.
                        sender.start_anew()
                        sender.disconnect()
                    _fail(batch, error)
                    return
                if error.sqlstate is None or not error.sqlstate.startswith("SG"):
                    sender.disconnect()
                time.sleep(pause)
            except Exception as error:  # whatever it is, nobody may wait for ever, and nothing may pass unrecorded
                sender.start_anew()
                sender.disconnect()
                _fail(batch, error)
                return
            else:
                for waiting, place in zip(batch, places, strict=True):
                    waiting.receipt.set_result(place)
                return

    def _refuse_orphans(self, sender: Sender, batch: list[Waiting], error: Orphan) -> None:
        if len(batch) == 1:
            _fail(batch, error)
            return
        for waiting in batch:
            self._write(sender, [waiting])


def _fail(batch: list[Waiting], error: Exception) -> None:
    for waiting in batch:  # each waiter raises its own exception, with a traceback of its own
        waiting.receipt.set_exception(_explained(error))


def _explained(error: Exception) -> GuardError:
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    if isinstance(error, psycopg.Error) and state in CODES:
        diag = error.diag
        return error_class(state)(
            state, diag.message_primary or str(error), detail=diag.message_detail, hint=diag.message_hint
        )
    return AuditUnavailable(
        "SG601", "the log cannot be written, so nothing is released", detail=f"{type(error).__name__}: {error}".strip(),
        hint="see whether the log's database can be reached, then try again",
    )


def writers() -> tuple[AuditWriter, ...]:
    """All of this process, for whoever must know that nothing waits any more."""
    return tuple(_writers)


def late(patience: float) -> AuditUnavailable:
    """The row is not on disk after ``patience`` seconds."""
    return AuditUnavailable(
        "SG601", f"the log was not written within {patience:g} seconds, so nothing is released",
        hint="see whether the log's database can be reached and is fast enough, then try again",
    )


@atexit.register
def _close_all() -> None:
    for writer in list(_writers):
        with contextlib.suppress(Exception):
            writer.close()


def _begin_all_anew() -> None:
    for writer in list(_writers):
        writer.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all_anew)
