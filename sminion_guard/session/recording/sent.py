"""A statement that was sent, and is on its way to the log."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.session.recording.receipt import Receipt
from sminion_guard.session.recording.shapes import Known


@dataclass(slots=True, eq=False)
class Sent:
    """A statement that was sent.

    :param receipt: of its row in the log.
    :param text: as it was sent.
    :param at: when, on the monotonic clock, in seconds.
    """

    receipt: Receipt
    known: Known
    text: str
    at: float
