"""The promise that a row will be on disk."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock

Place = tuple[int, int]
"""The writer of a row and its place among that writer's rows."""


class Receipt:
    """Done when the row is on disk, or when it is certain that it will not be.

    A fifth of the cost of ``concurrent.futures.Future``, which makes a lock of its own each time: nearly every
    receipt is settled by whoever waits for it, so there is mostly nobody to wake.
    """

    __slots__ = ("_callbacks", "_error", "_place")

    def __init__(self) -> None:
        self._place: Place | None = None
        self._error: Exception | None = None
        self._callbacks: list[Callable[[], object]] | None = None

    def done(self) -> bool:
        """Whether it is settled."""
        return self._place is not None or self._error is not None

    def result(self, timeout: float | None = None) -> Place:
        """Where the row stands.

        :param timeout: seconds.
        :raises AuditUnavailable: when it could not be written.
        :raises TimeoutError: when it is not settled in time.
        """
        if not self.done():
            settled = Event()
            self.add_done_callback(settled.set)
            if not settled.wait(timeout):
                raise TimeoutError
        if self._place is None:
            assert self._error is not None
            raise self._error
        return self._place

    def exception(self) -> Exception | None:
        """Why the row is not on disk; None when it is, or when nothing is certain yet."""
        return self._error

    def add_done_callback(self, callback: Callable[[], object]) -> None:
        """Call it when the receipt is settled, in the thread that settles it, or now if it is."""
        with _settling:
            if not self.done():
                self._callbacks = [*(self._callbacks or ()), callback]
                return
        callback()

    def settle(self, found: Place | Exception) -> None:
        """Say where the row stands, or why it does not."""
        with _settling:
            if isinstance(found, Exception):
                self._error = found
            else:
                self._place = found
            callbacks, self._callbacks = self._callbacks, None
        for callback in callbacks or ():
            callback()


_settling = Lock()
