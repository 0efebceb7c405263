"""Text forms of the C2SP formats, read strictly: each value has one form, so no two files mean the same."""

from __future__ import annotations

import base64
import binascii
import re

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
LARGEST = 2**63 - 1
"""Of sizes, indexes and timestamps (tlog-cosignature)."""


def base64_text(data: bytes) -> str:
    """RFC 4648 section 4, with padding."""
    return base64.b64encode(data).decode("ascii")


def base64_bytes(text: str) -> bytes | None:
    """None where ``text`` is not the form that :func:`base64_text` gives it."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return data if base64_text(data) == text else None


def decimal(text: str) -> int | None:
    """None where ``text`` is not a number from 0 to :data:`LARGEST` in ASCII digits without leading zeroes."""
    if _DECIMAL.fullmatch(text) is None:
        return None
    number = int(text)
    return number if number <= LARGEST else None
