"""The lines of a statement that a reason points at, with carets below."""

from __future__ import annotations

import unicodedata

from sminion_guard.analyzer.reason import Reason

_TAB = 4
_WIDTH = 74
"""Columns of an excerpt with the number of its line: a terminal of 80 columns, and an indent."""
_DOTS, _DOTS_AFTER = "... ", " ..."


def excerpt(sql: str, reason: Reason, *, line: int = 1) -> str | None:
    """The lines of the text that a reason points at, with carets below; None where it points at nothing.

    Each line has its number before it, and is as wide as a terminal of 80 columns takes, with some room for an indent.

    :param line: the number of the first line of ``sql``.
    """
    return "\n".join(_marked(sql, reason.spans, line)) or None


def line_of(sql: str, start: int) -> int:
    """The number, from 1, of the line that holds byte ``start``."""
    return sql.encode("utf-8", "surrogatepass").count(b"\n", 0, start) + 1


def _marked(sql: str, spans: tuple[tuple[int, int], ...], line_of_first: int) -> list[str]:
    """Each line that a span lies in, with carets below."""
    data = sql.encode("utf-8", "surrogatepass")
    by_line: dict[int, list[tuple[int, int]]] = {}
    for start, end in dict.fromkeys(spans):
        first = data.rfind(b"\n", 0, start) + 1
        last = data.find(b"\n", start)
        stop = min(end, last if last != -1 else len(data))
        before, until = (_columns(data[first:place]) for place in (start, stop))
        by_line.setdefault(first, []).append((before, max(until, before + 1)))
    found = []
    for first in sorted(by_line):
        last = data.find(b"\n", first)
        shown = _shown(data[first : last if last != -1 else len(data)])
        number = data.count(b"\n", 0, first) + line_of_first
        found += _cut(f"  line {number}: ", shown, sorted(by_line[first]))
    return found


def _shown(data: bytes) -> list[tuple[str, int]]:
    """The characters of a line as they are printed, each with the columns that it takes: tabs become spaces, control
    characters dots; letters of China and Japan take two columns, accents of their own none."""
    found: list[tuple[str, int]] = []
    column = 0
    for sign in data.decode("utf-8", "replace"):
        if sign == "\t":
            signs = [(" ", 1)] * (_TAB - column % _TAB)
        elif not sign.isprintable():
            signs = [(".", 1)]
        elif unicodedata.category(sign) in {"Mn", "Me"}:
            signs = [(sign, 0)]
        else:
            signs = [(sign, 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1)]
        column += sum(width for _, width in signs)
        found += signs
    return found


def _columns(data: bytes) -> int:
    return sum(width for _, width in _shown(data))


def _cut(label: str, line: list[tuple[str, int]], marks: list[tuple[int, int]]) -> list[str]:
    """The line with its carets; of a long line a part around each mark, and one for marks that stand together."""
    total, room = sum(width for _, width in line), _WIDTH - len(label)
    if total <= room:
        return _drawn(label, line, 0, total, marks)
    found: list[str] = []
    while marks:
        left = max(0, min(marks[0][0] - room // 4, total - room + len(_DOTS)))
        right = left + room - (len(_DOTS) if left else 0)
        right = total if right >= total else right - len(_DOTS_AFTER)
        together = [mark for mark in marks if mark[1] <= right] or marks[:1]
        found += _drawn(label, line, left, right, [(start, min(end, right)) for start, end in together])
        marks = [mark for mark in marks if mark not in together]
    return found


def _drawn(
    label: str, line: list[tuple[str, int]], left: int, right: int, marks: list[tuple[int, int]]
) -> list[str]:
    """The columns of a line from ``left`` to ``right``, and the carets below."""
    text, place = "", 0
    for sign, width in line:
        if left <= place and place + width <= right and (width or text):
            text += sign
        elif left <= place < right or place < left < place + width:
            text += " " * (min(place + width, right) - max(place, left))  # half of a wide letter
        place += width
    before = _DOTS if left else ""
    after = _DOTS_AFTER if place > right else ""
    carets = ""
    for start, end in marks:
        carets = carets.ljust(start - left) + "^" * (end - max(start, left + len(carets)))
    return [label + before + text + after, " " * (len(label) + len(before)) + carets]
