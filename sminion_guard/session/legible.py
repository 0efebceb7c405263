"""Texts as the logs keep them: what a reader cannot see, or what deceives him, is not in them.

The rule is that of sql/functions/log/log_text.sql and sql/functions/tickets/legible_text.sql; a test compares them.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
"""Control, bidirectional, line separator and invisible characters, and what cannot be stored."""
_BLANK = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u2800\u3000"
_UNSEEN = re.compile(f"[{_BLANK}\ufe00-\ufe0f\U000e0100-\U000e01ef]*")
"""Blanks, and what only changes the character before it."""


def safe(text: str, most: int) -> str:
    """``text`` without characters that control a terminal, turn the direction of writing, or cannot be stored or seen.

    :param most: characters that are kept; a text that is cut ends in an ellipsis.
    """
    shown = _UNSAFE.sub(" ", text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def legible(text: str) -> str | None:
    """``text`` made safe and without blanks around it; None when nothing of it can be seen."""
    shown = _UNSAFE.sub(" ", text).strip(_BLANK)
    return None if _UNSEEN.fullmatch(shown) else shown
