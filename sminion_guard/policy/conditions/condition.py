"""A condition on the rows of one table (``rows = "tenant = :tenant"``), as values.

It may say little, on purpose: it becomes a part of row security, which is evaluated before anybody's right to see the
row is certain. So nothing in it calls a function, reads another table, or depends on a setting of the session.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The type of a value of the ticket, or of a constant; the value is the type's name in PostgreSQL."""

    INTEGER = "integer"
    BIGINT = "bigint"
    NUMERIC = "numeric"
    UUID = "uuid"
    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table itself."""

    name: str


@dataclass(frozen=True, slots=True)
class Value:
    """``:tenant``: a value that stands in the ticket."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant, checked and in canonical form."""

    kind: Kind
    text: str


Operand = Column | Value | Constant


@dataclass(frozen=True, slots=True)
class Comparison:
    """``tenant = :tenant``; the operator is one of ``= <> < <= > >=``."""

    left: Operand
    operator: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Among:
    """``state IN ('open', 'closed')``."""

    operand: Operand
    choices: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class IsNull:
    """``tenant IS NULL``."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Truth:
    """``archived``: a boolean by itself."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Not:
    """``NOT archived``."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them."""

    conditions: tuple[Condition, ...]


Condition = Comparison | Among | IsNull | Truth | Not | And | Or


def parts(condition: Condition) -> Iterator[Condition]:
    """The condition and every one that it is made of, from the outside in."""
    yield condition
    if isinstance(condition, Not):
        yield from parts(condition.condition)
    elif isinstance(condition, And | Or):
        for inner in condition.conditions:
            yield from parts(inner)


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """What is compared with what; of a list each entry."""
    for part in parts(condition):
        if isinstance(part, Comparison):
            yield part
        elif isinstance(part, Among):
            for choice in part.choices:
                yield Comparison(part.operand, "=", choice)


def operands(condition: Condition) -> Iterator[Operand]:
    """Every column, value and constant, in the order of the text."""
    for part in parts(condition):
        if isinstance(part, Comparison):
            yield from (part.left, part.right)
        elif isinstance(part, Among):
            yield part.operand
            yield from part.choices
        elif isinstance(part, IsNull | Truth):
            yield part.operand


def columns_of(condition: Condition) -> tuple[str, ...]:
    """The columns that it tests, sorted."""
    return tuple(sorted({operand.name for operand in operands(condition) if isinstance(operand, Column)}))


def values_of(condition: Condition) -> tuple[str, ...]:
    """The values of the ticket that it needs, sorted."""
    return tuple(sorted({operand.name for operand in operands(condition) if isinstance(operand, Value)}))
