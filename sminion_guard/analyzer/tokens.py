"""The tokens of a text, in time that grows with its length."""

from __future__ import annotations

import re
from typing import Any

from pglast import parser

_OTHER = re.compile(r"[^\x00-\x7f]")
_TAG = re.compile(r"\$\w*[^\x00-\x7f]\w*\$")
MAX_SLOW = 20_000
"""Characters of a text that the scanner gets as it is, though it holds letters of another alphabet."""


def tokens(sql: str) -> list[Any]:
    """The tokens of ``sql``, with places in characters.

    The scanner counts the characters before each token anew, unless all are ASCII: 30,000 literals with one umlaut each
    took it 27 seconds. A letter of another alphabet is to it what an ASCII letter is, so it gets one of those instead.
    Only two tags of dollar quotes could become alike.

    :raises parser.ParseError: for what cannot be split into tokens, and for a long text with such a tag.
    """
    if not sql.isascii():
        if not _TAG.search(sql):
            sql = _OTHER.sub("x", sql)
        elif len(sql) > MAX_SLOW:
            raise parser.ParseError("a long text with a dollar quote whose tag is not ASCII", 0)
    found: list[Any] = parser.scan(sql)
    return found
