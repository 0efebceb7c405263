"""PL/pgSQL: the static statements and expressions of a body; what is put together at run time is opaque."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from pglast import parser

from sminion_guard.analyzer.access import NOTHING, Flow
from sminion_guard.analyzer.catalog import Catalog, Function
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node, Unparsed, parse
from sminion_guard.analyzer.resolving.plpgsql_text import compilable, declarations, split_assignment
from sminion_guard.analyzer.resolving.scope import Cte, Scope
from sminion_guard.analyzer.resolving.types import named
from sminion_guard.analyzer.resolving.walk import Result, Walk, evaluate, run

_IMPLICIT = (
    "new", "old", "found", "sqlstate", "sqlerrm", "tg_name", "tg_when", "tg_level", "tg_op", "tg_relid", "tg_relname",
    "tg_table_name", "tg_table_schema", "tg_nargs", "tg_argv", "tg_event", "tg_tag",
)
_STATEMENT, _EXPRESSION = 0, 2
_PARTS = frozenset(
    f"PLpgSQL_{name}" for name in (
        "function var row rec recfield promise type expr exception exception_block condition if_elsif case_when"
        " diag_item raise_option stmt_block stmt_assign stmt_if stmt_case stmt_loop stmt_while stmt_fori stmt_fors"
        " stmt_forc stmt_foreach_a stmt_exit stmt_return stmt_return_next stmt_return_query stmt_raise stmt_assert"
        " stmt_execsql stmt_getdiag stmt_open stmt_fetch stmt_close stmt_perform stmt_call nsitem"
    ).split()
)
"""Parts of a body that hold static SQL only; what is in no table is opaque."""
_DYNAMIC = frozenset({"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors"})
_TRANSACTION = frozenset({"PLpgSQL_stmt_commit", "PLpgSQL_stmt_rollback"})


Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""Tables of rows that a trigger names with REFERENCING, each with the columns of its table."""
NO_ROWS: Rows = ()


def run_plpgsql(w: Walk, function: Function, rows: Rows = NO_ROWS) -> Result:
    """Follow the body of a function or procedure."""
    names = [name for name in (*function.names, *function.outputs) if name]
    variables: dict[str, Flow] = {f"${number}": NOTHING for number in range(1, len(function.arguments) + 1)}
    variables |= dict.fromkeys((*names, function.name), NOTHING)
    outputs = () if function.kind == "p" else function.outputs
    inputs = names if function.kind == "p" else function.names
    return run_block(w, function.body, variables, inputs, outputs, _returns(function), rows=rows,
                     name=function.qualified)


def _returns(function: Function) -> str:
    """What the copy of the function that is parsed returns; its RETURN statements must fit."""
    if function.result in {"pg_catalog.trigger", "pg_catalog.event_trigger"}:
        return function.result.removeprefix("pg_catalog.")
    if function.returns_set:
        return "SETOF record"
    return "void" if function.kind == "p" or function.result == "pg_catalog.void" else "record"


def run_block(
    w: Walk, body: str, variables: Mapping[str, Flow], inputs: Sequence[str] = (), outputs: Sequence[str] = (),
    returns: str = "void", *, rows: Rows = NO_ROWS, name: str | None = None,
) -> Result:
    """Follow a body with arguments of these names.

    :param name: of the function whose body it is; None for a DO block.
    """
    try:
        tree = _parsed(body, inputs, outputs, returns)
        w.types |= declared(body, w.catalog)
    except (parser.ParseError, orjson.JSONDecodeError, Unparsed) as error:
        w.fact(FactKind.OPAQUE, f"the body cannot be parsed: {error.args[0]}", None)
        return Result()
    parts = list(_parts(tree))
    known = dict(variables)
    known.update(dict.fromkeys(_IMPLICIT, NOTHING))
    for _, node in parts:
        for place in ("refname", "label"):
            if place in node:
                known[node[place]] = NOTHING
    # The server looks such a name up after those of WITH and before those of the catalog, and asks for no privilege:
    # the rows are those that the statement writes, as in NEW and OLD.
    tables: dict[str, Cte | None] = {name: Cte(columns, [NOTHING] * len(columns)) for name, columns in rows}
    scope = Scope(ctes=tables or None, variables=known)
    for kind, node in parts:
        if kind in _TRANSACTION:
            w.fact(FactKind.ESCAPE, "the body ends the transaction", None)
        elif kind in _DYNAMIC or "dynquery" in node:
            _dynamic(w, node, scope, name)
        elif kind == "PLpgSQL_expr":
            _expression(w, node, scope)
        elif kind not in _PARTS:
            w.fact(FactKind.OPAQUE, f"the analyzer does not know what `{kind}` does", None)
    return Result()


