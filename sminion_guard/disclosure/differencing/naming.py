"""The SQL that names the people of each group, by the places of their rows: see ``sminion.name_group``.

It is the same SELECT with arrays of places beside its columns. So the groups are those that are sent, in the same
snapshot; ORDER BY and LIMIT are left out, and groups that they leave out are named too. So are groups that HAVING
leaves out for another reason than that they are small: `HAVING sum(total) <> 100` tells the sum of what it leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pglast import ast, enums, parse_sql
from pglast.stream import RawStream
from pglast.visitors import Visitor

from sminion_guard.analyzer.builtins import BUILTINS
from sminion_guard.disclosure.differencing.joins import conjuncts

_SIDE = 1_000_000_000_000
"""How far apart the numbers of groups of two SELECTs are."""


def named(
    node: Any, people: Sequence[str], columns: Sequence[str], side: int, k: int, leading: frozenset[str], *,
    others: bool,
) -> str:
    """What follows the number of the export in the statement that names all groups of a SELECT.

    Each group is several: for each table the rows of it, and for each aggregate those that have a value.

    :param people: the tables about people, by their names in the query, quoted.
    :param columns: that aggregates are of.
    :param leading: columns that lead to people.
    :param others: whether tables about nobody are joined with them, which may repeat rows of people.
    """
    parts = [(row, column) for row in people for column in (None, *columns)]
    listed = []
    for number, (row, column) in enumerate(parts):
        only = "" if column is None else f" FILTER (WHERE pg_catalog.num_nonnulls({column}) = 1)"
        listed += [f"array_agg({row}.tableoid){only} AS guard_table_{number}",
                   f"array_agg({row}.ctid){only} AS guard_place_{number}"]
    repeated = "false"
    if others:
        places = ", ".join(f"{row}.tableoid, {row}.ctid" for row in people)
        some = f"FILTER (WHERE pg_catalog.num_nonnulls({', '.join(f'{row}.ctid' for row in people)}) > 0)"
        repeated = f"count(*) {some} > count(DISTINCT ROW({places})) {some}"
    listed.append(f"{repeated} AS guard_repeated")
    made: Any = parse_sql(f"SELECT {', '.join(listed)}")[0].stmt
    groups = RawStream()(ast.SelectStmt(
        targetList=(*node.targetList, *made.targetList), fromClause=node.fromClause, whereClause=node.whereClause,
        groupClause=node.groupClause, havingClause=_having(node.havingClause, k, leading),
        op=enums.SetOperation.SETOP_NONE, limitOption=enums.LimitOption.LIMIT_OPTION_DEFAULT, all=False,
        groupDistinct=False))
    values = ", ".join(f"({number}, g.guard_table_{number}, g.guard_place_{number})" for number in range(len(parts)))
    shown = ", ".join(f"guard_groups.guard_table_{number}, guard_groups.guard_place_{number}"
                      for number in range(len(parts)))
    return (
        f", {side * _SIDE} + g.number * {len(parts)} + p.number, p.relation, p.places)),"
        " pg_catalog.bool_or(g.guard_repeated) FROM"
        f" (SELECT pg_catalog.row_number() OVER () AS number, guard_groups.guard_repeated, {shown}"
        f" FROM ({groups}) AS guard_groups) AS g"
        " CROSS JOIN LATERAL (SELECT v.number, u.relation, pg_catalog.array_agg(u.place) AS places"
        f" FROM (VALUES {values}) AS v (number, relations, places)"
        " CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(v.relations), pg_catalog.unnest(v.places)) AS u"
        " (relation, place) WHERE u.place IS NOT NULL GROUP BY v.number, u.relation) AS p")


def _having(condition: Any, k: int, leading: frozenset[str]) -> Any:
    """What leaves out groups of fewer than ``k``, and what asks no aggregate, which WHERE could ask as well."""
    kept: list[Any] = [part for entry in conjuncts(condition) if (part := _kept(entry, k, leading)) is not None]
    if len(kept) > 1:
        made: Any = ast.BoolExpr
        return made(boolop=enums.BoolExprType.AND_EXPR, args=tuple(kept))
    return kept[0] if kept else None


def _kept(part: Any, k: int, leading: frozenset[str]) -> Any:
    calls = _Aggregates()
    calls(part)
    if not calls.found:
        return part
    if not isinstance(part, ast.A_Expr) or part.kind != enums.A_Expr_Kind.AEXPR_OP or not _counts_people(
            part.lexpr, leading):
        return None
    operator: Any = [one.sval for one in part.name or ()]
    number: Any = part.rexpr
    if operator not in ([">="], [">"]) or not (
            isinstance(number, ast.A_Const) and isinstance(number.val, ast.Integer)):
        return None
    # Of `count(*) >= 50` no more is believed than that small groups are left out.
    least = min(k, (number.val.ival or 0) + (operator == [">"]))
    made: Any = parse_sql(f"SELECT 1 >= {least}")[0].stmt
    limit = made.targetList[0].val
    limit.lexpr = part.lexpr
    return limit


def _counts_people(node: Any, leading: frozenset[str]) -> bool:
    """Whether it counts rows, or what leads to people: where it is less than ``k``, so are the people."""
    if not isinstance(node, ast.FuncCall) or [part.sval for part in node.funcname or ()] != ["count"]:
        return False
    argument: Any = node.args[0] if node.args else None
    return bool(node.agg_star) or (isinstance(argument, ast.ColumnRef)
                                   and getattr((argument.fields or (None,))[-1], "sval", "") in leading)


class _Aggregates(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def visit_FuncCall(self, ancestors: Any, node: Any) -> None:
        builtin = BUILTINS.functions.get(node.funcname[-1].sval)
        self.found = self.found or builtin is None or builtin.aggregate


def statement(disclosure: int, rest: str) -> str:
    """The whole statement for an export."""
    return f"SELECT pg_catalog.count(sminion.name_group({disclosure}{rest}"
