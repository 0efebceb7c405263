"""Lengths of time as the policy writes them: ``3 years``, ``1 year 6 months``, ``15 minutes``."""

from __future__ import annotations

import re
from datetime import timedelta

_PART = re.compile(r"(\d{1,9}) (year|month|week|day|hour|minute)s?")
_LENGTH = re.compile(rf"{_PART.pattern}(?:,? {_PART.pattern})*")
_FIXED = {"week": timedelta(weeks=1), "day": timedelta(days=1), "hour": timedelta(hours=1),
          "minute": timedelta(minutes=1)}
# For comparison with the limits only: calendar months have no fixed length.
_ABOUT = _FIXED | {"year": timedelta(days=366), "month": timedelta(days=31)}

LONGEST = timedelta(days=366 * 1000)
"""A thousand years: what is longer is a slip of the keyboard, and later overflows PostgreSQL's timestamps."""

FORM = "write whole numbers with years, months, weeks, days, hours or minutes, such as `1 year 6 months`"


def problem(text: str) -> str | None:
    """Why ``text`` is no length of time that rows can be kept, or None when it is."""
    parts = _parts(text)
    if parts is None:
        return f"malformed interval `{text}`"
    units = [unit for _, unit in parts]
    if len(set(units)) < len(units):
        return f"interval `{text}` names a unit twice"
    try:
        about = sum((count * _ABOUT[unit] for count, unit in parts), timedelta())
    except OverflowError:
        return f"interval `{text}` is longer than a thousand years"
    if about <= timedelta():
        return f"interval `{text}` is empty"
    if about > LONGEST:
        return f"interval `{text}` is longer than a thousand years"
    return None


def fixed(text: str) -> timedelta | None:
    """``text`` as a fixed length, or None when it is malformed or has years or months, whose length varies."""
    parts = _parts(text)
    if problem(text) or parts is None or any(unit not in _FIXED for _, unit in parts):
        return None
    return sum((count * _FIXED[unit] for count, unit in parts), timedelta())


def parts(text: str) -> list[tuple[int, str]]:
    """The numbers of ``text`` with their units, in its order.

    :raises ValueError: when it is malformed.
    """
    found = _parts(text)
    if found is None:
        raise ValueError(text)
    return found


def may_exceed(text: str, other: str) -> bool:
    """Whether ``text`` can be longer than ``other``: a month has no fixed number of days, so 30 days can exceed one.

    :raises ValueError: when one of them is malformed.
    """
    (months, rest), (other_months, other_rest) = _measured(text), _measured(other)
    return months > other_months or rest > other_rest


def _measured(text: str) -> tuple[int, timedelta]:
    """Months, and what has a fixed length."""
    found = parts(text)
    months = sum(count * {"year": 12, "month": 1}[unit] for count, unit in found if unit not in _FIXED)
    return months, sum((count * _FIXED[unit] for count, unit in found if unit in _FIXED), timedelta())


def _parts(text: str) -> list[tuple[int, str]] | None:
    # isascii: `\d` takes other scripts' digits too, and those PostgreSQL does not read.
    if not text.isascii() or not _LENGTH.fullmatch(text):
        return None
    return [(int(count), unit) for count, unit in _PART.findall(text)]
