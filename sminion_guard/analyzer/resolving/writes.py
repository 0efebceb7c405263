"""INSERT, UPDATE, DELETE and MERGE."""

from __future__ import annotations

from collections.abc import Sequence

from sminion_guard.analyzer.access import NOTHING, Flow, join
from sminion_guard.analyzer.catalog import Relation
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.consequences import consequences
from sminion_guard.analyzer.resolving.ranges import (
    absorb_children,
    add_range,
    find_relation,
    from_clause,
    relation_item,
)
from sminion_guard.analyzer.resolving.scope import Item, Scope
from sminion_guard.analyzer.resolving.selects import target_list, with_clause
from sminion_guard.analyzer.resolving.walk import (
    CLARIFY,
    COLLECT,
    DELETE,
    USE,
    Result,
    Touch,
    Walk,
    evaluate,
    run,
    statement,
)
from sminion_guard.policy.model import Operation

WRITABLE = frozenset({"r", "p", "f", "v"})


@statement("InsertStmt")
def insert(w: Walk, node: Node, outer: Scope) -> Result:
    """``INSERT INTO t (a, b) SELECT ... ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING a``."""
    scope = _level(w, node, outer)
    relation = _target(w, node["relation"])
    source = run(w, node["selectStmt"], scope) if "selectStmt" in node else Result()
    columns = _insert_columns(w, node.get("cols"), relation, len(source.flows) if source.wild is None else None)
    if source.wild is not None:
        flows: Sequence[Flow] = [join(*source.flows, source.wild)] * len(columns)
    else:
        flows = [*source.flows, *([NOTHING] * (len(columns) - len(source.flows)))]
    item = _item(w, relation, node["relation"])
    if relation is not None:
        start = node["relation"].get("location", 0)
        touch = w.touch(relation, COLLECT, start)
        _store(w, touch, columns, flows)
        if relation.kind == "p":
            absorb_children(w, relation, COLLECT, start)
        names = [name for name, _ in columns]
        consequences(w, relation, COLLECT, names, start, defaulted=_defaulted(node, names))
    conflict = node.get("onConflictClause")
    if conflict is not None:
        _on_conflict(w, conflict, relation, item, dict(zip((name for name, _ in columns), flows, strict=False)), scope)
    scope.items = [item]
    return _returning(w, node, scope, item)


@statement("UpdateStmt")
def update(w: Walk, node: Node, outer: Scope) -> Result:
    """``UPDATE t SET a = b FROM u WHERE ... RETURNING a``."""
    scope = _level(w, node, outer)
    relation = _target(w, node["relation"])
    item = _item(w, relation, node["relation"])
    scope.items = [item]
    from_clause(w, node.get("fromClause"), scope)
    _assign(w, node["targetList"], relation, node["relation"], scope)
    evaluate(w, node.get("whereClause"), scope)
    return _returning(w, node, scope, item)


@statement("DeleteStmt")
def delete(w: Walk, node: Node, outer: Scope) -> Result:
    """``DELETE FROM t USING u WHERE ... RETURNING a``."""
    scope = _level(w, node, outer)
    relation = _target(w, node["relation"])
    item = _item(w, relation, node["relation"])
    _remove(w, relation, node["relation"])
    scope.items = [item]
    from_clause(w, node.get("usingClause"), scope)
    evaluate(w, node.get("whereClause"), scope)
    return _returning(w, node, scope, item)


