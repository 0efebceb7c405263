"""Calls: functions by name, and the operators and casts that run functions outside of pg_catalog.

Overloads are not told apart by type, only by the number of arguments: what any of them may touch is counted.
"""

from __future__ import annotations

import re
from typing import cast

from sminion_guard.analyzer.access import AGGREGATED, COMPUTED, COPIED, COUNTED, NOTHING, Flow, join, joined, through
from sminion_guard.analyzer.builtins import (
    BUILDING,
    BUILTINS,
    COPYING,
    COUNTING,
    OUTLIVING,
    PERMISSIBLE,
    SEQUENCES,
    WITHOUT_DATA,
    Builtin,
    Danger,
    danger,
)
from sminion_guard.analyzer.catalog import Catalog, Function, Relation
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.names import qualified, strings
from sminion_guard.analyzer.resolving.routines import follow, follow_defaults
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.setting_calls import local_setting
from sminion_guard.analyzer.resolving.types import named
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
    if len(flows) == 1 and name in w.catalog.type_names:  # `f('x')` is `'x'::f` where the literal has no type yet
        w.types |= named(w.catalog, name)
        if schema is not None and (schema, name) in w.catalog.types and not w.catalog.functions.get((schema, name)):
            return through(flows[0], COMPUTED)
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
        if function.default_values is not None:
            by_name = node is not None and any("NamedArgExpr" in argument for argument in node.get("args", ()))
            follow_defaults(w, function, count, by_name, start)
        found.append(joined((*flows, follow(w, function, start)), _own_manner(function)))
    if builtin is not None:
        w.builds = w.builds or name in BUILDING
        builtin_call(w, builtin, count, start, setting=local_setting(node) if node and name == "set_config" else None)
        window_call = node is not None and "over" in node
        found.append(joined(flows, manner(builtin, window_call)) if flows else NOTHING)
    return join(*found)


def builtin_call(w: Walk, builtin: Builtin, count: int, start: int, *, setting: str | None = None) -> None:
    """Note what is dangerous about a call of a function of pg_catalog.

    :param setting: the one that it makes for the transaction, which the policy may permit.
    """
    if builtin.since > w.version or builtin.until < w.version:
        w.fact(FactKind.DISAGREEMENT, f"function `{builtin.name}` is not in PostgreSQL {w.version}", start)
    why = danger(builtin, count)
    if why is Danger.LEAKY:
        w.fact(FactKind.LEAKY, f"function `{builtin.name}` tells of data beyond the purpose", start)
    elif why is Danger.ESCAPE and not (builtin.name in WITHOUT_DATA and w.attached):
        escape(w, builtin.name, start, setting=setting)


def escape(w: Walk, name: str, start: int | None, *, setting: str | None = None) -> None:
    """Note a call that acts outside of the transaction, with what can be done instead."""
    detail, hint = OUTLIVING.get(name, (None, "leave the call out"))
    w.fact(FactKind.ESCAPE, f"function `{name}` acts outside of what the analyzer can see", start, detail=detail,
           hint=hint, setting=setting, call=name if name in PERMISSIBLE else None)


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
    argument = _bare(arguments[0] if arguments else {})
    table = _table_of_serial(w, argument)
    text = _text(argument) or table
    parts = split_name(text) if text else None
    if parts is None:
        w.fact(FactKind.OPAQUE, f"which sequence `{name}` touches is known only when it runs", start,
               detail="the server asks for USAGE on it in any case",
               hint=f'write its name as a constant, or permit it: `may_call = ["{name}"]` under `[ticket]`', call=name)
        return
    relation = _named_relation(w, parts)
    if table is not None and relation is not None and relation.kind in {"r", "p", "f"}:
        w.touch(relation, COLLECT, start)
        return
    if relation is None or relation.kind != "S":
        w.fact(FactKind.UNKNOWN, f"sequence `{text}` is not in the catalog", start)
        return
    owners = [w.catalog.relations[key] for key in relation.parents if key in w.catalog.relations]
    owners = owners or _fed_by(w.catalog).get(relation.key, [])
    for owner in owners:
        w.touch(owner, COLLECT, start)  # a serial column's sequence serves the rows that are to come
    if not owners:
        w.touch(relation, USE, start)


_NEXT = re.compile(r"nextval\('((?:[^']|'')+)'::regclass\)")


def _fed_by(catalog: Catalog) -> dict[tuple[str, str], list[Relation]]:
    """Sequences that no column owns, each with the tables whose defaults read it: who may insert there may use it."""
    found = cast("dict[tuple[str, str], list[Relation]] | None", catalog.memo.get("tables by sequence"))
    if found is None:
        found = {}
        for relation in catalog.relations.values():
            for column in relation.columns:
                for name in _NEXT.findall(column.default or ""):
                    parts = split_name(name.replace("''", "'")) or []
                    if len(parts) == 2:  # a snapshot has its names in full
                        found.setdefault((parts[0], parts[1]), []).append(relation)
        catalog.memo["tables by sequence"] = found
    return found


def _bare(node: Node) -> Node:
    """An argument without the casts round it."""
    while "TypeCast" in node:
        node = node["TypeCast"]["arg"]
    return node


def _text(node: Node) -> str | None:
    """The text of a constant."""
    found = node.get("A_Const", {}).get("sval", {}).get("sval")
    return None if found is None else str(found)


def _table_of_serial(w: Walk, node: Node) -> str | None:
    """The table in ``pg_get_serial_sequence('crm.customer', 'id')``, where nobody has a function of that name."""
    call = node.get("FuncCall", {})
    schema, name = qualified(strings(call.get("funcname", ())) or [""])
    arguments = [_text(_bare(argument)) for argument in call.get("args", ())]
    if name != "pg_get_serial_sequence" or len(arguments) != 2 or None in arguments:
        return None
    return None if [*w.functions(schema, name)] else arguments[0]


def _named_relation(w: Walk, parts: list[str]) -> Relation | None:
    schema, name = qualified(parts)
    if schema is not None:
        return w.catalog.relation(schema, name)
    found = w.catalog.visible(w.path).get(name)
    return w.catalog.visible(w.fallback).get(name) if found is None and w.fallback is not None else found


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
    """Follow them by name. Whether its types occur in the statement is tested when the statement has been read."""
    if not parts:
        return
    schema, name = qualified(parts)
    for candidate in w.catalog.operators.get(name, ()):
        if schema == candidate.schema or (schema is None and candidate.schema in w.path):
            w.operators.setdefault(candidate, start)
