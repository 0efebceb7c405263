"""``SELECT ... FOR UPDATE``: the server asks for the right to UPDATE the rows it locks."""

from __future__ import annotations

from sminion_guard.analyzer.catalog import Relation
from sminion_guard.analyzer.parse import Node, parse
from sminion_guard.analyzer.resolving.expansion import absorb, expanded
from sminion_guard.analyzer.resolving.ranges import find_relation
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.walk import CLARIFY, Result, Walk


def lock_rows(w: Walk, clause: Node, select: Node, scope: Scope) -> None:
    """Count the relations of FROM, or those named by OF, as clarified without naming a column."""
    named = {entry["RangeVar"]["relname"] for entry in clause.get("lockedRels", ())}
    for entry in select.get("fromClause", ()):
        _lock(w, entry, named, scope)


def _lock(w: Walk, entry: Node, named: set[str], scope: Scope) -> None:
    w.budget.spend(2)
    for kind, node in entry.items():
        if kind == "JoinExpr":
            if "alias" in node and named and node["alias"]["aliasname"] not in named:
                continue
            _lock(w, node["larg"], named, scope)
            _lock(w, node["rarg"], named, scope)
        elif kind == "RangeTableSample":
            _lock(w, node["relation"], named, scope)
        elif kind == "RangeVar":
            label = node["alias"]["aliasname"] if "alias" in node else node["relname"]
            if (not named or label in named) and not ("schemaname" not in node and scope.cte(node["relname"])[0]):
                relation = find_relation(w, node)
                if relation is not None:
                    start = node.get("location", 0)
                    w.touch(relation, CLARIFY, start)
                    if relation.kind == "v":
                        _lock_below(w, relation, start)
        elif kind == "RangeSubselect" and (not named or node.get("alias", {}).get("aliasname") in named):
            inner = node["subquery"].get("SelectStmt", {})
            for below in inner.get("fromClause", ()):
                _lock(w, below, set(), scope)


def _lock_below(w: Walk, view: Relation, start: int) -> None:
    """The rows of a view are those of its tables: these are locked too, with the rights that reading them takes."""
    def body(inner: Walk) -> Result:
        for part in parse(view.definition or ""):
            for entry in part.node.get("fromClause", ()):
                _lock(inner, entry, set(), Scope())
        return Result()

    absorb(w, expanded(w, ("locked view", view), (), body), start, view.qualified, definer=not view.invoker)
