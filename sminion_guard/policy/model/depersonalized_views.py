"""Depersonalized views: what a purpose reads of a table in groups of people, and never row by row as it stands.

The operators say what is left of a column. Those that retention knows too mean the same there
(:mod:`sminion_guard.policy.model.depersonalizing`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sminion_guard.policy.model.depersonalizing import NUMBERS, TEXTS, TIMES

KEEP: Final = "keep"
COUNT: Final = "count"
TOTAL: Final = "total"
PSEUDONYM: Final = "pseudonym"
HIERARCHY: Final = "hierarchy"
_INTEGERS = frozenset({"smallint", "integer", "bigint"})
WORKS_ON: Mapping[str, frozenset[str]] = {
    KEEP: TIMES | TEXTS | NUMBERS | {"boolean"},
    "year": TIMES, "month": TIMES, "decade": TIMES, "prefix": TEXTS, "bucket": NUMBERS, "top": NUMBERS,
    "bottom": NUMBERS, HIERARCHY: TEXTS | _INTEGERS | {"boolean"}, PSEUDONYM: _INTEGERS | TEXTS | {"uuid"},
}
"""Operator to the types of columns that it works on. Two values that are equal look alike there, or are made to."""
FORM = (
    "write a column, `year(c)`, `month(c)`, `decade(c)`, `prefix(c, 3)`, `bucket(c, 1000)`, `top(c, 90)`,"
    " `bottom(c, 18)`, `hierarchy(c, NAME)`, `pseudonym(c)`, `count()` or `total()`"
)
_COLUMN = r'("(?:[^"]|"")+"|[^\s"(),]+)'
_PLAIN = re.compile(_COLUMN)
_CALL = re.compile(rf"([a-z]+)\(\s*(?:{_COLUMN}\s*(?:,\s*([^\s,()]+)\s*)?)?\)")
_ARGUMENT = {
    "prefix": re.compile(r"[1-9][0-9]{0,8}"), "bucket": re.compile(r"[1-9][0-9]{0,8}"),
    "top": re.compile(r"-?[0-9]{1,15}"), "bottom": re.compile(r"-?[0-9]{1,15}"), HIERARCHY: re.compile(r".+"),
}


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """What a column of a view shows.

    :param operator: ``keep`` for the column as it stands.
    :param column: of the table; empty for ``count`` and ``total``.
    :param argument: a number, or the name of a hierarchy; else empty.
    """

    operator: str
    column: str
    argument: str = ""

    def __str__(self) -> str:
        if self.operator == KEEP:
            return self.column
        return f"{self.operator}({', '.join(part for part in (self.column, self.argument) if part)})"


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Values and the groups that stand for them.

    :param groups: group to its values.
    :param other: what stands for all other values; None leaves nothing of them.
    """

    groups: Mapping[str, tuple[str, ...]]
    other: str | None


@dataclass(frozen=True, slots=True)
class DepersonalizedView:
    """A view of one table for one purpose.

    :param source_schema: the schema of the table.
    :param columns: name to what it shows.
    :param k: the least number of people in a group of rows that look alike.
    :param sensitive: columns that are no part of what looks alike.
    :param distinct: the least number of values of each sensitive column in a group; None where there is none.
    """

    schema: str
    name: str
    source_schema: str
    source_table: str
    purpose: str
    columns: Mapping[str, ShownColumn]
    k: int
    sensitive: tuple[str, ...] = ()
    distinct: int | None = None

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def source(self) -> str:
        return f"{self.source_schema}.{self.source_table}"

    def of(self, operator: str) -> tuple[str, ...]:
        """The columns that an operator makes, sorted."""
        return tuple(sorted(name for name, shown in self.columns.items() if shown.operator == operator))

    @property
    def alike(self) -> tuple[str, ...]:
        """The columns that decide which rows look alike, sorted."""
        apart = {*self.sensitive, *self.of(PSEUDONYM), *self.of(COUNT), *self.of(TOTAL)}
        return tuple(sorted(self.columns.keys() - apart))


def shown_column(text: str) -> ShownColumn | None:
    """What ``text`` says of a column; None when it says nothing that is known."""
    if not text.isprintable():
        return None
    text = text.strip()
    if match := _PLAIN.fullmatch(text):
        return ShownColumn(KEEP, _unquoted(match[1]))
    match = _CALL.fullmatch(text)
    if match is None:
        return None
    operator, column, argument = match[1], _unquoted(match[2] or ""), match[3] or ""
    if operator in (COUNT, TOTAL):
        return None if column else ShownColumn(operator, "")
    if operator == KEEP or operator not in WORKS_ON or not column:
        return None
    wanted = _ARGUMENT.get(operator)
    if wanted is None:
        return None if argument else ShownColumn(operator, column)
    return ShownColumn(operator, column, argument) if wanted.fullmatch(argument) else None


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
