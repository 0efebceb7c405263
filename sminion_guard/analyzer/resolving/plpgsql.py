"""PL/pgSQL: the static statements and expressions of a body; what is put together at run time is opaque."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from pglast import parser

from sminion_guard.analyzer.access import NOTHING, Flow
from sminion_guard.analyzer.catalog import Function
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node, Unparsed, parse
from sminion_guard.analyzer.resolving.plpgsql_text import compilable, split_assignment
from sminion_guard.analyzer.resolving.scope import Scope
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


def run_plpgsql(w: Walk, function: Function) -> None:
    """Follow the body of a function or procedure."""
    names = [name for name in (*function.names, *function.outputs) if name]
    variables: dict[str, Flow] = {f"${number}": NOTHING for number in range(1, len(function.arguments) + 1)}
    variables |= dict.fromkeys((*names, function.name), NOTHING)
    outputs = () if function.kind == "p" else function.outputs
    inputs = names if function.kind == "p" else function.names
    run_block(w, function.body, variables, inputs, outputs, _returns(function))


def _returns(function: Function) -> str:
    """What the copy of the function that is parsed returns; its RETURN statements must fit."""
    if function.result in {"pg_catalog.trigger", "pg_catalog.event_trigger"}:
        return function.result.removeprefix("pg_catalog.")
    if function.returns_set:
        return "SETOF record"
    return "void" if function.kind == "p" or function.result == "pg_catalog.void" else "record"


def run_block(
    w: Walk, body: str, variables: Mapping[str, Flow], inputs: Sequence[str] = (), outputs: Sequence[str] = (),
    returns: str = "void",
) -> Result:
    """Follow a body with arguments of these names."""
    try:
        text = compilable(body, inputs, outputs, returns)
        tree: Any = orjson.loads(parser.parse_plpgsql_json(text))
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
    scope = Scope(variables=known)
    for kind, node in parts:
        if kind in _TRANSACTION:
            w.fact(FactKind.ESCAPE, "the body ends the transaction", None)
        elif kind in _DYNAMIC or "dynquery" in node:
            w.fact(FactKind.OPAQUE, "the body runs a statement that it puts together at run time", None,
                   hint="write the statement out, or list the function under `trusted_functions` in the policy")
        elif kind == "PLpgSQL_expr":
            _expression(w, node, scope)
        elif kind not in _PARTS:
            w.fact(FactKind.OPAQUE, f"the analyzer does not know what `{kind}` does", None)
    return Result()


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
