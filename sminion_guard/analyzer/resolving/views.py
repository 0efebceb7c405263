"""Views: expanded to what they read, as the server does."""

from __future__ import annotations

from sminion_guard.analyzer.catalog import Relation
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Unparsed, parse
from sminion_guard.analyzer.resolving.expansion import absorb, expanded
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.walk import Result, Walk, run


def expand_view(w: Walk, view: Relation, start: int) -> None:
    """Take over what the view reads, and remember where its columns come from.

    A materialized view is read without its sources being touched, but its rows are copies of
    theirs: it counts the same.
    """
    inner = expanded(w, ("view", view), None, lambda walk: _query(walk, view))
    absorb(w, inner, start, view.qualified, definer=not view.invoker)
    table = w.catalog.table(view)
    for flow, behind in zip(table.flows, inner.result.flows, strict=False):
        for source in flow:
            w.derived[source] = behind


def _query(w: Walk, view: Relation) -> Result:
    if view.definition is None:
        w.fact(FactKind.OPAQUE, f"the query of view `{view.qualified}` is not in the catalog", None)
        return Result()
    try:
        (part,) = parse(view.definition)
    except Unparsed as error:
        w.facts.append(error.fact)
        return Result()
    return run(w, {part.kind: part.node}, Scope())
