"""Expressions: the flow of each kind of node that can stand where a value is expected."""

from __future__ import annotations

from typing import Any

from sminion_guard.analyzer.access import AGGREGATED, COMPUTED, COUNTED, NOTHING, Flow, join, joined, through
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving import calls
from sminion_guard.analyzer.resolving.columns import column_ref
from sminion_guard.analyzer.resolving.names import strings, type_name
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.walk import EXPRESSIONS, Walk, evaluate, evaluate_all, expression, run

EXPRESSIONS["ColumnRef"] = column_ref
EXPRESSIONS["FuncCall"] = calls.function_call


@expression("A_Const", "SetToDefault", "CurrentOfExpr", "SQLValueFunction", "A_Star")
def constant(w: Walk, node: Node, scope: Scope) -> Flow:
    """``42``, ``DEFAULT``, ``WHERE CURRENT OF c``, ``current_date``: no column is in it."""
    return NOTHING


@expression("ParamRef")
def parameter(w: Walk, node: Node, scope: Scope) -> Flow:
    """``$1``: of the statement, or of the function whose body this is."""
    number = node.get("number", 0)
    w.parameters.add(number)
    return scope.variable(f"${number}") or NOTHING


@expression("A_Expr")
def operator(w: Walk, node: Node, scope: Scope) -> Flow:
    """``a + b``, ``a IN (...)``, ``a BETWEEN b AND c``, ``a LIKE b``, ``a = ANY (b)``, ``NULLIF(a, b)``."""
    w.compares = True
    left, right = evaluate(w, node.get("lexpr"), scope), evaluate(w, node.get("rexpr"), scope)
    if w.catalog.operators:
        calls.operator(w, node, scope)
    return joined((left, right)) if left or right else NOTHING


@expression("BoolExpr")
def boolean(w: Walk, node: Node, scope: Scope) -> Flow:
    """``a AND b``, ``NOT a``."""
    return joined([evaluate(w, argument, scope) for argument in node["args"]])


@expression("NullTest", "BooleanTest", "NamedArgExpr")
def wrapper(w: Walk, node: Node, scope: Scope) -> Flow:
    """``a IS NULL``, ``a IS TRUE``, ``f(x => a)``."""
    return through(evaluate(w, node.get("arg"), scope), COMPUTED)


@expression("List")
def items(w: Walk, node: Node, scope: Scope) -> Flow:
    """The list of ``IN (...)`` and of rows in VALUES."""
    return join(*evaluate_all(w, node.get("items"), scope))


@expression("RowExpr")
def row(w: Walk, node: Node, scope: Scope) -> Flow:
    """``ROW(a, b)``."""
    return join(*evaluate_all(w, node.get("args"), scope))


@expression("A_ArrayExpr")
def array(w: Walk, node: Node, scope: Scope) -> Flow:
    """``ARRAY[a, b]``."""
    w.builds = True
    return join(*evaluate_all(w, node.get("elements"), scope))


@expression("CoalesceExpr", "MinMaxExpr")
def alternatives(w: Walk, node: Node, scope: Scope) -> Flow:
    """``coalesce(a, b)``, ``greatest(a, b)``: one of the values, as it is."""
    return join(*evaluate_all(w, node["args"], scope))


@expression("CaseExpr")
def case(w: Walk, node: Node, scope: Scope) -> Flow:
    """``CASE a WHEN b THEN c ELSE d END``: results are copied, what decides is computed with."""
    w.compares = w.compares or "arg" in node
    tests = [evaluate(w, node.get("arg"), scope)]
    results = [evaluate(w, node.get("defresult"), scope)]
    for entry in node["args"]:
        when = entry["CaseWhen"]
        tests.append(evaluate(w, when["expr"], scope))
        results.append(evaluate(w, when["result"], scope))
    return join(*results, joined(tests))


@expression("TypeCast")
def cast(w: Walk, node: Node, scope: Scope) -> Flow:
    """``a::text``."""
    flow = evaluate(w, node["arg"], scope)
    type_name(w, node["typeName"])
    return through(flow, COMPUTED) if flow else flow


@expression("CollateClause")
def collate(w: Walk, node: Node, scope: Scope) -> Flow:
    """``a COLLATE "C"``."""
    return evaluate(w, node.get("arg"), scope)


