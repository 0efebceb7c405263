"""Places in a text: from the byte where something is named to where the name ends, and to lines."""

from __future__ import annotations

import re

_NAME = re.compile(
    rb'(?:[Uu]&)?"(?:[^"]|"")*"(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w$\x80-\xff]+))*'
    rb'|[\w$\x80-\xff]+(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w$\x80-\xff]+|\*))*'
    rb"|'(?:[^']|'')*'|\S"
)


def span(text: str, start: int | None) -> tuple[tuple[int, int], ...]:
    """The place of the name, literal or sign that starts at byte ``start``; nothing without a start."""
    if start is None or start < 0:
        return ()
    data = text.encode("utf-8", "surrogatepass")
    found = _NAME.match(data, start)
    return ((start, found.end()),) if found else ((min(start, len(data)), len(data)),)
