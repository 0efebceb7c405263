"""What a grouped SELECT computes: which columns its aggregates are of, and that it computes the same once more."""

from __future__ import annotations

from typing import Any

from pglast import ast
from pglast.stream import RawStream
from pglast.visitors import Visitor

from sminion_guard.analyzer import Catalog
from sminion_guard.analyzer.builtins import BUILTINS
from sminion_guard.disclosure.differencing.aggregates import ALLOWED, why_not

_FOLLOWED = frozenset("""
    A_ArrayExpr A_Const A_Expr Alias BitString Boolean BooleanTest BoolExpr CaseExpr CaseWhen CoalesceExpr
    CollateClause ColumnRef Float FuncCall Integer JoinExpr MinMaxExpr NullTest RangeVar ResTarget RowExpr SelectStmt
    SortBy SQLValueFunction String TypeCast TypeName
    """.split())
"""Nodes that have no groups, and read no rows, of their own."""


class Refused(Exception):
    """Why a query is refused.

    :param start: its place in the text.
    """

    def __init__(self, code: str, message: str, detail: str | None, hint: str, start: int | None) -> None:
        super().__init__(message)
        self.code, self.message, self.detail, self.hint, self.start = code, message, detail, hint, start


def arguments(
    node: Any, rows: frozenset[str], catalog: Catalog, path: tuple[str, ...], recipient: str, k: int
) -> tuple[str, ...]:
    """The columns that aggregates of a SELECT are of, each once: rows without a value are not in their groups.

    :param rows: what the tables are called in it.
    :raises Refused: where it makes no groups, or groups that cannot be followed.
    """
    found = _Expressions(node, rows, catalog, path)
    found(node)
    if node.distinctClause is not None or not (found.aggregates or node.groupClause is not None):
        raise Refused("SG740", f"recipient `{recipient}` gets groups of {k} people or more, and no single rows", None,
                      "count or sum up: `SELECT page, count(*) ... GROUP BY page`", None)
    return tuple(dict.fromkeys(found.arguments))


class _Expressions(Visitor):
    def __init__(self, select: Any, rows: frozenset[str], catalog: Catalog, path: tuple[str, ...]) -> None:
        super().__init__()
        self._select, self._rows, self._catalog, self._path = select, rows, catalog, path
        self.aggregates = False
        self.arguments: list[str] = []

    def visit(self, ancestors: Any, node: Any) -> None:
        kind = type(node).__name__
        start = getattr(node, "location", None)
        if kind not in _FOLLOWED or (isinstance(node, ast.SelectStmt) and node is not self._select):
            what = {"SubLink": "a subquery", "GroupingSet": "several groupings at once"}.get(kind, f"`{kind}`")
            raise Refused("SG742", f"{what} in a query of groups is not followed", None,
                          "leave it out, or export each grouping by itself", start)
        if isinstance(node, ast.FuncCall):
            self._call(node)

    def _call(self, node: Any) -> None:
        if node.over is not None:
            raise Refused("SG742", "a window in a query of groups is not followed", None, "leave it out", node.location)
        parts = [part.sval for part in node.funcname]
        name = parts[-1]
        builtin = BUILTINS.functions.get(name)
        if builtin is None or parts[:-1] not in ([], ["pg_catalog"]) or (
                len(parts) == 1 and any(self._catalog.functions_named(None, name, self._path))):
            raise Refused("SG742", f"function `{'.'.join(parts)}` is none of PostgreSQL's own",
                          "it may answer differently when the groups are named", "leave it out", node.location)
        if builtin.volatile or builtin.window:
            raise Refused("SG742", f"function `{name}` answers differently each time",
                          "the groups that are named would be others than those that are sent", "leave it out",
                          node.location)
        if builtin.aggregate:
            self._aggregate(node, name)

    def _is_column(self, reference: Any) -> bool:
        """Whether it is no row as a whole: a row without values is a value."""
        if not all(isinstance(part, ast.String) for part in reference.fields):
            return False
        return reference.fields[-1].sval not in self._rows

    def _aggregate(self, node: Any, name: str) -> None:
        self.aggregates = True
        why = why_not(name)
        if why is not None:
            raise Refused("SG741", f"`{name}` tells of one person, however large the group is", why,
                          f"use {', '.join(f'`{one}`' for one in sorted(ALLOWED))}, or group by coarser values",
                          node.location)
        if node.agg_filter is not None or node.agg_order or node.agg_within_group or node.func_variadic or (
                node.agg_distinct and name != "count"):
            raise Refused("SG741", f"`{name}` counts other people than those of its group",
                          "FILTER, DISTINCT in a sum, and an order pick rows out",
                          "write what picks rows into WHERE or GROUP BY", node.location)
        if node.agg_star:
            return
        argument = node.args[0] if node.args and len(node.args) == 1 else None
        if isinstance(argument, ast.ColumnRef) and self._is_column(argument):
            self.arguments.append(RawStream()(argument))
        elif not isinstance(argument, ast.A_Const) or argument.isnull:
            raise Refused("SG741", f"`{name}` is of an expression, which can pick out the value of one person", None,
                          "name a column: a generated one holds what is computed", node.location)
