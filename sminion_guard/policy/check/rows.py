"""Rules of rows: they can be read, name what there is, and compare what can be compared.

What only the database knows, the types of columns and the properties of operators, is checked before ``apply``.
"""

from __future__ import annotations

from sminion_guard.policy.conditions.condition import (
    Column,
    Condition,
    Constant,
    Kind,
    Operand,
    Truth,
    columns_of,
    comparisons,
    parts,
    values_of,
)
from sminion_guard.policy.conditions.constants import MalformedCondition
from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.model import Policy, Table
from sminion_guard.policy.positions import Path
from sminion_guard.policy.rows import rule, tables_with_rules

_WHOLE = frozenset({Kind.INTEGER, Kind.BIGINT})


def rows(policy: Policy, report: Report) -> None:
    """Report rules that cannot be compiled, or would not mean what they say."""
    for table in tables_with_rules(policy):
        path: Path = ("schema", table.schema, table.name, "rows")
        try:
            found = rule(table)
        except MalformedCondition as error:
            report.add("SG341", path, f"rule of `{table.qualified}` {error}", error.hint)
            continue
        assert found is not None
        _names(policy, table, found, path, report)
        _kinds(policy, table, found, path, report)


def _names(policy: Policy, table: Table, found: Condition, path: Path, report: Report) -> None:
    columns = columns_of(found)
    if not columns:
        report.add("SG341", path, f"rule of `{table.qualified}` tests no column: it is true or false for all rows",
                   "name the column that tells whose the row is, such as `tenant = :tenant`")
    for name in columns:
        if name not in table.columns:
            report.add("SG343", path, f"rule of `{table.qualified}` tests column `{name}`, which is not listed",
                       f"list it as `{name} = \"none\"`, or {suggestion(name, table.columns.keys())}")
    for name in values_of(found):
        if name not in policy.ticket_values:
            known = policy.ticket_values.keys()
            report.add("SG342", path, f"rule of `{table.qualified}` needs unknown value `:{name}`",
                       suggestion(name, known) if known else f"declare it: `[ticket] values = {{ {name} = \"int\" }}`")


def _kinds(policy: Policy, table: Table, found: Condition, path: Path, report: Report) -> None:
    for pair in comparisons(found):
        left, right = _kind(policy, pair.left), _kind(policy, pair.right)
        if left and right and left != right and not {left, right} <= _WHOLE:
            report.add("SG344", path, f"rule of `{table.qualified}` compares {left} with {right}",
                       "compare values and constants of one type")
    for part in parts(found):
        if isinstance(part, Truth) and (kind := _kind(policy, part.operand)) not in (None, Kind.BOOLEAN):
            report.add("SG344", path, f"rule of `{table.qualified}` takes {kind} for true or false",
                       "compare it with something")


def _kind(policy: Policy, operand: Operand) -> Kind | None:
    """Its type; None when only the database knows it."""
    if isinstance(operand, Column):
        return None
    return operand.kind if isinstance(operand, Constant) else policy.ticket_values.get(operand.name)
