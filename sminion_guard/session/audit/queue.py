"""Rows that wait to be written, and the receipts for them."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition

from sminion_guard.errors import AuditUnavailable
from sminion_guard.session.audit.rows import Result, Statement

Place = tuple[int, int]
"""The writer of a row and its place among that writer's rows."""
Receipt = Future[Place]
"""Done when the row is on disk; fails with :class:`~sminion_guard.errors.AuditUnavailable`."""


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A row on its way.

    :param of: the receipt of the statement that a result belongs to.
    :param since: when it was handed in, on the monotonic clock, in seconds.
    """

    row: Statement | Result
    of: Receipt | None = None
    receipt: Receipt = field(default_factory=Future)
    since: float = field(default_factory=time.monotonic)


LINGER = 0.05
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
        self._hurry = False
        self._taken = 0

    def put(self, waiting: Waiting, *, hurry: bool = True) -> None:
        """Append a row.

        :param hurry: write it as soon as can be; else with the next one that is in a hurry, or after :data:`LINGER`.
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
            self._hurry = self._hurry or hurry
            if hurry or len(self._rows) == 1:
                self._changed.notify_all()

    def hurry(self) -> None:
        """Somebody waits for a row that was put without hurry."""
        with self._changed:
            if self._rows and not self._hurry:
                self._hurry = True
                self._changed.notify_all()

    def take(self, most: int) -> list[Waiting]:
        """Up to ``most`` rows, the oldest first; waits for one. None are left when it returns an empty list."""
        with self._changed:
            self._taken = 0
            self._changed.notify_all()  # for `drained`: what was taken before is settled
            while not self._rows and not self._closed:
                self._changed.wait()
            while not (self._hurry or self._closed or len(self._rows) >= most):
                left = self._rows[0].since + LINGER - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            found = [self._rows.popleft() for _ in range(min(most, len(self._rows)))]
            self._taken = len(found)
            self._hurry = self._hurry and bool(self._rows)
            return found

    def drained(self, timeout: float) -> bool:
        """Wait until nothing is waiting or being written; whether that came true within ``timeout`` seconds."""
        self.hurry()
        with self._changed:
            return self._changed.wait_for(lambda: not self._rows and not self._taken, timeout)

    def close(self) -> None:
        """Take no more rows; what waits can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __len__(self) -> int:
        with self._changed:
            return len(self._rows)
