"""FROM: each kind of entry becomes one or more items of the scope."""

from __future__ import annotations

from collections.abc import Sequence

from sminion_guard.analyzer.access import NOTHING, Flow, join, joined
from sminion_guard.analyzer.catalog import Relation
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.expansion import UNPLACED
from sminion_guard.analyzer.resolving.names import strings, type_name
from sminion_guard.analyzer.resolving.scope import Item, Scope
from sminion_guard.analyzer.resolving.views import expand_view
from sminion_guard.analyzer.resolving.walk import (
    RANGES,
    USE,
    Touch,
    Walk,
    evaluate,
    evaluate_all,
    ranges,
    run,
    unknown_node,
)
from sminion_guard.policy.model import Operation


def from_clause(w: Walk, entries: Sequence[Node] | None, scope: Scope) -> None:
    """Put the items of a FROM clause into ``scope``, one entry after the other: LATERAL sees those before."""
    for entry in entries or ():
        add_range(w, entry, scope)


def add_range(w: Walk, wrapped: Node, scope: Scope) -> None:
    """Put the items of one entry into ``scope``."""
    for kind, node in wrapped.items():
        handler = RANGES.get(kind)
        if handler is None:
            unknown_node(w, kind, node)
        else:
            scope.items.extend(handler(w, node, scope))


@ranges("RangeVar")
def table(w: Walk, node: Node, scope: Scope) -> list[Item]:
    """``crm.customer AS c (id, name)``, ``ONLY crm.customer``, or the name of a WITH query."""
    name = node["relname"]
    alias = node.get("alias")
    if "schemaname" not in node:
        known, cte = scope.cte(name)
        if known:
            if cte is None:
                w.forward = True
                return [Item(_alias(node, name), (), (), wild=NOTHING)]
            w.budget.spend(len(cte.names))
            return [aliased(alias, name, cte.names, cte.flows, cte.wild)]
    relation = find_relation(w, node)
    if relation is None:
        return [Item(_alias(node, name), (), (), wild=NOTHING)]
    start = node.get("location", 0)
    w.touch(relation, USE, start)
    if relation.children and node.get("inh"):
        absorb_children(w, relation, USE, start)
    return [relation_item(w, relation, alias, start)]


def absorb_children(w: Walk, relation: Relation, operation: Operation, start: int) -> None:
    """Partitions and children in other schemas: the server reads them through the parent and checks no privilege."""
    for key in relation.children:
        child = w.catalog.relations.get(key)
        if child is None:
            continue
        if child.schema != relation.schema:
            w.touches.setdefault((child, operation, (relation.qualified,), True), Touch(start))
        absorb_children(w, child, operation, start)


def find_relation(w: Walk, node: Node) -> Relation | None:
    """The relation that a name means; a fact when there is none."""
    name, schema = node["relname"], node.get("schemaname")
    database = node.get("catalogname")
    start = node.get("location", 0)
    if database is not None and database != w.catalog.database:
        w.fact(FactKind.UNKNOWN, f"`{database}.{schema}.{name}` is in another database", start)
        return None
    found = w.catalog.visible(w.path).get(name) if schema is None else w.catalog.relation(schema, name)
    if found is None and schema is None and w.fallback is not None:
        found = w.catalog.visible(w.fallback).get(name)
    if found is None or found.kind in {"c", "i", "I", "t"}:
        w.fact(FactKind.UNKNOWN, f"relation `{schema + '.' if schema else ''}{name}` is not in the catalog", start)
        return None
    return found


def relation_item(w: Walk, relation: Relation, alias: Node | None, start: int) -> Item:
    """The item of a relation, whose view, if it is one, is expanded."""
    if relation.kind in {"v", "m"} and relation.qualified not in w.sealed:
        expand_view(w, relation, start)
    for expression in relation.policies:
        w.expressions.append((relation, expression, start))
    wild = NOTHING if relation.kind == "system" else None
    columns = w.catalog.table(relation)
    if alias is None:
        return Item(relation.name, columns.names, columns.flows, index=columns.index, relation=relation, wild=wild)
    if "colnames" in alias:
        item = aliased(alias, relation.name, columns.names, columns.flows, wild)
        item.relation = relation
        return item
    return Item(alias["aliasname"], columns.names, columns.flows, index=columns.index, relation=relation, wild=wild)


def _alias(node: Node, name: str) -> str:
    alias = node.get("alias")
    return name if alias is None else str(alias["aliasname"])


