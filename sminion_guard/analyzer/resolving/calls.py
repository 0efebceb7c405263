"""Calls: functions by name, and the operators and casts that run functions outside of pg_catalog.

Overloads are not told apart by type, only by the number of arguments: what any of them may touch is counted.
"""

from __future__ import annotations

from sminion_guard.analyzer.access import AGGREGATED, COMPUTED, COPIED, COUNTED, NOTHING, Flow, join, joined, through
from sminion_guard.analyzer.catalog import Function
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.builtins import BUILTINS, COPYING, COUNTING, SEQUENCES, Builtin, Danger, danger
from sminion_guard.analyzer.resolving.names import qualified, strings
from sminion_guard.analyzer.resolving.routines import follow
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.walk import COLLECT, USE, Walk, evaluate, evaluate_all


def function_call(w: Walk, node: Node, scope: Scope) -> Flow:
    """``f(a, b)``, aggregates with ORDER BY and FILTER, window calls."""
    schema, name = qualified(strings(node["funcname"]))
    arguments = node.get("args", ())
    start = node.get("location", 0)
    flows = evaluate_all(w, arguments, scope)
    extra = evaluate_all(w, node.get("agg_order"), scope)
    if "agg_filter" in node:
        extra.append(evaluate(w, node["agg_filter"], scope))
    if "over" in node:
        extra += window(w, node["over"], scope)
    if name in SEQUENCES:
        _sequence(w, name, arguments, start)
    flow = call_named(w, schema, name, flows, start, node=node)
    if flow is None:
        flow = _projection(w, node, name, arguments, flows, scope)
    return join(flow, joined(extra, COUNTED)) if extra else flow


def call_named(
    w: Walk, schema: str | None, name: str, flows: list[Flow], start: int, *, node: Node | None = None,
    quiet: bool = False,
) -> Flow | None:
    """The flow of a call; None when there is no such function, which is a fact unless ``quiet`` or one argument."""
    count = len(flows)
    own = [function for function in w.functions(schema, name) if function.takes(count)]
    builtin = BUILTINS.functions.get(name) if schema in (None, "pg_catalog") else None
    if builtin is None and not own:
        if not quiet and not (count == 1 and schema is None):
            w.fact(FactKind.UNKNOWN, f"function `{name}` with {count} arguments is not in the catalog", start)
            return NOTHING
        return None
    found = []
    for function in own:
        found.append(joined((*flows, follow(w, function, start)), _own_manner(function)))
    if builtin is not None:
        builtin_call(w, builtin, count, start)
        window_call = node is not None and "over" in node
        found.append(joined(flows, manner(builtin, window_call)) if flows else NOTHING)
    return join(*found)


def builtin_call(w: Walk, builtin: Builtin, count: int, start: int) -> None:
    """Note what is dangerous about a call of a function of pg_catalog."""
    if builtin.since > w.version or builtin.until < w.version:
        w.fact(FactKind.DISAGREEMENT, f"function `{builtin.name}` is not in PostgreSQL {w.version}", start)
    why = danger(builtin, count)
    if why is Danger.LEAKY:
        w.fact(FactKind.LEAKY, f"function `{builtin.name}` tells of data beyond the purpose", start)
    elif why is Danger.ESCAPE:
        w.fact(FactKind.ESCAPE, f"function `{builtin.name}` acts outside of what the analyzer can see", start,
               hint="leave the call out")


def manner(builtin: Builtin, window_call: bool) -> int:
    """How values come through a function of pg_catalog."""
    if builtin.name in COPYING:
        return COPIED
    if builtin.name in COUNTING:
        return COUNTED
    return AGGREGATED if builtin.aggregate or (window_call and builtin.window) else COMPUTED


def _own_manner(function: Function) -> int:
    # What an aggregate of one's own does with its values nobody knows: not less revealing than a computation.
    return COMPUTED


