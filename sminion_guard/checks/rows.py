"""Rules of rows against the database: columns and values compare as they are, by operators that tell nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy import Policy, Table
from sminion_guard.policy.conditions.condition import (
    And,
    Column,
    Comparison,
    Condition,
    Constant,
    Operand,
    Truth,
    Value,
    columns_of,
    comparisons,
    parts,
)
from sminion_guard.policy.rows import rule, tables_with_rules


@dataclass(frozen=True, slots=True)
class _Found:
    """A column as it stands in the database.

    :param virtual: computed when it is read.
    :param indexed: an index begins with it.
    """

    type: str
    virtual: bool
    indexed: bool


_Own = Mapping[str, _Found]
_Pair = tuple[str, str, str]
"""An operator and the types on its left and right."""


def rows(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Whether each rule compares what fits, by safe operators, and with an index to find rows by."""
    policy = compiled.policy
    ruled = [(table, found) for table in tables_with_rules(policy) if (found := rule(table)) is not None]
    if not ruled:
        return
    columns: dict[tuple[str, str], dict[str, _Found]] = {}
    for schema, name, column, *rest in database.ask("queries/preflight/rows_columns", as_owner=False, **names(policy)):
        columns.setdefault((schema, name), {})[column] = _Found(*rest)
    own = {table.qualified: columns.get((table.schema, table.name), {}) for table, _ in ruled}
    pairs = sorted({
        pair for table, found in ruled for comparison in comparisons(found)
        if (pair := _pair(policy, own[table.qualified], comparison)) is not None
    })
    operators = {
        (operator, left, right): (immutable, leakproof)
        for operator, left, right, immutable, leakproof in database.ask(
            "queries/preflight/rows_operators", as_owner=False, operators=[pair[0] for pair in pairs],
            left_types=[pair[1] for pair in pairs], right_types=[pair[2] for pair in pairs])
    }
    for table, found in ruled:
        yield from _columns(policy, table, found, own[table.qualified])
        yield from _operators(policy, table, found, own[table.qualified], operators)
        yield from _index(table, found, own[table.qualified])


def _pair(policy: Policy, own: _Own, comparison: Comparison) -> _Pair | None:
    left, right = _type(policy, own, comparison.left), _type(policy, own, comparison.right)
    return None if left is None or right is None else (comparison.operator, left, right)


def _type(policy: Policy, own: _Own, operand: Operand) -> str | None:
    """The name of its type; None for a column that is not there, which is told where columns are looked for."""
    match operand:
        case Column(name):
            return own[name].type if name in own else None
        case Value(name):
            return policy.ticket_values[name].value
        case Constant(kind):
            return kind.value


def _columns(policy: Policy, table: Table, found: Condition, own: _Own) -> Iterator[Problem]:
    for name in columns_of(found):
        if name in own and own[name].virtual:
            yield Problem(
                "SG457",
                f"column `{table.qualified}.{name}` of a rule is computed when it is read",
                detail="row security would run its expression on rows that nobody may see",
                hint="make it `GENERATED ALWAYS AS (...) STORED`, or name another column",
            )
    for part in parts(found):
        if isinstance(part, Truth) and _type(policy, own, part.operand) not in (None, "boolean"):
            yield Problem(
                "SG457",
                f"the rule of `{table.qualified}` takes {_said(policy, own, part.operand)} for true or false",
                hint="compare it with something",
            )


def _operators(
    policy: Policy, table: Table, found: Condition, own: _Own, operators: Mapping[_Pair, tuple[bool, bool]]
) -> Iterator[Problem]:
    for comparison in dict.fromkeys(comparisons(found)):
        pair = _pair(policy, own, comparison)
        if pair is None:
            continue
        operator, left, right = pair
        if pair not in operators:
            yield Problem(
                "SG457",
                f"the rule of `{table.qualified}` compares {_said(policy, own, comparison.left)} with "
                f"{_said(policy, own, comparison.right)}",
                detail=f"PostgreSQL has no operator `{operator}` for {left} and {right} as they are",
                hint="declare the value, or write the constant, with the column's type (`date '2026-11-01'`), or name "
                "another column",
            )
            continue
        immutable, leakproof = operators[pair]
        name = f"{operator}({left},{right})"
        if not immutable:
            yield Problem(
                "SG458",
                f"operator `{name}` in the rule of `{table.qualified}` depends on settings of the session",
                detail="a client could change which rows it sees",
                hint="compare columns of types whose order is fixed, such as date with date",
            )
        elif not leakproof and name not in policy.trusted_operators:
            yield Problem(
                "SG458",
                f"operator `{name}` in the rule of `{table.qualified}` is not leakproof",
                detail="its errors may tell of values in rows that nobody may see, and an index cannot be used",
                hint=f"compare columns of another type, or say `trusted_operators = [\"{name}\"]` under `[ticket]`",
            )


def _index(table: Table, found: Condition, own: _Own) -> Iterator[Problem]:
    wanted = [
        side.name for comparison in _required(found) for side in (comparison.left, comparison.right)
        if comparison.operator == "=" and isinstance(side, Column)
        and any(isinstance(other, Value) for other in (comparison.left, comparison.right))
    ]
    there = [name for name in wanted if name in own]
    if there and not any(own[name].indexed for name in there):
        yield Problem(
            "SG459",
            f"no index of `{table.qualified}` begins with `{there[0]}`, which its rule tests",
            detail="each statement reads all rows of the table to find those that the rule leaves",
            hint=f"`CREATE INDEX CONCURRENTLY ON {table.qualified} ({there[0]})`, or let the indexes in use "
            "begin with it",
            refuses=False,
        )


def _required(condition: Condition) -> Iterator[Comparison]:
    """The comparisons that every row must meet: only those can be looked up."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, And):
        for part in condition.conditions:
            yield from _required(part)


def _said(policy: Policy, own: _Own, operand: Operand) -> str:
    match operand:
        case Column(name):
            named = f"column `{name}`"
        case Value(name):
            named = f"value `:{name}`"
        case Constant(_, text):
            named = f"constant `{text}`"
    return f"{named} ({_type(policy, own, operand)})"
