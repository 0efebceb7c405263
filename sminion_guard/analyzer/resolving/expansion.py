"""What stands behind a name: the accesses of a view or a function body, found once per catalog and then reused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from sminion_guard.analyzer.access import NOTHING, Flow, Source, join
from sminion_guard.analyzer.catalog import Operator, Relation
from sminion_guard.analyzer.facts import Fact
from sminion_guard.analyzer.resolving.walk import USE, Result, Touch, TouchKey, Walk

UNPLACED = -1
"""The place of a column that no text names, such as those of USING and NATURAL: that of its relation stands for it."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """What one view or function touches, whoever asks."""

    touches: tuple[tuple[TouchKey, tuple[str, ...]], ...] = ()
    facts: tuple[Fact, ...] = ()
    schemas: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    expressions: tuple[tuple[Relation, str], ...] = ()
    builds: bool = False
    compares: bool = False
    operators: tuple[Operator, ...] = ()
    """What the server adds by itself is followed when the whole statement is known."""
    result: Result = field(default_factory=Result)
    """Its columns, with lineage down to tables."""
    reads: Flow = field(default_factory=dict)
    """Every column that is read in it."""


def expanded(
    w: Walk, key: tuple[object, ...], path: tuple[str, ...] | None, body: Callable[[Walk], Result], *,
    attached: bool = False,
) -> Expansion:
    """The expansion kept under ``key``, or that of ``body``, run on a walk of its own.

    A circle yields nothing the second time round: what it touches has been seen by then.

    :param path: what names in the body mean; None where they stand in full, as in views and checks.
    :param attached: the body hangs on a table (trigger, policy, default) and may call functions of the guard.
    """
    if key in w.inside:
        w.circular = True
        return Expansion()
    memo = w.catalog.memo
    attached = attached or w.attached
    session = path_of_bodies(w) if path is None else path
    memo_key = (*key, path, session, w.trusted, w.sealed, w.version, attached)
    found = memo.get(memo_key)
    if found is None:
        if len(memo) > 20_000:  # a client that varies its path must not fill the memory
            memo.clear()
        inner = Walk(w.catalog, path or (), w.trusted, w.version, inside=w.inside | {key}, session=session,
                     attached=attached, adds=w.adds, budget=w.budget, sealed=w.sealed)
        result = body(inner)
        found = _summary(inner, result)
        if not inner.circular:
            # What was found inside of a circle lacks the part of the circle that was cut: it is not kept.
            memo[memo_key] = found
        w.circular = w.circular or (inner.circular and bool(w.inside))
    return cast("Expansion", found)


def path_of_bodies(w: Walk) -> tuple[str, ...]:
    """The search_path that a function called here runs with, unless it sets its own."""
    return w.path if w.session is None else w.session


def absorb(w: Walk, inner: Expansion, start: int, name: str, *, definer: bool) -> None:
    """Take over what was found behind ``name``, blaming the place that names it."""
    w.budget.spend(1 + sum(1 + (len(columns) >> 2) for _, columns in inner.touches)
                   + len(inner.expressions) + len(inner.facts))
    for (relation, operation, via, owned), columns in inner.touches:
        # A definer function acts as its owner in all it does. A definer view reads as its owner only what it names
        # itself: an invoker view within is read with the rights of whoever asks.
        key = (relation, operation, (name, *via), owned or (definer and (name.endswith("()") or not via)))
        touch = w.touches.get(key)
        if touch is None:
            touch = w.touches[key] = Touch(start)
        for column in columns:
            touch.columns.setdefault(column, start)
    for fact in inner.facts:
        detail = f"in `{name}`" + (f": {fact.detail}" if fact.detail else "")
        w.facts.append(replace(fact, detail=detail, start=start))
    if not (definer and name.endswith("()")):  # a definer function calls others with the rights of its owner
        for schema in inner.schemas:
            w.schemas.setdefault(schema, start)
    w.builds = w.builds or inner.builds
    w.compares = w.compares or inner.compares
    w.expressions += [(relation, text, start) for relation, text in inner.expressions]
    if not (definer and name.endswith("()")):  # within a definer function they were followed with its owner's rights
        w.types |= inner.types
    for operator in inner.operators:
        w.operators.setdefault(operator, start)


def settle(w: Walk) -> None:
    """Hand the columns that were read to the relations they belong to, once a walk has seen everything."""
    direct = {(key[0].schema, key[0].name): key[0] for key in w.touches if not key[2]}
    touches: dict[tuple[str, str], Touch] = {}
    for source, start in w.marks.items():
        name = (source.schema, source.relation)
        touch = touches.get(name)
        if touch is None:
            relation = direct.get(name)
            if relation is None:
                continue
            touch = touches[name] = w.touch(relation, USE, start)
        if source.column not in touch.columns:
            touch.columns[source.column] = touch.start if start == UNPLACED else start


def lineage(w: Walk, flow: Flow) -> Flow:
    """``flow`` with columns of views and functions replaced by what they come from."""
    if not w.derived or not any(source in w.derived for source in flow):
        return flow
    found: dict[Source, int] = {}
    for source, manner in flow.items():
        behind = w.derived.get(source)
        for base, kind in ((source, manner),) if behind is None else behind.items():
            most = kind if kind > manner else manner
            known = found.get(base)
            if known is None or most < known:
                found[base] = most
        w.budget.spend(1 if behind is None else 1 + len(behind))
    return found


def _summary(w: Walk, result: Result) -> Expansion:
    settle(w)
    outputs = Result(result.names, [lineage(w, flow) for flow in result.flows],
                     None if result.wild is None else lineage(w, result.wild))
    reads = lineage(w, dict.fromkeys(w.marks, 0) | dict(join(*outputs.flows, outputs.wild or NOTHING)))
    touches = tuple((key, tuple(touch.columns)) for key, touch in w.touches.items())
    return Expansion(
        touches, tuple(dict.fromkeys(w.facts)), tuple(w.schemas), frozenset(w.types),
        tuple(dict.fromkeys((relation, text) for relation, text, _ in w.expressions)), w.builds, w.compares,
        tuple(w.operators),
        outputs, reads,
    )


def derive(w: Walk, name: str, column: str, flow: Flow) -> Source:
    """A stand-in for one column of a function's result, so that using it marks no relation as read."""
    source = Source("", name, column)
    w.derived[source] = flow
    return source