@statement("MergeStmt")
def merge(w: Walk, node: Node, outer: Scope) -> Result:
    """``MERGE INTO t USING s ON ... WHEN MATCHED THEN UPDATE ... WHEN NOT MATCHED THEN INSERT ...``."""
    scope = _level(w, node, outer)
    relation = _target(w, node["relation"])
    item = _item(w, relation, node["relation"])
    add_range(w, node["sourceRelation"], scope)
    source = scope.items
    both = Scope(scope.parent, [item, *source], scope.ctes, scope.variables)
    evaluate(w, node["joinCondition"], both)
    only_target = Scope(scope.parent, [item], scope.ctes, scope.variables)
    for entry in node["mergeWhenClauses"]:
        clause = entry["MergeWhenClause"]
        kind = clause.get("matchKind", "MERGE_WHEN_MATCHED")
        if kind == "MERGE_WHEN_NOT_MATCHED_BY_SOURCE":
            w.require(17, "`WHEN NOT MATCHED BY SOURCE`", node["relation"].get("location", 0))
        sees = {"MERGE_WHEN_MATCHED": both, "MERGE_WHEN_NOT_MATCHED_BY_TARGET": scope}.get(kind, only_target)
        evaluate(w, clause.get("condition"), sees)
        _merge_action(w, clause, relation, node["relation"], sees)
    if relation is not None and not any(key[0] is relation for key in w.touches):
        w.touch(relation, USE, node["relation"].get("location", 0))  # DO NOTHING still looks at the rows
    if "returningClause" in node:
        w.require(17, "`MERGE ... RETURNING`", node["relation"].get("location", 0))
    returning = Scope(scope.parent, [*source, item], scope.ctes, scope.variables)
    return _returning(w, node, returning, item)


def _merge_action(w: Walk, clause: Node, relation: Relation | None, target: Node, scope: Scope) -> None:
    command = clause["commandType"]
    if command == "CMD_UPDATE":
        _assign(w, clause["targetList"], relation, target, scope)
    elif command == "CMD_DELETE":
        _remove(w, relation, target)
    elif command == "CMD_INSERT":
        values = [evaluate(w, value, scope) for value in clause.get("values", ())]
        columns = _insert_columns(w, clause.get("targetList"), relation, len(values))
        if relation is not None:
            start = target.get("location", 0)
            _store(w, w.touch(relation, COLLECT, start), columns, values)
            if relation.kind == "p":
                absorb_children(w, relation, COLLECT, start)
            names = [name for name, _ in columns]
            defaulted = [name for name, value in zip(names, clause.get("values", ()), strict=False)
                         if "SetToDefault" in value]
            consequences(w, relation, COLLECT, names, start, defaulted=defaulted)


def _defaulted(node: Node, names: list[str]) -> set[str]:
    """The columns that a row of VALUES gives as ``DEFAULT``."""
    rows = node.get("selectStmt", {}).get("SelectStmt", {}).get("valuesLists", ())
    return {name for row in rows for name, value in zip(names, row["List"].get("items", ()), strict=False)
            if "SetToDefault" in value}


def _level(w: Walk, node: Node, outer: Scope) -> Scope:
    scope = Scope(outer)
    if "withClause" in node:
        with_clause(w, node["withClause"], scope)
    return scope


def _target(w: Walk, node: Node) -> Relation | None:
    """The relation that is written; WITH queries do not count here."""
    relation = find_relation(w, node)
    if relation is not None and relation.kind not in WRITABLE:
        w.fact(FactKind.ESCAPE if relation.kind == "system" else FactKind.OPERATION,
               f"`{relation.qualified}` cannot be written", node.get("location", 0))
        return None
    return relation


def _item(w: Walk, relation: Relation | None, node: Node) -> Item:
    alias = node.get("alias")
    if relation is None:
        return Item(alias["aliasname"] if alias else node["relname"], (), (), wild=NOTHING)
    return relation_item(w, relation, alias, node.get("location", 0))


def _insert_columns(
    w: Walk, listed: list[Node] | None, relation: Relation | None, count: int | None
) -> Sequence[tuple[str, int | None]]:
    """Names and places of the columns that get a value; without a list they are the first of the table."""
    if listed is not None:
        return [(entry["ResTarget"]["name"], entry["ResTarget"].get("location")) for entry in listed]
    if relation is None:
        return []
    return [(column.name, None) for column in relation.columns][:count]


def _store(
    w: Walk, touch: Touch, columns: Sequence[tuple[str, int | None]], flows: Sequence[Flow]
) -> None:
    for name, start in columns:
        touch.columns.setdefault(name, touch.start if start is None else start)
    for flow in flows:
        w.write(flow)