def aliased(
    alias: Node | None, name: str | None, names: Sequence[str], flows: Sequence[Flow], wild: Flow | None = None
) -> Item:
    """An item under its alias, with the first columns renamed as the alias says."""
    if alias is None:
        return Item(name, names, flows, wild=wild)
    renamed = strings(alias.get("colnames", ()))
    if renamed:
        missing = len(renamed) - len(names)
        if missing > 0:  # of columns that are not known, or the server refuses
            flows = [*flows, *([wild or NOTHING] * missing)]
        names = [*renamed, *names[len(renamed) :]]
    return Item(alias["aliasname"], names, flows, wild=wild)


@ranges("RangeSubselect")
def subquery(w: Walk, node: Node, scope: Scope) -> list[Item]:
    """``(SELECT ...) AS q``, ``LATERAL (SELECT ...)``."""
    outer = scope.beside(0) if node.get("lateral") else scope.beside()
    result = run(w, node["subquery"], outer)
    w.budget.spend(len(result.names))
    return [aliased(node.get("alias"), None, result.names, result.flows, result.wild)]


@ranges("RangeTableSample")
def sample(w: Walk, node: Node, scope: Scope) -> list[Item]:
    """``t TABLESAMPLE bernoulli (10)``."""
    add_range(w, node["relation"], scope)
    evaluate_all(w, node.get("args"), scope.beside())
    evaluate(w, node.get("repeatable"), scope.beside())
    method = strings(node["method"])[-1]
    if method not in {"bernoulli", "system"}:
        w.fact(FactKind.OPAQUE, f"sampling method `{method}` is not PostgreSQL's own", node.get("location", 0))
    return []


@ranges("JoinExpr")
def join_expr(w: Walk, node: Node, scope: Scope) -> list[Item]:
    """``a JOIN b ON ...``, ``a JOIN b USING (id) AS j``, ``a NATURAL JOIN b``, ``(a JOIN b ...) AS j``."""
    before = len(scope.items)
    add_range(w, node["larg"], scope)
    w.budget.spend(1 + ((len(scope.items) - before) >> 2))
    middle = len(scope.items)
    add_range(w, node["rarg"], scope)
    left, right = _open(scope.items[before:middle]), _open(scope.items[middle:])
    if "quals" in node:
        evaluate(w, node["quals"], scope.beside(before))
    natural, using = node.get("isNatural", False), strings(node.get("usingClause", ()))
    alias = node.get("alias")
    if not (natural or using or alias):
        return []
    shared = using
    if natural:
        known = {name for item in right for name in item.names}
        shared = [name for item in left for name in item.names if name in known]
        if any(item.wild is not None for item in (*left, *right)):
            w.fact(FactKind.OPAQUE, "a natural join with columns that are not known", node.get("rtindex"))
    w.budget.spend(sum(len(item.names) + len(shared) for item in (*left, *right)) + len(scope.items) - before)
    merged = [join(*(w.mark(_of(part, name), UNPLACED) for part in (left, right))) for name in shared]
    names, flows = [*shared], [*merged]
    taken = set(shared)
    for item in (*left, *right):
        for name, flow in zip(item.names, item.flows, strict=True):
            if name not in taken:
                names.append(name)
                flows.append(flow)
    wilds = [item.wild for item in (*left, *right) if item.wild is not None]
    inner = scope.items[before:]
    scope.items[before:] = [
        Item(item.name, item.names, item.flows, index=item.index, relation=item.relation, wild=item.wild, open=False)
        for item in inner
    ]
    wild = join(*wilds) if wilds else None
    if alias is not None:
        del scope.items[before:]  # an alias hides what it covers
        return [aliased(alias, None, names, flows, wild)]
    found = [Item(None, names, flows, wild=wild)]
    if "join_using_alias" in node:
        found.append(Item(node["join_using_alias"]["aliasname"], shared, merged, open=False))
    return found


def _open(items: list[Item]) -> list[Item]:
    return [item for item in items if item.open]


def _of(items: list[Item], name: str) -> Flow:
    return join(*(item.index.get(name, item.wild or NOTHING) for item in items))


@ranges("RangeTableFunc")
def xmltable(w: Walk, node: Node, scope: Scope) -> list[Item]:
    """``XMLTABLE('/a' PASSING x COLUMNS b text PATH 'c' DEFAULT d)``."""
    lateral = scope.beside(0)
    flows = [evaluate(w, node.get("docexpr"), lateral), evaluate(w, node.get("rowexpr"), lateral)]
    flows += evaluate_all(w, node.get("namespaces"), lateral)
    names = []
    for entry in node.get("columns", ()):
        column = entry["RangeTableFuncCol"]
        names.append(column["colname"])
        flows += [evaluate(w, column.get("colexpr"), lateral), evaluate(w, column.get("coldefexpr"), lateral)]
        if "typeName" in column:
            type_name(w, column["typeName"])
    return [aliased(node.get("alias"), "xmltable", names, [joined(flows)] * len(names))]
