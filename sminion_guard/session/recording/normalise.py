"""Statements as the log keeps them: without constants and comments, which can hold data, and safe to read."""

from __future__ import annotations

import re
from functools import lru_cache

from pglast import parser

from sminion_guard.analyzer.fold import folded
from sminion_guard.analyzer.limits import MAX_BYTES, lexical
from sminion_guard.analyzer.tokens import tokens
from sminion_guard.session import legible

LONGEST = 8000
"""Characters of a statement that the log keeps (sql/functions/log/log_shape.sql)."""
_CONSTANTS = frozenset({"BCONST", "FCONST", "ICONST", "SCONST", "USCONST", "XCONST"})
_COMMENTS = frozenset({"C_COMMENT", "SQL_COMMENT"})
_VALUE = r"(?:\?|\$\d+)(?:::\w+)?"
_LIST = re.compile(rf"(\bIN \({_VALUE})(?:, ?{_VALUE})+\)", re.IGNORECASE)
_ROWS = re.compile(r"(\bVALUES ?\([^()]*\))(?:, ?\([^()]*\))+", re.IGNORECASE)
UNREAD = "(not a statement that the parser knows)"
"""In place of a text whose constants cannot be told from the rest."""


def safe(text: str, most: int = LONGEST) -> str:
    """As :func:`sminion_guard.session.legible.safe`, with as many characters as the log keeps of a statement."""
    return legible.safe(text, most)


@lru_cache(maxsize=4096)
def normalised(sql: str) -> str:
    """The statement with ``?`` for each constant, without comments, with single spaces.

    Of lists of values and of rows only the first is kept: applications send them in every length, and mean the same.

    :returns: :data:`UNREAD` where the text cannot be split into tokens: nothing of it is kept, since anything in it
        could be a constant.
    """
    if lexical(sql) is not None:  # the scanner would take longer than the statement
        return UNREAD
    sql = folded(sql)
    if len(sql) > MAX_BYTES:
        return UNREAD
    try:
        found = tokens(sql)
    except (parser.ParseError, UnicodeEncodeError):
        return UNREAD
    parts: list[str] = []
    end = 0
    for token in found:
        if token.name in _COMMENTS:
            continue
        if parts and token.start > end:
            parts.append(" ")
        parts.append("?" if token.name in _CONSTANTS else sql[token.start : token.end + 1])
        end = token.end + 1
    text = _LIST.sub(r"\1, ...)", "".join(parts))
    return safe(_ROWS.sub(r"\1, ...", text))
