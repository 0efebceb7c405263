"""Functions that no text names: behind operators, casts, and the types that values are made of.

Types are not inferred. An operator counts as run when a type it takes occurs among the columns that are touched or the
types that are named; a cast when both of its types do. What comes with making a value of a type counts when the type is
named (by a cast, a call's signature, a variable, a column that is written) or when a column that has it is read beside
something that may make another one. Neither is ever too little.
"""

from __future__ import annotations

from sminion_guard.analyzer.access import NOTHING
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Unparsed, parse
from sminion_guard.analyzer.resolving.expansion import Expansion, absorb, expanded
from sminion_guard.analyzer.resolving.routines import follow
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.types import (
    Laden,
    base,
    closure,
    element,
    known,
    laden,
    own_types,
    scalar,
    trusted,
)
from sminion_guard.analyzer.resolving.walk import USE, Result, Walk, evaluate_all


def implicit_functions(w: Walk) -> None:
    """Follow what operators, casts and types may run, until nothing new turns up."""
    code = laden(w.catalog)
    if not (w.operators or w.catalog.casts or code.names):
        return
    done: set[object] = set()
    found = -1
    while found != len(done):
        found = len(done)
        used = _used(w) if w.operators or w.catalog.casts else set()
        named = closure(w.catalog, w.types) if w.catalog.casts else set()
        for operator, start in tuple(w.operators.items()):
            if operator not in done and any(_occurs(kind, used) for kind in operator.types):
                done.add(operator)
                _run(w, operator.function, start)
        for entry in w.catalog.casts:
            # By assignment or by name it makes values of types that are written or named, not of those that are read.
            reached = used if entry.context == "i" else named
            if entry not in done and _occurs(entry.source, used) and _occurs(entry.target, reached):
                done.add(entry)
                _run(w, entry.function, 0)
        for name in closure(w.catalog, _made(w, code)) if code.names else ():
            if name not in done:
                done.add(name)
                _make(w, name)


def _occurs(kind: str, used: set[str]) -> bool:
    """Types of pg_catalog are not kept account of: any may occur anywhere."""
    return kind.startswith("pg_catalog.") or element(kind) in used


def _used(w: Walk) -> set[str]:
    """The types of what the statement touches and names, and all that they are made of."""
    names = set(w.types)
    own = own_types(w.catalog)
    for (relation, operation, _, _), touch in w.touches.items():
        columns = own.get(relation.key)
        whole = operation is not USE or bool(relation.policies)  # triggers and policies look at any column
        if columns is not None:
            names |= {columns[name] for name in (columns if whole else touch.columns) if name in columns}
        if whole or len(touch.columns) >= len(relation.columns):
            names.add(relation.qualified)
    return closure(w.catalog, names)


def _made(w: Walk, code: Laden) -> set[str]:
    """The types that values are made of."""
    names = {name for name in w.types if element(name) in code.names}
    for (relation, operation, _, _), touch in w.touches.items():
        if operation is USE and relation.key in code.columns:
            read = code.of(relation, touch.columns)
            if w.builds:
                names |= read
            elif w.compares:  # beside an array, range or row an operator takes a literal for one more, whatever domain
                bases = {base(w.catalog, name) for name in read}
                names |= {name for name in bases if element(name) in code.names and not scalar(w.catalog, name)}
    return names


def _make(w: Walk, name: str) -> None:
    kind = known(w.catalog, name)
    if kind is None:
        return
    for check in kind.checks:
        absorb(w, _check(w, name, check), 0, name, definer=False)
    for function in kind.functions:
        _run(w, function, 0, "is")


def _run(w: Walk, name: tuple[str, str], start: int, volatility: str = "i") -> None:
    if name[0] == "pg_catalog":
        return
    functions = w.catalog.functions.get(name, ())
    if not functions:
        w.fact(FactKind.UNKNOWN, f"function `{'.'.join(name)}` is not in the catalog", start)
    for function in functions:
        if trusted(function, volatility):
            w.builds = w.builds or function.polymorphic
        else:
            follow(w, function, start)


def _check(w: Walk, name: str, text: str) -> Expansion:
    def body(inner: Walk) -> Result:
        try:
            (part,) = parse(f"SELECT {text}")
        except Unparsed as error:
            inner.facts.append(error.fact)
            return Result()
        targets = [entry["ResTarget"]["val"] for entry in part.node["targetList"]]
        evaluate_all(inner, targets, Scope(variables={"value": NOTHING}))
        return Result()
    return expanded(w, ("check", name, text), None, body)
