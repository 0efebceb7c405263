"""Long lists made short: of equal elements two are kept, since all of them are judged alike.

An application sends `IN ($1, $2, ...)`, rows of VALUES and arms of UNION ALL in every length. Judging the first two
costs the same for each of them, and one verdict stands for them all.

A shortened text must mean the same to the analyzer, whatever surrounds the list. So nothing is dropped that holds a
quote, a comment or a dollar quote: whether the place is code or stands within a literal does not change there, and
within a literal nothing else changes than its letters. Names do matter: a text whose quoted names cannot be told apart
from the rest, or hold such a list, is left alone; so is one with `--`, since the end of a line matters in it.

What is dropped equals a neighbour that stays in everything but the numbers of parameters, and, where the element is
nothing else, whole numbers. Arguments of functions are not lists: their number says which function is meant.
"""

from __future__ import annotations

import re
from itertools import pairwise

_WORD = r"A-Za-z0-9_$\u0080-\U0010ffff"
_PARAMETER = re.compile(rf"(?<![{_WORD}])\$\d+(?![{_WORD}])", re.ASCII)
_NUMBER = re.compile(r"(?<=[(,])\s*\d+\s*(?=[,)])", re.ASCII)
_TYPE = r"(?:::[A-Za-z_][A-Za-z0-9_ ]*(?:\(\d+(?:, ?\d+)?\))?(?:\[\])?)?"
# After `a.` even IN is the name of a function. One space, and a character before it that cannot end a comment.
_LIST = re.compile(
    rf"(?<=[\w)\"\]]) IN \((?:(?P<first>\$\d+(?P<type>{_TYPE}),\s?\$\d+(?P=type))(?:,\s?\$\d+(?P=type))+"
    rf"|(?P<numbers>\d+,\s?\d+)(?:,\s?\d+)+)\)", re.IGNORECASE | re.ASCII,
)
_PLAIN = rf"[^()'\"$;\\/{{}}]|(?<![{_WORD}])\$\d+(?![{_WORD}])"
_NESTED = rf"(?:{_PLAIN}|\((?:{_PLAIN}|\((?:{_PLAIN})*\))*\))"
_ROW = re.compile(rf"\({_NESTED}*\)", re.ASCII)
_ARM = re.compile(rf"{_NESTED}*", re.ASCII)
_COMMA = re.compile(r"\s*,\s*", re.ASCII)
_VALUES = re.compile(r"(?:^\s*|[\w)\"]\s+|\(\s*)VALUES\s*(?=\()", re.IGNORECASE | re.ASCII)
_UNION = re.compile(r"\sUNION\s+ALL\s", re.IGNORECASE | re.ASCII)
_HIDES_NAMES = re.compile(r"'|/\*|\$(?!\d)")
_LISTS = re.compile(r"\(|UNION", re.IGNORECASE | re.ASCII)


def folded(sql: str) -> str:
    """``sql`` with its lists shortened; itself where there is nothing to shorten."""
    if "--" in sql or not _names_are_plain(sql):
        return sql
    text = sql
    if "," in text:
        text = _LIST.sub(_shortened, text)
        if _VALUES.search(text):
            text = _rows(text)
    if _UNION.search(text):
        text = _arms(text)
    return text


def _names_are_plain(sql: str) -> bool:
    """Whether no quoted name can hold a list: what stands between quotes then is every second part."""
    return '"' not in sql or not (
        _HIDES_NAMES.search(sql) or any(_LISTS.search(name) for name in sql.split('"')[1::2])
    )


def _shortened(found: re.Match[str]) -> str:
    return f" IN ({found['first'] or found['numbers']})"


def _rows(text: str) -> str:
    """Rows after VALUES that equal one before them, left out from the third on."""
    parts: list[str] = []
    done = 0
    start = _VALUES.search(text)
    while start is not None:
        place = start.end()
        seen: set[str] = set()
        kept = 0
        row = _ROW.match(text, place)
        while row is not None:
            shape = _shape(row.group())
            comma = _COMMA.match(text, row.end())
            if kept > 1 and shape in seen:
                parts.append(text[done : place])
                done = row.end()
            else:
                kept += 1
            seen.add(shape)
            if comma is None:
                break
            place, row = row.end(), _ROW.match(text, comma.end())
        else:
            place = max(place, start.end())
        start = _VALUES.search(text, max(place, start.end()))
    return text if not parts else "".join([*parts, text[done:]])


def _arms(text: str) -> str:
    """Queries between UNION ALL that equal the one before them, left out from the third on."""
    borders = list(_UNION.finditer(text))
    if len(borders) < 3:
        return text
    parts: list[str] = []
    done, before, alike = 0, "", 0
    for border, following in pairwise(borders):
        arm = text[border.end() : following.start()]
        shape = _shape(arm) if _ARM.fullmatch(arm) else ""
        alike = alike + 1 if shape and shape == before else 0
        if alike > 1:
            parts.append(text[done : border.start()])
            done = following.start()
        before = shape
    return text if not parts else "".join([*parts, text[done:]])


def _shape(text: str) -> str:
    shape = _PARAMETER.sub("$", text)
    return shape if "(" in shape[1:] else _NUMBER.sub("0", shape)
