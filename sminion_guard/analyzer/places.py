"""Places in a text: from the byte where something is named to where the name ends, and to lines."""

from __future__ import annotations

import re
from functools import lru_cache

_NAME = re.compile(
    rb'(?:[Uu]&)?"(?:[^"]|"")*"(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w$\x80-\xff]+))*'
    rb'|[\w$\x80-\xff]+(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w$\x80-\xff]+|\*))*'
    rb"|'(?:[^']|'')*'|\S"
)


@lru_cache(maxsize=2)
def _bytes(text: str) -> bytes:
    """Kept, since a text may have as many places as it has names."""
    return text.encode("utf-8", "surrogatepass")


def span(text: str, start: int | None) -> tuple[tuple[int, int], ...]:
    """The place of the name, literal or sign that starts at byte ``start``; nothing without a start."""
    if start is None or start < 0:
        return ()
    data = _bytes(text)
    found = _NAME.match(data, start)
    return ((start, found.end()),) if found else ((min(start, len(data)), len(data)),)
