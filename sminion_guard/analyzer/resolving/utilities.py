"""Statements other than queries: what they leave, define, or run on behalf of others."""

from __future__ import annotations

from typing import Any

from sminion_guard.analyzer.access import NOTHING
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node
from sminion_guard.analyzer.resolving.calls import function_call
from sminion_guard.analyzer.resolving.consequences import consequences
from sminion_guard.analyzer.resolving.expansion import absorb, expanded
from sminion_guard.analyzer.resolving.names import strings, type_name
from sminion_guard.analyzer.resolving.plpgsql import run_block
from sminion_guard.analyzer.resolving.ranges import absorb_children, find_relation, relation_item
from sminion_guard.analyzer.resolving.scope import Item, Scope
from sminion_guard.analyzer.resolving.walk import COLLECT, USE, Result, Walk, evaluate, evaluate_all, run, statement

CURSOR_HOLD = 0x0020
"""CURSOR_OPT_HOLD of parsenodes.h."""


@statement("CopyStmt")
def copy(w: Walk, node: Node, scope: Scope) -> Result:
    """``COPY t (a) TO STDOUT``, ``COPY (SELECT ...) TO STDOUT``, ``COPY t FROM STDIN``."""
    if node.get("is_program") or node.get("filename"):
        w.fact(FactKind.ESCAPE, "`COPY` with a program or a file of the server", None,
               hint="use STDIN or STDOUT")
    if "query" in node:
        return run(w, node["query"], scope)
    relation = find_relation(w, node["relation"])
    if relation is None:
        evaluate(w, node.get("whereClause"), Scope(scope, [Item(None, (), (), wild=NOTHING)]))
        return Result()
    start = node["relation"].get("location", 0)
    listed = strings(node.get("attlist", ()))
    columns = listed or [column.name for column in relation.columns if not column.generated]
    item = relation_item(w, relation, None, start)
    for name in listed:
        if name not in item.index:
            w.fact(FactKind.UNKNOWN, f"column `{name}` is not in `{relation.qualified}`", start)
    evaluate(w, node.get("whereClause"), Scope(scope, [item]))
    flows = [item.index.get(name, NOTHING) for name in columns]
    if node.get("is_from"):
        touch = w.touch(relation, COLLECT, start)
        for name in columns:
            touch.columns.setdefault(name, start)
        if relation.kind == "p":
            absorb_children(w, relation, COLLECT, start)
        consequences(w, relation, COLLECT, columns, start)
        return Result()
    w.touch(relation, USE, start)
    for flow in flows:
        w.mark(flow, start)
    return Result(columns, flows)


@statement("ExplainStmt")
def explain(w: Walk, node: Node, scope: Scope) -> Result:
    """EXPLAIN plans what it is given; with ANALYZE it runs it, and tells how many rows row security hid."""
    for entry in node.get("options", ()):
        option = entry["DefElem"]
        if option["defname"] == "analyze" and not _is_off(option.get("arg")):
            w.fact(FactKind.LEAKY, "`EXPLAIN ANALYZE` tells how many rows there are that may not be seen", None,
                   hint="leave ANALYZE out")
    run(w, node["query"], scope)
    return Result(["QUERY PLAN"], [NOTHING])


def _is_off(argument: Any) -> bool:
    if not argument:
        return False
    ((_, value),) = argument.items()
    return str(value.get("sval", value.get("ival", value.get("boolval", "")))).lower() in {"false", "off", "0", ""} \
        and bool(value or "Integer" in argument)


@statement("PrepareStmt")
def prepare(w: Walk, node: Node, scope: Scope) -> Result:
    """``PREPARE p AS SELECT ...``: refused by a rule, as it stays in the session, and judged as if it ran."""
    w.prepares = node["name"]
    for entry in node.get("argtypes", ()):
        type_name(w, entry["TypeName"])
    return run(w, node["query"], scope)


@statement("ExecuteStmt")
def execute(w: Walk, node: Node, scope: Scope) -> Result:
    """``EXECUTE p (1)``: what ``p`` is nobody knows, since a guarded session prepares nothing by this name."""
    evaluate_all(w, node.get("params"), scope)
    if w.inside:
        w.fact(FactKind.OPAQUE, f"a function executes the prepared statement `{node['name']}`", None)
    w.executes = node["name"]
    return Result()


@statement("DeclareCursorStmt")
def declare_cursor(w: Walk, node: Node, scope: Scope) -> Result:
    """``DECLARE c CURSOR FOR SELECT ...``, with the output that FETCH will have."""
    if node.get("options", 0) & CURSOR_HOLD:
        w.fact(FactKind.ESCAPE, "a cursor `WITH HOLD` outlives transaction, role and block", None,
               hint="declare the cursor without WITH HOLD")
    w.declares = node["portalname"]
    return run(w, node["query"], scope)


@statement("FetchStmt")
def fetch(w: Walk, node: Node, scope: Scope) -> Result:
    """``FETCH 10 FROM c``: what ``c`` is the state of the transaction knows."""
    w.fetches = node["portalname"]
    return Result()


@statement("ClosePortalStmt", "ConstraintsSetStmt", "VariableShowStmt")
def harmless(w: Walk, node: Node, scope: Scope) -> Result:
    """``CLOSE c``, ``SET CONSTRAINTS``, ``SHOW``: they touch no data, and leave nothing behind the transaction."""
    return Result()


@statement("CallStmt")
def call(w: Walk, node: Node, scope: Scope) -> Result:
    """``CALL p(1)``."""
    function_call(w, node["funccall"], scope)
    return Result()


@statement("DoStmt")
def do_block(w: Walk, node: Node, scope: Scope) -> Result:
    """``DO $$ ... $$``."""
    language, body = "plpgsql", ""
    for entry in node["args"]:
        value = entry["DefElem"]["arg"]["String"]["sval"]
        if entry["DefElem"]["defname"] == "language":
            language = value
        else:
            body = value
    if language != "plpgsql":
        w.fact(FactKind.OPAQUE, f"a block in {language}", None, detail="what it touches cannot be read from it")
    else:
        w.bodies = True
        inner = expanded(w, ("do", body), w.path, lambda walk: run_block(walk, body, {}))
        absorb(w, inner, 0, "DO", definer=False)
    return Result()


@statement("CreateTableAsStmt", "ViewStmt")
def definition_of_query(w: Walk, node: Node, scope: Scope) -> Result:
    """``CREATE TABLE t AS SELECT ...``, ``CREATE VIEW v AS SELECT ...``: refused, but what they read is told."""
    w.fact(FactKind.DEFINITION, "the statement makes a copy or a view of what it reads", None)
    run(w, node["query"], scope)
    return Result()


@statement("TruncateStmt", "LockStmt")
def whole_tables(w: Walk, node: Node, scope: Scope) -> Result:
    """``TRUNCATE t``, ``LOCK t``: rights over a whole table, which no purpose has."""
    for entry in node["relations"]:
        relation = find_relation(w, entry["RangeVar"])
        if relation is not None:
            w.fact(FactKind.OPERATION, f"no purpose may truncate or lock `{relation.qualified}`",
                   entry["RangeVar"].get("location", 0), hint="use DELETE, or SELECT ... FOR UPDATE")
    return Result()
