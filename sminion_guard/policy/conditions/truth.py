"""Whether a rule holds for one row, as far as it can be told without the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sminion_guard.policy.conditions.condition import (
    Among,
    And,
    Column,
    Comparison,
    Condition,
    Constant,
    IsNull,
    Kind,
    Not,
    Operand,
    Or,
    Truth,
    Value,
)


class _Untold:
    """What only the database knows: a column that was not given, or how it orders texts."""


UNTOLD = _Untold()

Told = bool | None | _Untold
"""True, false, unknown as in SQL (NULL), or not to be told here."""


def truth(condition: Condition, row: Mapping[str, object], values: Mapping[str, object]) -> Told:
    """Whether ``condition`` holds; a row is seen and written where it is true.

    :param row: column to value, of Python's own types; columns may be missing.
    :param values: the values of the ticket, all that the rule needs.
    """

    def operand(said: Operand) -> object:
        match said:
            case Column(name):
                return row.get(name, UNTOLD)
            case Value(name):
                return values[name]
            case Constant(kind, text):
                return _python(kind, text)

    def told(said: Condition) -> Told:
        match said:
            case Comparison(left, operator, right):
                return _compared(operand(left), operator, operand(right))
            case Among(one, choices):
                return _any([_compared(operand(one), "=", operand(choice)) for choice in choices])
            case IsNull(one):
                found = operand(one)
                return UNTOLD if found is UNTOLD else found is None
            case Truth(one):
                found = operand(one)
                return found if isinstance(found, bool) else None if found is None else UNTOLD
            case Not(inner):
                return _opposite(told(inner))
            case And(inner):
                return _opposite(_any([_opposite(told(part)) for part in inner]))
            case Or(inner):
                return _any([told(part) for part in inner])

    return told(condition)


def _any(parts: list[Told]) -> Told:
    if any(part is True for part in parts):
        return True
    if UNTOLD in parts:
        return UNTOLD
    return None if None in parts else False


def _opposite(part: Told) -> Told:
    return not part if isinstance(part, bool) else part


def _compared(left: Any, operator: str, right: Any) -> Told:
    if any(side is UNTOLD for side in (left, right)):
        return UNTOLD
    if left is None or right is None:
        return None
    if _family(left) is None or _family(left) != _family(right):
        return UNTOLD
    if isinstance(left, str):
        # Texts that are the same are equal under each collation; those that are not may be, or be in any order.
        if left == right:
            return operator in ("=", "<=", ">=")
        return UNTOLD
    match operator:
        case "=":
            return bool(left == right)
        case "<>":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


def _family(value: object) -> type | None:
    """The types that compare with one another; a datetime is a date for Python, and not for PostgreSQL."""
    kind = type(value)
    return kind if kind in (bool, int, str, date, UUID, Decimal) else None


def _python(kind: Kind, text: str) -> object:
    match kind:
        case Kind.INTEGER | Kind.BIGINT:
            return int(text)
        case Kind.NUMERIC:
            return Decimal(text)
        case Kind.UUID:
            return UUID(text)
        case Kind.DATE:
            return date.fromisoformat(text)
        case Kind.BOOLEAN:
            return text == "true"
        case Kind.TEXT:
            return text