def _dynamic(w: Walk, node: Node, scope: Scope, name: str | None) -> None:
    """``EXECUTE``: a constant is a statement like any other, what is put together at run time is opaque."""
    text = _constant(node.get("query") or node.get("dynquery") or {})
    if text is None:
        w.fact(FactKind.OPAQUE, f"{f'`{name}`' if name else 'the block'} runs a statement that it puts together at run"
               " time", None, detail="what it touches cannot be read from it",
               hint="write the statement out" + (f", or say why it can be trusted: `trusted_functions = {{ \"{name}\" ="
                                                 " \"...\" }` under `[policy]`" if name else ""))
        return
    try:
        for part in parse(text):
            # Names of variables mean nothing in it; `$1` is what USING gives.
            run(w, {part.kind: part.node}, Scope(ctes=scope.ctes))
    except Unparsed as error:
        w.facts.append(error.fact)


def _constant(node: Node) -> str | None:
    """The text of an expression of PL/pgSQL that is one literal."""
    query = node.get("PLpgSQL_expr", {}).get("query", "")
    try:
        parts = parse(f"SELECT {query}")
    except Unparsed:
        return None
    node = parts[0].node if len(parts) == 1 else {}
    targets = node.get("targetList", []) if node.keys() <= {"targetList", "limitOption", "op"} else []
    if len(targets) != 1:
        return None
    found = targets[0]["ResTarget"]["val"].get("A_Const", {}).get("sval", {}).get("sval")
    return None if found is None else str(found)


def _parsed(body: str, inputs: Sequence[str], outputs: Sequence[str], returns: str) -> Any:
    try:
        return orjson.loads(parser.parse_plpgsql_json(compilable(body, inputs, outputs, returns)))
    except parser.ParseError:
        # A record has fields, but cannot stand beside others after INTO.
        if returns == "record" and outputs:
            returns = "record" if len(outputs) > 1 else "text"
        return orjson.loads(parser.parse_plpgsql_json(compilable(body, inputs, outputs, returns, "text")))


def declared(body: str, catalog: Catalog) -> set[str]:
    """The types that variables may have: a value of each may be made."""
    found: set[str] = set()
    for word in declarations(body):
        found |= named(catalog, word)
    return found


def _parts(tree: Any) -> Iterator[tuple[str, Node]]:
    """Every named part of the tree, outer ones first."""
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting.extend(reversed(here))
        elif isinstance(here, dict):
            for name, value in here.items():
                if name.startswith("PLpgSQL_") and isinstance(value, dict):
                    yield name, value
                waiting.append(value)


def _expression(w: Walk, node: Node, scope: Scope) -> None:
    query, mode = node["query"], node.get("parseMode", _STATEMENT)
    texts = [query]
    if mode > _EXPRESSION:
        texts = split_assignment(query)
    try:
        for text in texts:
            if mode == _STATEMENT:
                for part in parse(text):
                    run(w, {part.kind: part.node}, scope)
            else:
                (part,) = parse(f"SELECT {text}")
                _select(w, part.node, scope)
    except (Unparsed, ValueError) as error:
        w.fact(FactKind.OPAQUE, "a statement of the body cannot be parsed", None, detail=str(error))


def _select(w: Walk, node: Node, scope: Scope) -> None:
    """An expression may bring a FROM clause along: ``x := a FROM t`` is allowed."""
    if len(node.get("targetList", ())) == 1 and not node.keys() & {"fromClause", "withClause", "larg"}:
        evaluate(w, node["targetList"][0]["ResTarget"]["val"], scope)
    run(w, {"SelectStmt": node}, scope)
