"""Constants of rules of rows, checked and in canonical form."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from sminion_guard.policy.conditions.condition import Constant, Kind

KIND_WORDS = {kind.value: kind for kind in Kind} | {"int": Kind.INTEGER}
"""What a type may be called."""

_ALLOWED = (
    "compare columns of the table with values of the ticket (`:name`) and constants, joined by AND, OR and NOT; "
    "IN, BETWEEN and IS NULL will do too"
)
_BIG = 2**63


class MalformedCondition(ValueError):
    """A rule says what it may not, or nothing that can be read.

    :param hint: what to do about it.
    """

    def __init__(self, message: str, hint: str = _ALLOWED) -> None:
        super().__init__(message)
        self.hint = hint


def constant(kind: Kind, text: str) -> Constant:
    """A constant in canonical form.

    :raises MalformedCondition: when ``text`` is no such constant.
    """
    try:
        match kind:
            case Kind.INTEGER | Kind.BIGINT:
                number = _whole(text)
                small = kind is Kind.INTEGER and -(2**31) <= number < 2**31
                return Constant(Kind.INTEGER if small else Kind.BIGINT, str(number))
            case Kind.NUMERIC:
                if not re.fullmatch(r"-?\d{1,100}(\.\d{1,100})?", text, re.ASCII):
                    raise ValueError
            case Kind.UUID:
                text = str(UUID(text))
            case Kind.DATE:
                # Not what PostgreSQL would take: 'today' would be the day on which the policy was applied.
                if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
                    raise ValueError
                text = date.fromisoformat(text).isoformat()
            case Kind.BOOLEAN:
                if text not in ("true", "false"):
                    raise ValueError
            case Kind.TEXT:
                if "\0" in text:
                    raise ValueError
    except ValueError:
        message = f"names `{text}`, which is no constant of type {kind}"
        raise MalformedCondition(message, _SHAPES.get(kind, "mend it")) from None
    return Constant(kind, text)


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,19}", text, re.ASCII) or not -_BIG <= int(text) < _BIG:
        raise ValueError
    return int(text)


_SHAPES = {
    Kind.DATE: "write it as `date '2026-11-01'`",
    Kind.UUID: "write it as `uuid '0b7e5ff4-1b8e-4a29-9d0d-4b4b9f1b5d11'`",
    Kind.BOOLEAN: "write `true` or `false`",
    Kind.INTEGER: "write digits, within the range of bigint",
    Kind.BIGINT: "write digits, within the range of bigint",
}