def window(w: Walk, node: Node, scope: Scope) -> list[Flow]:
    """``OVER (PARTITION BY a ORDER BY b ROWS c PRECEDING)``."""
    flows = evaluate_all(w, node.get("partitionClause"), scope)
    flows += evaluate_all(w, node.get("orderClause"), scope)
    flows.append(evaluate(w, node.get("startOffset"), scope))
    flows.append(evaluate(w, node.get("endOffset"), scope))
    return flows


def _projection(
    w: Walk, node: Node, name: str, arguments: list[Node], flows: list[Flow], scope: Scope
) -> Flow:
    """``a(t)`` where no function ``a`` exists: the column ``t.a``, or a cast to the type ``a``."""
    start = node.get("location", 0)
    inner = arguments[0].get("ColumnRef")
    if inner is not None and "A_Star" not in inner["fields"][-1]:
        item = scope.item(strings(inner["fields"])[-1])
        if item is not None:
            if name in item.index:
                return w.mark(item.index[name], start)
            if item.wild is not None:
                return item.wild
    for part in w.path:
        kind = w.catalog.types.get((part, name))
        if kind is not None:
            w.types.add(f"{part}.{name}")
            return through(flows[0], COMPUTED)
        for composite in w.catalog.types.values():
            if any(attribute.name == name for attribute in composite.attributes):
                return flows[0]
    if name in BUILTINS.types:
        return through(flows[0], COMPUTED)
    w.fact(FactKind.UNKNOWN, f"function `{name}` is not in the catalog", start)
    return NOTHING


def _sequence(w: Walk, name: str, arguments: list[Node], start: int) -> None:
    """``nextval('crm.customer_id_seq')`` touches the sequence."""
    argument = arguments[0] if arguments else {}
    while "TypeCast" in argument:
        argument = argument["TypeCast"]["arg"]
    text = argument.get("A_Const", {}).get("sval", {}).get("sval")
    parts = split_name(text) if text else None
    if parts is None:
        w.fact(FactKind.OPAQUE, f"which sequence `{name}` touches is known only when it runs", start)
        return
    schema, sequence = qualified(parts)
    relation = (w.catalog.visible(w.path).get(sequence) if schema is None else w.catalog.relation(schema, sequence))
    if relation is None and schema is None and w.fallback is not None:
        relation = w.catalog.visible(w.fallback).get(sequence)
    if relation is None or relation.kind != "S":
        w.fact(FactKind.UNKNOWN, f"sequence `{text}` is not in the catalog", start)
        return
    owners = [w.catalog.relations[key] for key in relation.parents if key in w.catalog.relations]
    for owner in owners:
        w.touch(owner, COLLECT, start)  # a serial column's sequence serves the rows that are to come
    if not owners:
        w.touch(relation, USE, start)


def split_name(text: str) -> list[str] | None:
    """The parts of a qualified name as the server reads it from a string; None when it is not one."""
    parts: list[str] = []
    rest = text.strip()
    while True:
        if rest.startswith('"'):
            end = 1
            while (end := rest.find('"', end)) != -1 and rest[end + 1 : end + 2] == '"':
                end += 2
            if end == -1:
                return None
            parts.append(rest[1:end].replace('""', '"'))
            rest = rest[end + 1 :].lstrip()
        else:
            word = rest.split(".", 1)[0]
            parts.append(word.strip().lower())
            rest = rest[len(word) :]
        if not parts[-1]:
            return None
        if not rest:
            return parts
        if not rest.startswith("."):
            return None
        rest = rest[1:].lstrip()


def operator(w: Walk, node: Node, scope: Scope) -> None:
    """Follow the functions of operators outside of pg_catalog that an expression may mean."""
    operator_named(w, strings(node.get("name", ())), node.get("location", 0))


def operator_named(w: Walk, parts: list[str], start: int) -> None:
    """Likewise, by name. Whether its types occur in the statement is asked when the statement has been read."""
    if not parts:
        return
    schema, name = qualified(parts)
    for candidate in w.catalog.operators.get(name, ()):
        if schema == candidate.schema or (schema is None and candidate.schema in w.path):
            w.operators.setdefault(candidate, start)
