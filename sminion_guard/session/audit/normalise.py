"""Statements as the log keeps them: without constants and comments, which can hold data, and safe to read."""

from __future__ import annotations

import re
from functools import lru_cache

from pglast import parser

LONGEST = 8000
"""Characters of a statement that the log keeps (sql/functions/log_statements.sql)."""
_CONSTANTS = frozenset({"BCONST", "FCONST", "ICONST", "SCONST", "USCONST", "XCONST"})
_COMMENTS = frozenset({"C_COMMENT", "SQL_COMMENT"})
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
_VALUE = r"(?:\?|\$\d+)(?:::\w+)?"
_LIST = re.compile(rf"(\bIN \({_VALUE})(?:, ?{_VALUE})+\)", re.IGNORECASE)
_ROWS = re.compile(r"(\bVALUES ?\([^()]*\))(?:, ?\([^()]*\))+", re.IGNORECASE)
UNREAD = "(not a statement that the parser knows)"
"""In place of a text whose constants cannot be told from the rest."""


def safe(text: str, most: int = LONGEST) -> str:
    """``text`` without characters that control a terminal, turn the direction of writing, or cannot be stored.

    :param most: characters that are kept; a text that is cut ends in an ellipsis.
    """
    shown = _UNSAFE.sub(" ", text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


@lru_cache(maxsize=4096)
def normalised(sql: str) -> str:
    """The statement with ``?`` for each constant, without comments, with single spaces.

    Of lists of values and of rows only the first is kept: applications send them in every length, and mean the same.

    :returns: :data:`UNREAD` where the text cannot be split into tokens: nothing of it is kept, since anything in it
        could be a constant.
    """
    try:
        tokens = parser.scan(sql)
    except (parser.ParseError, UnicodeEncodeError):
        return UNREAD
    parts: list[str] = []
    end = 0
    for token in tokens:
        if token.name in _COMMENTS:
            continue
        if parts and token.start > end:
            parts.append(" ")
        parts.append("?" if token.name in _CONSTANTS else sql[token.start : token.end + 1])
        end = token.end + 1
    text = _LIST.sub(r"\1, ...)", "".join(parts))
    return safe(_ROWS.sub(r"\1, ...", text))
