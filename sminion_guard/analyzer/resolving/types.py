"""Types: what each is made of, and of which a value cannot be made without running code of the database.

``CREATE DOMAIN d AS text CHECK (f(VALUE))`` runs ``f`` wherever a ``d`` is made, and so does all that holds a ``d``: a
domain over it, an array, a composite type, the row of a table, a range, a multirange. One walk finds them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from sminion_guard.analyzer.catalog import Catalog, Column, Function, Relation, Type
from sminion_guard.analyzer.resolving.extensions import harmless


@dataclass(frozen=True, slots=True)
class Laden:
    """The types that bring code along."""

    names: frozenset[str]
    columns: Mapping[tuple[str, str], Mapping[str, str]]
    """Of each relation the columns of such a type."""

    def of(self, relation: Relation, columns: Iterable[str] | None = None) -> set[str]:
        """Those of the columns that are named; of all of them when none are."""
        found = self.columns.get(relation.key)
        if not found:
            return set()
        return set(found.values()) if columns is None else {found[name] for name in columns if name in found}


def element(name: str) -> str:
    """The type of the elements of an array type, or the type itself."""
    return name.removesuffix("[]")


def closure(catalog: Catalog, names: Iterable[str]) -> set[str]:
    """The types outside of pg_catalog that ``names`` are made of, however deep, themselves included."""
    found: set[str] = set()
    waiting = [element(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name not in found and not name.startswith("pg_catalog."):
            found.add(name)
            waiting += map(element, _parts(catalog, name))
            waiting += _multiranges(catalog).get(name, ())
    return found


def _multiranges(catalog: Catalog) -> Mapping[str, list[str]]:
    """For each range type its multirange, which ``multirange(t.r)`` makes of it unnamed."""
    found = cast("dict[str, list[str]] | None", catalog.memo.get("multiranges"))
    if found is None:
        found = {}
        for (schema, name), kind in catalog.types.items():
            if kind.kind == "m" and kind.base is not None:
                found.setdefault(kind.base, []).append(f"{schema}.{name}")
        catalog.memo["multiranges"] = found
    return found


def own_types(catalog: Catalog) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """For each relation its columns of types outside of pg_catalog; found once per catalog."""
    found = cast("dict[tuple[str, str], dict[str, str]] | None", catalog.memo.get("own types"))
    if found is None:
        found = {}
        for key, relation in catalog.relations.items():
            own = {column.name: column.type for column in relation.columns
                   if not column.type.startswith("pg_catalog.")}
            if own:
                found[key] = own
        catalog.memo["own types"] = found
    return found


def known(catalog: Catalog, name: str) -> Type | None:
    """The type of that qualified name; None for the row of a relation too."""
    schema, _, base = name.partition(".")
    return catalog.types.get((schema, base))


def _parts(catalog: Catalog, name: str) -> list[str]:
    kind = known(catalog, name)
    columns: tuple[Column, ...] = ()
    if kind is not None:
        columns = kind.attributes
    else:
        schema, _, base = name.partition(".")
        relation = catalog.relations.get((schema, base))
        columns = () if relation is None else relation.columns
    parts = [column.type for column in columns]
    return parts if kind is None or kind.base is None else [*parts, kind.base]


def laden(catalog: Catalog) -> Laden:
    """The types that bring code along; found once per catalog, and mostly there are none."""
    found = cast("Laden | None", catalog.memo.get("laden"))
    if found is None:
        names = _laden_names(catalog)
        columns = {}
        if names:
            for key, own in own_types(catalog).items():
                held = {column: kind for column, kind in own.items() if element(kind) in names}
                if held:
                    columns[key] = held
        found = Laden(names, columns)
        catalog.memo["laden"] = found
    return found


def _laden_names(catalog: Catalog) -> frozenset[str]:
    """From those with code of their own upwards to all that hold one."""
    holders: dict[str, list[str]] = {}
    waiting = []
    for (schema, base), kind in catalog.types.items():
        name = f"{schema}.{base}"
        if kind.checks or any(not _quiet(catalog, function) for function in kind.functions):
            waiting.append(name)
        for part in _parts(catalog, name):
            holders.setdefault(element(part), []).append(name)
    if not waiting:
        return frozenset()
    for relation in catalog.relations.values():
        for column in relation.columns:
            if not column.type.startswith("pg_catalog."):
                holders.setdefault(element(column.type), []).append(relation.qualified)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += holders.get(name, ())
    return frozenset(found)


def trusted(function: Function, volatility: str) -> bool:
    """Whether a function behind a type, operator or cast is taken at its word.

    One in C was made by a superuser. Declared immutable, it says that it looks at nothing but its arguments; of those
    that read and write a type's values, which may depend on settings, stable is enough.
    """
    return harmless(function) or (function.language in {"c", "internal"} and function.volatility in volatility)


def _quiet(catalog: Catalog, name: tuple[str, str]) -> bool:
    functions = catalog.functions.get(name, ())
    return bool(functions) and all(trusted(function, "is") for function in functions)


def base(catalog: Catalog, name: str) -> str:
    """The type under all domains."""
    for _ in range(1000):
        kind = known(catalog, name)
        if kind is None or kind.kind != "d" or kind.base is None:
            break
        name = kind.base
    return name


def scalar(catalog: Catalog, name: str) -> bool:
    """Whether a type that is no domain is no array, range, multirange, composite or row either."""
    if name.endswith("[]"):
        return False
    kind = known(catalog, name)
    return name.startswith("pg_catalog.") or (kind is not None and kind.kind not in {"c", "r", "m"})


def named(catalog: Catalog, name: str) -> frozenset[str]:
    """Every type of that bare name, and every relation whose row is laden: what a declaration may mean by it."""
    found = cast("dict[str, frozenset[str]] | None", catalog.memo.get("types by bare name"))
    if found is None:
        collected: dict[str, set[str]] = {}
        for schema, base in catalog.types:
            collected.setdefault(base, set()).add(f"{schema}.{base}")
        for schema, base in laden(catalog).columns:
            collected.setdefault(base, set()).add(f"{schema}.{base}")
        found = {base: frozenset(names) for base, names in collected.items()}
        catalog.memo["types by bare name"] = found
    return found.get(name, frozenset())
