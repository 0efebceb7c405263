"""What is left of a column when its row is depersonalized: the operators that a policy may name."""

from __future__ import annotations

import re
from dataclasses import dataclass

TIMES = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})
TEXTS = frozenset({"text", "character varying"})
NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric"})
FITS: dict[str, frozenset[str]] = {
    "year": TIMES, "month": TIMES, "decade": TIMES, "prefix": TEXTS, "value": TEXTS, "bucket": NUMBERS,
    "pseudonym": TEXTS | {"uuid", "bytea"},
}
"""Operator to the types of columns that it works on; ``null`` works on all."""
FORM = (
    "write `null`, `year`, `month`, `decade`, `prefix(3)`, `bucket(1000)`, `value(some text)` or `pseudonym`"
)
_WRITTEN = re.compile(r"(null|year|month|decade|pseudonym)|(prefix|bucket)\(([1-9][0-9]{0,8})\)|(value)\((.{0,200})\)")


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator with its argument.

    :param argument: a number for ``prefix`` and ``bucket``, a text for ``value``, else nothing.
    """

    name: str
    argument: str = ""


def operator(text: str) -> Operator | None:
    """The operator that ``text`` names, or None when it names none."""
    match = _WRITTEN.fullmatch(text) if text.isprintable() else None
    if match is None:
        return None
    return Operator(match[1] or match[2] or match[4], match[3] or match[5] or "")
