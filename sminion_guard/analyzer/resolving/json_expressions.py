"""SQL/JSON constructors and queries, which PostgreSQL 16 and 17 brought."""

from __future__ import annotations

from sminion_guard.analyzer.access import COPIED, Flow, join, joined
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.calls import window
from sminion_guard.analyzer.resolving.names import type_name
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.walk import Walk, evaluate, evaluate_all, expression, run


@expression("JsonObjectConstructor", "JsonArrayConstructor")
def constructor(w: Walk, node: Node, scope: Scope) -> Flow:
    """``JSON_OBJECT('a': b)``, ``JSON_ARRAY(a, b)``."""
    w.require(16, "an SQL/JSON constructor", node.get("location", 0))
    _output(w, node)
    return joined(evaluate_all(w, node.get("exprs"), scope), COPIED)


@expression("JsonKeyValue")
def key_value(w: Walk, node: Node, scope: Scope) -> Flow:
    """``'a': b`` within an object."""
    return join(evaluate(w, node["key"], scope), evaluate(w, {"JsonValueExpr": node["value"]}, scope))


@expression("JsonArrayQueryConstructor")
def array_query(w: Walk, node: Node, scope: Scope) -> Flow:
    """``JSON_ARRAY(SELECT ...)``."""
    w.require(16, "an SQL/JSON constructor", node.get("location", 0))
    _output(w, node)
    return join(*run(w, node["query"], scope).flows)


@expression("JsonObjectAgg", "JsonArrayAgg")
def aggregate(w: Walk, node: Node, scope: Scope) -> Flow:
    """``JSON_OBJECTAGG(a: b)``, ``JSON_ARRAYAGG(a ORDER BY b)``."""
    inner = node["constructor"]
    w.require(16, "an SQL/JSON aggregate", inner.get("location", 0))
    _output(w, inner)
    flows = [key_value(w, node["arg"], scope) if "key" in node["arg"]
             else evaluate(w, {"JsonValueExpr": node["arg"]}, scope)]
    flows += evaluate_all(w, inner.get("agg_order"), scope)
    flows.append(evaluate(w, inner.get("agg_filter"), scope))
    if "over" in inner:
        flows += window(w, inner["over"], scope)
    return joined(flows, COPIED)


@expression("JsonFuncExpr")
def query(w: Walk, node: Node, scope: Scope) -> Flow:
    """``JSON_VALUE(a, '$.b' PASSING c AS d DEFAULT e ON EMPTY)``, ``JSON_QUERY``, ``JSON_EXISTS``."""
    w.require(17, "an SQL/JSON query", node.get("location", 0))
    _output(w, node)
    flows = [evaluate(w, {"JsonValueExpr": node["context_item"]}, scope), evaluate(w, node.get("pathspec"), scope)]
    flows += evaluate_all(w, node.get("passing"), scope)
    flows += [evaluate(w, node[place].get("expr"), scope) for place in ("on_empty", "on_error") if place in node]
    return joined(flows)


@expression("JsonIsPredicate")
def is_json(w: Walk, node: Node, scope: Scope) -> Flow:
    """``a IS JSON OBJECT``."""
    w.require(16, "`IS JSON`", node.get("location", 0))
    return joined((evaluate(w, node["expr"], scope),))


@expression("JsonArgument")
def argument(w: Walk, node: Node, scope: Scope) -> Flow:
    """``a AS b`` after PASSING."""
    return evaluate(w, {"JsonValueExpr": node["val"]}, scope)


@expression("JsonParseExpr", "JsonSerializeExpr", "JsonScalarExpr")
def conversion(w: Walk, node: Node, scope: Scope) -> Flow:
    """``JSON(a)``, ``JSON_SERIALIZE(a)``, ``JSON_SCALAR(a)``."""
    w.require(17, "an SQL/JSON conversion", node.get("location", 0))
    _output(w, node)
    inner = node["expr"]
    plain = "raw_expr" in inner or "formatted_expr" in inner
    return joined((evaluate(w, {"JsonValueExpr": inner} if plain else inner, scope),))


def _output(w: Walk, node: Node) -> None:
    name = node.get("output", {}).get("typeName")
    if name is not None:
        type_name(w, name)
