"""Function bodies: what a call touches besides its arguments."""

from __future__ import annotations

from sminion_guard.analyzer.access import COMPUTED, NOTHING, Flow
from sminion_guard.analyzer.catalog import Function
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node, Unparsed, parse
from sminion_guard.analyzer.resolving.expansion import absorb, derive, expanded, path_of_bodies, settle
from sminion_guard.analyzer.resolving.extensions import harmless
from sminion_guard.analyzer.resolving.plpgsql import NO_ROWS, Rows, run_plpgsql
from sminion_guard.analyzer.resolving.scope import Scope
from sminion_guard.analyzer.resolving.walk import Result, Walk, evaluate, run
from sminion_guard.analyzer.search_path import search_path

GUARD = "sminion"
"""The guard's own schema."""


def follow(w: Walk, function: Function, start: int, rows: Rows = NO_ROWS) -> Flow:
    """What the function reads, after what it touches was taken over into the walk.

    :param rows: of a trigger's function: the tables of rows that it can read by name.
    """
    if function.schema == GUARD:
        if not w.attached:
            w.fact(FactKind.ESCAPE, f"function `{function.qualified}` belongs to the guard", start)
        return NOTHING
    if not function.public:
        w.fact(FactKind.OPERATION, f"function `{function.qualified}` is not open to the purposes", start,
               hint="grant EXECUTE to PUBLIC, or leave the function out")
    if function.schema not in w.catalog.public_usage:
        w.schemas.setdefault(function.schema, start)
    w.types.update(function.types)
    w.builds = w.builds or function.polymorphic
    if harmless(function) or _constructor(function):
        return NOTHING
    w.bodies = True
    if function.qualified in w.trusted:
        return NOTHING
    path = path_of_bodies(w) if function.search_path is None else search_path(function.search_path)
    name = f"{function.qualified}()"
    inner = expanded(w, ("function", function, rows), path, lambda walk: _body(walk, function, rows))
    absorb(w, inner, start, name, definer=function.definer)
    return {derive(w, name, "", inner.reads): COMPUTED} if inner.reads else NOTHING


def _constructor(function: Function) -> bool:
    """Whether it is one that PostgreSQL makes with each range type; the type counts, as that of its result."""
    return function.language == "internal" and function.body.startswith(("range_constructor", "multirange_constructor"))


def follow_defaults(w: Walk, function: Function, count: int, named: bool, start: int) -> None:
    """Follow the defaults of arguments that a call leaves out; whoever calls evaluates them."""
    text = function.default_values
    every = len({*function.names, *function.outputs}) if function.kind == "p" else len(function.arguments)
    missing = every - count
    if text is None or missing <= 0:
        return
    # With names in the call, or output arguments between, nothing but the names tells which: all may be.
    first = 0 if named or function.kind == "p" else max(function.defaults - missing, 0)

    def body(inner: Walk) -> Result:
        try:
            (part,) = parse(f"SELECT {text}")
        except Unparsed as error:
            inner.facts.append(error.fact)
            return Result()
        for entry in part.node["targetList"][first:]:
            evaluate(inner, entry["ResTarget"]["val"], Scope())
        return Result()

    name = f"defaults of {function.qualified}"
    absorb(w, expanded(w, ("defaults", function, first), None, body), start, name, definer=False)


def _body(w: Walk, function: Function, rows: Rows) -> Result:
    for setting in function.settings:
        if not harmless_setting(setting):
            w.fact(FactKind.ESCAPE, f"function `{function.qualified}` sets `{setting}`", None)
    for helper in function.helpers:
        _helper(w, helper)
    if function.kind == "a":
        return Result()
    if function.language in {"sql", "plpgsql"}:
        result = _sql(w, function) if function.language == "sql" else run_plpgsql(w, function, rows)
        if function.definer:
            # What the server adds in here runs with the rights of the owner too, so it is followed in here.
            w.types.update(function.types)
            settle(w)
            w.adds(w)
        return result
    w.fact(FactKind.OPAQUE, f"function `{function.qualified}` is written in {function.language}", None,
           detail="what it touches cannot be read from it",
           hint=f'say why it can be trusted: `trusted_functions = {{ "{function.qualified}" = "..." }}` under'
                " `[policy]`")
    return Result()


def harmless_setting(name: str) -> bool:
    """Whether a function may change this setting for its own duration."""
    return name not in {"role", "session_authorization", "row_security", "session_replication_role"} \
        and not name.startswith(f"{GUARD}.")


def _helper(w: Walk, helper: tuple[str, str]) -> None:
    for function in w.catalog.functions.get(helper, ()):
        if function.language == "c":
            continue  # the aggregate came with the extension or superuser that made it, as operators do
        follow(w, function, 0)


def parameters(function: Function) -> dict[str, Flow]:
    """The names a body may use for the arguments."""
    known: dict[str, Flow] = {f"${number}": NOTHING for number in range(1, len(function.arguments) + 1)}
    known.update({name: NOTHING for name in (*function.names, *function.outputs, function.name) if name})
    return known


def _sql(w: Walk, function: Function) -> Result:
    scope = Scope(variables=parameters(function))
    try:
        statements = parse(function.body)
    except Unparsed as error:
        w.facts.append(error.fact)
        return Result()
    if function.atomic:
        return _atomic(w, statements[0].node["sql_body"], scope)
    result = Result()
    for part in statements:
        result = run(w, {part.kind: part.node}, scope)
    return result


def _atomic(w: Walk, body: Node, scope: Scope) -> Result:
    """``BEGIN ATOMIC ...; END``, a list in a list, or ``RETURN expression``."""
    if "List" in body:
        result = Result()
        for part in body["List"].get("items", ()):
            result = _atomic(w, part, scope) if "List" in part else run(w, part, scope)
        return result
    return run(w, body, scope)


