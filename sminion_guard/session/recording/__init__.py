"""The log of statements, as a session writes it: rows, their text made safe, and the writer with its own connection."""

from __future__ import annotations

from sminion_guard.session.recording.normalise import normalised, safe
from sminion_guard.session.recording.receipt import Receipt
from sminion_guard.session.recording.rows import Result, Shape, Statement
from sminion_guard.session.recording.writer import AuditWriter

__all__ = ["AuditWriter", "Receipt", "Result", "Shape", "Statement", "normalised", "safe"]