def _assign(w: Walk, targets: list[Node], relation: Relation | None, target: Node, scope: Scope) -> None:
    """``SET a = b, (c, d) = (SELECT ...), e[1] = f, g.h = i``."""
    names: list[tuple[str, int | None]] = []
    flows: list[Flow] = []
    defaulted: list[str] = []
    for entry in targets:
        item = entry["ResTarget"]
        names.append((item["name"], item.get("location")))
        several = item.get("val", {}).get("MultiAssignRef")
        if "SetToDefault" in (item.get("val", {}) if several is None else _assigned(several)):
            defaulted.append(item["name"])
        if several is None or several.get("colno", 1) == 1:
            flows.append(evaluate(w, item["val"], scope))
        for step in item.get("indirection", ()):
            evaluate(w, step.get("A_Indices", {}).get("uidx"), scope)
            evaluate(w, step.get("A_Indices", {}).get("lidx"), scope)
    if relation is not None:
        start = target.get("location", 0)
        _store(w, w.touch(relation, CLARIFY, start), names, flows)
        _heirs(w, relation, CLARIFY, target)
        consequences(w, relation, CLARIFY, [name for name, _ in names], start, defaulted=defaulted,
                     only=not target.get("inh"))


def _assigned(node: Node) -> Node:
    """The value for one column of ``(a, b) = ROW (c, DEFAULT)``."""
    values = node["source"].get("RowExpr", {}).get("args", ())
    place = node.get("colno", 1) - 1
    return values[place] if place < len(values) else {}


def _remove(w: Walk, relation: Relation | None, target: Node) -> None:
    if relation is not None:
        start = target.get("location", 0)
        w.touch(relation, DELETE, start)
        _heirs(w, relation, DELETE, target)
        consequences(w, relation, DELETE, (), start, only=not target.get("inh"))


def _heirs(w: Walk, relation: Relation, operation: Operation, target: Node) -> None:
    if relation.children and target.get("inh"):
        absorb_children(w, relation, operation, target.get("location", 0))


def _on_conflict(
    w: Walk, node: Node, relation: Relation | None, item: Item, stored: dict[str, Flow], scope: Scope
) -> None:
    """The arbiter's columns are read; ``excluded.a`` needs the right to read ``a`` of the table."""
    own = Scope(scope.parent, [item], scope.ctes, scope.variables)
    infer = node.get("infer", {})
    for entry in infer.get("indexElems", ()):
        element = entry["IndexElem"]
        if "name" in element:
            evaluate(w, {"ColumnRef": {"fields": [{"String": {"sval": element["name"]}}],
                                       "location": infer.get("location", 0)}}, own)
        evaluate(w, element.get("expr"), own)
    evaluate(w, infer.get("whereClause"), own)
    if "conname" in infer and relation is not None:
        for name in relation.constraints.get(infer["conname"], item.names):
            w.mark(item.index.get(name, NOTHING), infer.get("location", 0))
    if node.get("action") != "ONCONFLICT_UPDATE":
        return
    flows = [join(flow, stored.get(name, NOTHING)) for name, flow in zip(item.names, item.flows, strict=True)]
    excluded = Item("excluded", item.names, flows, wild=item.wild, open=False)
    both = Scope(scope.parent, [item, excluded], scope.ctes, scope.variables)
    routed = relation is not None and relation.kind == "p"  # a conflicting row is never that of an inheritance child
    _assign(w, node["targetList"], relation, {"location": node.get("location", 0), "inh": routed}, both)
    evaluate(w, node.get("whereClause"), both)


def _returning(w: Walk, node: Node, scope: Scope, item: Item) -> Result:
    """``RETURNING a, old.b, new.b``."""
    clause = node.get("returningClause")
    if clause is None:
        return Result()
    aliases = {"RETURNING_OPTION_OLD": "old", "RETURNING_OPTION_NEW": "new"}
    for entry in clause.get("options", ()):
        w.require(18, "`RETURNING WITH`", entry["ReturningOption"].get("location", 0))
        aliases[entry["ReturningOption"].get("option", "RETURNING_OPTION_OLD")] = entry["ReturningOption"]["value"]
    items = list(scope.items)
    if w.version >= 18:
        taken = {known.name for known in items}
        items += [Item(name, item.names, item.flows, wild=item.wild, open=False)
                  for name in aliases.values() if name not in taken]
    return target_list(w, clause["exprs"], Scope(scope.parent, items, scope.ctes, scope.variables))