@expression("SubLink")
def sublink(w: Walk, node: Node, scope: Scope) -> Flow:
    """``EXISTS (...)``, ``a IN (SELECT ...)``, ``(SELECT ...)``, ``ARRAY(SELECT ...)``."""
    kind = node["subLinkType"]
    w.compares = w.compares or "testexpr" in node
    tested = evaluate(w, node.get("testexpr"), scope)
    result = run(w, node["subselect"], scope)
    flow = join(*result.flows, result.wild or NOTHING)
    w.builds = w.builds or kind == "ARRAY_SUBLINK"
    if kind == "EXISTS_SUBLINK":
        return through(flow, COUNTED)
    if kind in {"EXPR_SUBLINK", "ARRAY_SUBLINK", "MULTIEXPR_SUBLINK"}:
        return flow
    if w.catalog.operators and "operName" in node:
        calls.operator_named(w, strings(node["operName"]), node.get("location", 0))
    return joined((tested, flow))


@expression("A_Indirection")
def indirection(w: Walk, node: Node, scope: Scope) -> Flow:
    """``(t).a``, ``(f(x)).*``, ``a[1]``, ``a[1:2]``."""
    argument, steps = node["arg"], node["indirection"]
    inner = argument.get("ColumnRef")
    if inner is not None and "String" in steps[0] and "A_Star" not in inner["fields"][-1]:
        # The server reads `(t).a` of a table in FROM as `t.a`, but asks for the right to the whole row first.
        names = [*inner["fields"], steps[0]]
        if len(inner["fields"]) == 1 and scope.column(strings(inner["fields"])[0]) is None:
            evaluate(w, argument, scope)
            rest = column_ref(w, {"fields": names, "location": inner.get("location", 0)}, scope)
            return join(rest, *_subscripts(w, steps[1:], scope))
    return join(evaluate(w, argument, scope), *_subscripts(w, steps, scope))


def _subscripts(w: Walk, steps: list[Node], scope: Scope) -> list[Flow]:
    flows = []
    for step in steps:
        indices: Any = step.get("A_Indices")
        if indices is not None:
            flows.append(through(evaluate(w, indices.get("lidx"), scope), COMPUTED))
            flows.append(through(evaluate(w, indices.get("uidx"), scope), COMPUTED))
    return flows


@expression("GroupingFunc")
def grouping(w: Walk, node: Node, scope: Scope) -> Flow:
    """``GROUPING(a, b)``: which columns the row is grouped by, not what they hold."""
    return joined(evaluate_all(w, node.get("args"), scope), COUNTED)


@expression("GroupingSet")
def grouping_set(w: Walk, node: Node, scope: Scope) -> Flow:
    """``ROLLUP (a, b)``."""
    return joined(evaluate_all(w, node.get("content"), scope), AGGREGATED)


@expression("MultiAssignRef")
def multiple(w: Walk, node: Node, scope: Scope) -> Flow:
    """``SET (a, b) = (SELECT ...)``: once per column, with the same source."""
    return evaluate(w, node["source"], scope)


@expression("MergeSupportFunc")
def merge_action(w: Walk, node: Node, scope: Scope) -> Flow:
    """``merge_action()``."""
    w.require(17, "`merge_action()`", node.get("location", 0))
    return NOTHING


@expression("XmlExpr", "XmlSerialize")
def xml(w: Walk, node: Node, scope: Scope) -> Flow:
    """``xmlelement(...)``, ``xmlforest(...)``, ``xmlserialize(...)``."""
    flows = evaluate_all(w, node.get("args"), scope) + evaluate_all(w, node.get("named_args"), scope)
    flows.append(evaluate(w, node.get("expr"), scope))
    if "typeName" in node:
        type_name(w, node["typeName"])
    return joined(flows)


@expression("ResTarget")
def target(w: Walk, node: Node, scope: Scope) -> Flow:
    """``a AS b`` where a list of named values stands, as in ``xmlforest``."""
    return evaluate(w, node.get("val"), scope)


@expression("SortBy")
def sort_by(w: Walk, node: Node, scope: Scope) -> Flow:
    """``a DESC`` inside of an aggregate or a window."""
    if "useOp" in node and w.catalog.operators:
        calls.operator_named(w, strings(node["useOp"]), node.get("location", 0))
    return evaluate(w, node["node"], scope)


def json_value(w: Walk, node: Node, scope: Scope) -> Flow:
    """``a FORMAT JSON``, without its wrapper."""
    return join(evaluate(w, node.get("raw_expr"), scope), evaluate(w, node.get("formatted_expr"), scope))


EXPRESSIONS["JsonValueExpr"] = json_value
