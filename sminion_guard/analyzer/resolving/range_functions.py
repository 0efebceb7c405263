"""Functions in FROM, ``ROWS FROM``, and ``JSON_TABLE``: what columns they bring."""

from __future__ import annotations

from sminion_guard.analyzer.access import NOTHING, Flow, joined
from sminion_guard.analyzer.builtins import BUILTINS
from sminion_guard.analyzer.catalog import Function
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.names import qualified, strings, type_name
from sminion_guard.analyzer.resolving.ranges import aliased
from sminion_guard.analyzer.resolving.scope import Item, Scope
from sminion_guard.analyzer.resolving.walk import Walk, evaluate, ranges


@ranges("RangeFunction")
def function_range(w: Walk, node: Node, scope: Scope) -> list[Item]:
    """``generate_series(1, 3) AS n``, ``f(t.a) AS r(a int, b text)``, ``ROWS FROM (f(), g()) WITH ORDINALITY``."""
    lateral = scope.beside(0)
    alias = node.get("alias")
    names: list[str] = []
    flows: list[Flow] = []
    wild: Flow | None = None
    single = len(node["functions"]) == 1
    default = None
    for entry in node["functions"]:
        call, definitions = entry["List"]["items"]
        flow = evaluate(w, call, lateral)
        listed = node.get("coldeflist") or definitions.get("List", {}).get("items")
        columns = _definitions(w, listed) if listed else _columns(w, call)
        label = function_name(call)
        default = default or label
        if columns is None:
            wild = flow if wild is None else joined((wild, flow), 0)
            continue
        if not columns:
            renames = single and alias is not None and "colnames" not in alias
            columns = [alias["aliasname"] if renames and alias is not None else label]
        names += columns
        flows += [flow] * len(columns)
    if node.get("ordinality"):
        names.append("ordinality")
        flows.append(NOTHING)
    return [aliased(alias, default, names, flows, wild)]


def function_name(call: Node) -> str:
    """The name a call gives to its column."""
    for kind, node in call.items():
        if kind == "FuncCall":
            return qualified(strings(node["funcname"]))[1]
        if kind == "SQLValueFunction":
            return str(node["op"]).removeprefix("SVFOP_").removesuffix("_N").lower()
        if kind == "CoalesceExpr":
            return "coalesce"
    return "?column?"


def _definitions(w: Walk, listed: list[Node]) -> list[str]:
    names = []
    for entry in listed:
        column = entry["ColumnDef"]
        names.append(column["colname"])
        type_name(w, column["typeName"])
    return names


def _columns(w: Walk, call: Node) -> list[str] | None:
    """Names of the columns a call brings: none for one value, None when only the call itself could tell."""
    node = call.get("FuncCall")
    if node is None:
        return []
    schema, name = qualified(strings(node["funcname"]))
    count = len(node.get("args", ()))
    candidates = [_of_function(w, function) for function in w.functions(schema, name) if function.takes(count)]
    builtin = BUILTINS.functions.get(name) if schema in (None, "pg_catalog") else None
    if builtin is not None:
        known = list(builtin.columns) if builtin.columns is not None else []
        candidates.append(None if builtin.composite and not known else known)
    first = candidates[0] if candidates else []
    return first if all(found == first for found in candidates) else None


def _of_function(w: Walk, function: Function) -> list[str] | None:
    if len(function.outputs) > 1 or (function.outputs and function.result == "pg_catalog.record"):
        return list(function.outputs)
    if function.outputs:
        return list(function.outputs[:1])
    if function.result.startswith("pg_catalog."):
        unknown = {"record", "anyelement", "anycompatible"}
        return None if function.result.removeprefix("pg_catalog.") in unknown else []
    schema, _, name = function.result.partition(".")
    relation = w.catalog.relations.get((schema, name))
    if relation is not None:
        return [column.name for column in relation.columns]
    kind = w.catalog.types.get((schema, name))
    if kind is None:
        return None
    return [attribute.name for attribute in kind.attributes]


@ranges("JsonTable")
def json_table(w: Walk, node: Node, scope: Scope) -> list[Item]:
    """``JSON_TABLE(t.doc, '$' PASSING t.a AS x COLUMNS (b int PATH '$.b' DEFAULT t.c ON EMPTY)) AS j``."""
    w.require(17, "`JSON_TABLE`", node.get("location", 0))
    lateral = scope.beside(0)
    flows = [evaluate(w, {"JsonValueExpr": node["context_item"]}, lateral)]
    flows += [evaluate(w, argument, lateral) for argument in node.get("passing", ())]
    flows += [_behaviour(w, node, lateral)]
    names: list[str] = []
    _json_columns(w, node.get("columns", []), lateral, names, flows)
    return [aliased(node.get("alias"), "json_table", names, [joined(flows)] * len(names))]


def _json_columns(w: Walk, columns: list[Node], scope: Scope, names: list[str], flows: list[Flow]) -> None:
    for entry in columns:
        column = entry["JsonTableColumn"]
        if "columns" in column:
            _json_columns(w, column["columns"], scope, names, flows)
            continue
        names.append(column["name"])
        flows.append(_behaviour(w, column, scope))
        if "typeName" in column:
            type_name(w, column["typeName"])


def _behaviour(w: Walk, node: Node, scope: Scope) -> Flow:
    """``DEFAULT expression ON EMPTY``, ``ON ERROR``."""
    return joined(evaluate(w, node[place].get("expr"), scope) for place in ("on_empty", "on_error") if place in node)
