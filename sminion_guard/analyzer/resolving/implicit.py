"""Functions that no text names: behind operators, casts and domains outside of pg_catalog.

Types are not inferred. Such a function counts as run when a type it takes or makes occurs among the columns that are
touched or the types that are named, which is never too little.
"""

from __future__ import annotations

from typing import cast

from sminion_guard.analyzer.access import NOTHING
from sminion_guard.analyzer.catalog import Catalog
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Unparsed, parse
from sminion_guard.analyzer.resolving.expansion import Expansion, absorb, expanded
from sminion_guard.analyzer.resolving.routines import follow
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.walk import Result, Walk, evaluate


def implicit_functions(w: Walk) -> None:
    """Follow what operators, casts and domains may run."""
    if not (w.operators or w.catalog.casts or w.catalog.types):
        return
    types = _types(w)
    for operator, start in w.operators.items():
        if any(kind in types or kind.startswith("pg_catalog.") for kind in operator.types):
            _run(w, operator.function, start)
    for entry in w.catalog.casts:
        if entry.source in types or entry.target in types:
            _run(w, entry.function, 0)
    for name in types:
        schema, _, base = name.partition(".")
        kind = w.catalog.types.get((schema, base))
        if kind is not None:
            for check in kind.checks:
                absorb(w, _check(w, name, check), 0, name, definer=False)


def _types(w: Walk) -> set[str]:
    found = {element(name) for name in w.types}
    own = own_types(w.catalog)
    if own:
        for relation, _, _, _ in w.touches:
            found |= own.get(relation.key, frozenset())
    return found


def own_types(catalog: Catalog) -> dict[tuple[str, str], frozenset[str]]:
    """For each relation the types outside of pg_catalog that its columns have; found once per catalog."""
    found = cast("dict[tuple[str, str], frozenset[str]] | None", catalog.memo.get("own types"))
    if found is None:
        found = {}
        for key, relation in catalog.relations.items():
            types = {element(column.type) for column in relation.columns if not column.type.startswith("pg_catalog.")}
            if types:
                found[key] = frozenset(types)
        catalog.memo["own types"] = found
    return found


def element(name: str) -> str:
    """The type of the elements of an array type, or the type itself."""
    return name.removesuffix("[]")


def _run(w: Walk, name: tuple[str, str], start: int) -> None:
    if name[0] == "pg_catalog":
        return
    functions = w.catalog.functions.get(name, ())
    if not functions:
        w.fact(FactKind.UNKNOWN, f"function `{'.'.join(name)}` is not in the catalog", start)
    for function in functions:
        if function.language in {"c", "internal"} and function.volatility == "i":
            continue  # made by a superuser, and declared to look at nothing but its arguments
        follow(w, function, start)


def _check(w: Walk, name: str, text: str) -> Expansion:
    def body(inner: Walk) -> Result:
        try:
            (part,) = parse(f"SELECT {text}")
        except Unparsed as error:
            inner.facts.append(error.fact)
            return Result()
        evaluate(inner, part.node["targetList"][0]["ResTarget"]["val"], Scope(variables={"value": NOTHING}))
        return Result()
    return expanded(w, ("check", name, text), (), body)
