"""Column references: what ``a``, ``t.a``, ``s.t.a``, ``t`` and ``t.*`` mean, in the server's order of guesses."""

from __future__ import annotations

from sminion_guard.analyzer.access import COPIED, NOTHING, Flow, Source, join
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving import calls
from sminion_guard.analyzer.resolving.scope import Item, Scope
from sminion_guard.analyzer.resolving.walk import Walk
from sminion_guard.policy.names import SYSTEM_COLUMNS


def column_ref(w: Walk, node: Node, scope: Scope) -> Flow:
    """The flow of a column or whole row, marked as read."""
    fields = node["fields"]
    start = node.get("location", 0)
    last = fields[-1]
    level: Scope | None = scope
    while level is not None:  # a name may be looked for among all items of all levels
        w.budget.left -= len(level.items)
        level = level.parent
    if "A_Star" in last:
        return _row(w, [field["String"]["sval"] for field in fields[:-1]], start, scope)
    if len(fields) == 1:
        return _unqualified(w, last["String"]["sval"], start, scope)
    if len(fields) == 2:  # by far the most frequent form, so it has a short way of its own
        known = scope.item(fields[0]["String"]["sval"])
        if known is not None:
            found = known.index.get(last["String"]["sval"])
            if found is not None:
                return w.mark(found, start)
    names = [field["String"]["sval"] for field in fields]
    item = find_item(scope, names[:-1])
    if item is not None:
        flow = item_column(item, names[-1])
        if flow is not None:
            return w.mark(flow, start)
        return _attribute(w, item, names, start)
    if len(names) == 2:
        flow = scope.variable(names[0])
        if flow is not None:  # a record of PL/pgSQL, or a parameter of a row type
            return flow
    return unknown_column(w, ".".join(names), start)


def find_item(scope: Scope, names: list[str]) -> Item | None:
    """The FROM item that ``t``, ``s.t`` or ``d.s.t`` means."""
    if len(names) == 1:
        return scope.item(names[0])
    return scope.item_of(names[-2], names[-1]) if len(names) <= 3 else None


def item_column(item: Item, name: str) -> Flow | None:
    """The flow of a column of one item, system columns included."""
    flow = item.index.get(name)
    if flow is None and item.wild is not None:
        return item.wild
    if flow is None and item.relation is not None and name in SYSTEM_COLUMNS:
        return {system_column(item, name): COPIED}
    return flow


def system_column(item: Item, name: str) -> Source:
    """``ctid`` and kin: the server wants a privilege on it, which no compartment has, so it counts as a column."""
    relation = item.relation
    assert relation is not None
    return Source(relation.schema, relation.name, name)


def unknown_column(w: Walk, name: str, start: int) -> Flow:
    w.fact(FactKind.UNKNOWN, f"column `{name}` means nothing here", start)
    return NOTHING


def _unqualified(w: Walk, name: str, start: int, scope: Scope) -> Flow:
    flow = scope.column(name)
    if flow is not None:
        marks = w.marks
        for source in flow:
            if source not in marks:
                marks[source] = start
        return flow
    item = scope.item(name)
    if item is not None:
        return w.mark(_whole(w, item), start)
    if name in SYSTEM_COLUMNS:
        found = [system_column(item, name) for item in scope.items if item.relation is not None]
        if found:
            return w.mark(dict.fromkeys(found, COPIED), start)
        if scope.parent is not None:
            return _unqualified(w, name, start, scope.parent)
    variable = scope.variable(name)
    return unknown_column(w, name, start) if variable is None else variable


def _row(w: Walk, names: list[str], start: int, scope: Scope) -> Flow:
    """``t.*`` as a value: ``count(t.*)``, ``ROW(t.*)``."""
    item = find_item(scope, names) if names else None
    if item is not None:
        return w.mark(_whole(w, item), start)
    if not names:
        return w.mark(join(*(_whole(w, item) for item in scope.items)), start)
    variable = scope.variable(names[0])
    return unknown_column(w, ".".join([*names, "*"]), start) if variable is None else variable


def _whole(w: Walk, item: Item) -> Flow:
    w.budget.spend(len(item.flows) + sum(map(len, item.flows)))
    return item.whole()


def _attribute(w: Walk, item: Item, names: list[str], start: int) -> Flow:
    """``t.f`` where ``t`` has no column ``f`` is the call ``f(t)``."""
    whole = w.mark(_whole(w, item), start)
    flow = calls.call_named(w, None, names[-1], [whole], start, quiet=True)
    return unknown_column(w, ".".join(names), start) if flow is None else flow
