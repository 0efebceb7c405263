"""Rules of one's own (``rows = "tenant = :tenant"``) as conditions of row security.

A value is asked for once a statement, by an uncorrelated sub-select, which keeps indexes and parallel plans. It is read
from the committed ticket: no setting of the session decides over it.
"""

from __future__ import annotations

from sminion_guard.compiler.quoting import ident, literal
from sminion_guard.policy import Table
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
from sminion_guard.policy.model import Policy
from sminion_guard.policy.rows import rule

_TYPES = {
    Kind.INTEGER: "pg_catalog.int4", Kind.BIGINT: "pg_catalog.int8", Kind.NUMERIC: "pg_catalog.numeric",
    Kind.UUID: "pg_catalog.uuid", Kind.TEXT: "pg_catalog.text", Kind.DATE: "pg_catalog.date",
    Kind.BOOLEAN: "pg_catalog.bool",
}


def rows_condition(policy: Policy, table: Table, role: str) -> str | None:
    """The condition that rows of ``table`` meet under a compartment role; None without a rule."""
    found = rule(table)
    return None if found is None else _Writer(policy, role).condition(found)


class _Writer:
    def __init__(self, policy: Policy, role: str) -> None:
        self._policy = policy
        self._role = role

    def condition(self, said: Condition) -> str:
        match said:
            case Comparison(left, operator, right):
                # Named in full: an operator of the same name in another schema could do anything.
                return f"({self._operand(left)} OPERATOR(pg_catalog.{operator}) {self._operand(right)})"
            case Among(operand, choices):
                return self._among(operand, choices)
            case IsNull(operand):
                return f"({self._operand(operand)} IS NULL)"
            case Truth(operand):
                return self._operand(operand)
            case Not(inner):
                return f"(NOT {self.condition(inner)})"
            case And(inner):
                return "(" + " AND ".join(self.condition(part) for part in inner) + ")"
            case Or(inner):
                return "(" + " OR ".join(self.condition(part) for part in inner) + ")"

    def _among(self, operand: Operand, choices: tuple[Operand, ...]) -> str:
        kinds = {self._kind(choice) for choice in choices}
        (kind, *others) = kinds
        if others or kind is None:
            return self.condition(Or(tuple(Comparison(operand, "=", choice) for choice in choices)))
        listed = ", ".join(self._operand(choice) for choice in choices)
        return f"({self._operand(operand)} OPERATOR(pg_catalog.=) ANY (ARRAY[{listed}]))"

    def _operand(self, operand: Operand) -> str:
        match operand:
            case Column(name):
                return ident(name)
            case Constant(kind, text):
                return f"{literal(text)}::{_TYPES[kind]}"
            case Value(name):
                kind = self._policy.ticket_values[name]
                # COLLATE: the function's arguments are names, whose collation is "C", and in conflict with that of a
                # column no statement would run at all. Out of a sub-select the default gives way to the column's.
                cast = ' COLLATE pg_catalog."default"' if kind is Kind.TEXT else f"::{_TYPES[kind]}"
                call = f"sminion.ticket_value({literal(self._role)}, current_user, {literal(name)})"
                return f"(SELECT {call}{cast})"

    def _kind(self, operand: Operand) -> Kind | None:
        if isinstance(operand, Column):
            return None
        return operand.kind if isinstance(operand, Constant) else self._policy.ticket_values[operand.name]
