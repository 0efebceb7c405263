"""Reading the log, for auditors, privacy officers, and the people whose data it is about. Each reading is on record."""

from __future__ import annotations

from sminion_guard.audit.reading.entry import COLUMNS, Entry, rfc3339
from sminion_guard.audit.reading.log import Log, read
from sminion_guard.audit.reading.page import Page, Place
from sminion_guard.audit.reading.question import Kind, Question

__all__ = ["COLUMNS", "Entry", "Kind", "Log", "Page", "Place", "Question", "read", "rfc3339"]
