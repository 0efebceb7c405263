"""Rows that wait to be written, and the receipts for them."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from threading import Condition

from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.recording.receipt import Receipt
from sminion_guard.session.recording.rows import Result, Statement


@dataclass(slots=True, eq=False)
class Waiting:
    """A row on its way.

    :param of: the receipt of the statement that a result belongs to.
    :param since: when it was handed in, on the monotonic clock, in seconds.
    """

    row: Statement | Result
    of: Receipt | None = None
    receipt: Receipt = field(default_factory=Receipt)
    since: float = field(default_factory=time.monotonic)


LONGEST_WAIT = 0.05
"""Seconds after which a row that nobody waits for is written without others."""


class Queue:
    """At most ``capacity`` rows, in the order in which they were handed in. Thread-safe.

    :param capacity: rows; beyond, the next is refused and its statement with it: nothing is dropped silently.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._rows: deque[Waiting] = deque()
        self._changed = Condition()
        self._closed = False
        self._wanted = False
        self._asleep = False

    def put(self, waiting: Waiting) -> None:
        """Append a row. It is written when somebody waits for it, or after :data:`LONGEST_WAIT`.

        :raises AuditUnavailable: SG601 when it is full or closed.
        """
        with self._changed:
            if self._closed or len(self._rows) >= self._capacity:
                raise AuditUnavailable(
                    "SG601", "the log takes no more rows",
                    detail="it is closed" if self._closed else f"{self._capacity} rows wait to be written already",
                    hint="see whether the log's database can be reached and is fast enough",
                )
            self._rows.append(waiting)
            if self._asleep:
                self._changed.notify_all()

    def write_now(self) -> None:
        """Let the writer thread write what waits, for callers that must not block, such as an event loop."""
        with self._changed:
            self._wanted = True
            self._changed.notify_all()

    def take(self, most: int) -> list[Waiting]:
        """Up to ``most`` rows, the oldest first; none when none wait."""
        with self._changed:
            return [self._rows.popleft() for _ in range(min(most, len(self._rows)))]

    def await_work(self) -> None:
        """Return when a row waits, or when no more can come."""
        with self._changed:
            self._asleep = True  # from here on, and not before, `put` wakes us: waking costs more than putting
            while not (self._rows or self._wanted or self._closed):
                self._changed.wait()
            self._asleep = False

    def gather(self) -> bool:
        """Wait a moment for more rows to share a commit; whether the rows must be written now."""
        with self._changed:
            if not (self._wanted or self._closed):
                self._changed.wait(LONGEST_WAIT / 2)
            wanted, self._wanted = self._wanted or self._closed, False
            return wanted

    def close(self) -> None:
        """Take no more rows; what waits can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether it takes no more rows."""
        return self._closed

    def oldest(self) -> float | None:
        """Since when the first row waits, on the monotonic clock, in seconds; None when none does."""
        with self._changed:
            return self._rows[0].since if self._rows else None

    def __len__(self) -> int:
        return len(self._rows)
