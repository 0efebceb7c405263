"""The log as CSV. Spreadsheets run a cell that begins like a formula, and actors and reasons are free text."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from sminion_guard.audit.reading.entry import COLUMNS, Entry

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(entries: Iterable[Entry]) -> str:
    """A header and one line for each entry, as of RFC 4180; what a list has is separated by semicolons."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([cell(getattr(entry, name)) for name in COLUMNS])
    return text.getvalue()


def cell(value: Any) -> str:
    """One cell: a text that a spreadsheet would run gets an apostrophe before it. A negative number is no formula."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    text = "; ".join(value) if isinstance(value, tuple) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
