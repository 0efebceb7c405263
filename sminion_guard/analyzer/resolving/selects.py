"""SELECT, VALUES, set operations and WITH."""

from __future__ import annotations

from sminion_guard.analyzer.access import NOTHING, Flow, join
from sminion_guard.analyzer.facts import Fact, FactKind
from sminion_guard.analyzer.limits import MAX_COLUMNS
from sminion_guard.analyzer.parse import Node, Unparsed
from sminion_guard.analyzer.resolving.columns import find_item, unknown_column
from sminion_guard.analyzer.resolving.locking import lock_rows
from sminion_guard.analyzer.resolving.names import strings
from sminion_guard.analyzer.resolving.output_names import output_name
from sminion_guard.analyzer.resolving.ranges import from_clause
from sminion_guard.analyzer.resolving.scope import Cte, Item, Scope
from sminion_guard.analyzer.resolving.walk import Result, Walk, evaluate, evaluate_all, run, statement

_LEVEL = 10
"""What a query level costs before anything in it is looked at."""


@statement("SelectStmt")
def select(w: Walk, node: Node, outer: Scope) -> Result:
    """One query level and what it holds."""
    w.budget.spend(_LEVEL)
    scope = Scope(outer)
    if "withClause" in node:
        with_clause(w, node["withClause"], scope)
    if node["op"] != "SETOP_NONE":
        result = _set_operation(w, node, scope)
        _order(w, node, Scope(scope, [Item(None, result.names, result.flows, wild=result.wild)]), result)
        return result
    if "valuesLists" in node:
        result = values(w, node["valuesLists"], scope)
        _order(w, node, scope, result)
        return result
    from_clause(w, node.get("fromClause"), scope)
    result = target_list(w, node.get("targetList", ()), scope)
    if "whereClause" in node:
        evaluate(w, node["whereClause"], scope)
    for entry in node.get("groupClause", ()):
        _group(w, entry, scope, result)
    if "havingClause" in node:
        evaluate(w, node["havingClause"], scope)
    for window in node.get("windowClause", ()):
        definition = window["WindowDef"]
        evaluate_all(w, definition.get("partitionClause"), scope)
        evaluate_all(w, definition.get("orderClause"), scope)
        evaluate(w, definition.get("startOffset"), scope)
        evaluate(w, definition.get("endOffset"), scope)
    _order(w, node, scope, result)
    if "intoClause" in node:
        w.fact(FactKind.DEFINITION, "`SELECT INTO` makes a table", node["intoClause"]["rel"].get("location", 0))
    return result


def target_list(w: Walk, targets: list[Node], scope: Scope) -> Result:
    """The columns of a select list or RETURNING; stars are expanded in the order of the items."""
    names: list[str] = []
    flows: list[Flow] = []
    wild: Flow | None = None
    for entry in targets:
        target = entry["ResTarget"]
        value = target["val"]
        reference = value.get("ColumnRef")
        if reference is not None and "A_Star" in reference["fields"][-1]:
            wild = _star(w, reference, scope, names, flows, wild)
            continue
        flow = evaluate(w, value, scope)
        indirection = value.get("A_Indirection")
        if indirection is not None and "A_Star" in indirection["indirection"][-1]:
            wild = flow if wild is None else join(wild, flow)
            continue
        names.append(target.get("name") or output_name(value))
        flows.append(flow)
        _check_width(names)
    return Result(names, flows, wild)


def _check_width(names: list[str]) -> None:
    """Stars of stars double with each query; the server refuses what is wider, so nothing wider is built."""
    if len(names) > MAX_COLUMNS:
        raise Unparsed(Fact(FactKind.LIMIT, f"a select list has more than {MAX_COLUMNS} entries",
                            "the server has the same limit (54011)"))


def _star(
    w: Walk, reference: Node, scope: Scope, names: list[str], flows: list[Flow], wild: Flow | None
) -> Flow | None:
    prefix = strings(reference["fields"])
    start = reference.get("location", 0)
    if prefix:
        item = find_item(scope, prefix)
        if item is None:
            variable = scope.variable(prefix[0])
            if variable is None:
                unknown_column(w, ".".join([*prefix, "*"]), start)
            return variable if wild is None else wild
        items = [item]
    else:
        items = [item for item in scope.items if item.open]
    for item in items:
        names += item.names
        _check_width(names)
        w.budget.spend(sum(map(len, item.flows)) + len(item.flows))
        flows += item.flows
        for flow in item.flows:
            w.mark(flow, start)
        if item.wild is not None:
            wild = item.wild if wild is None else join(wild, item.wild)
    return wild


def values(w: Walk, lists: list[Node], scope: Scope) -> Result:
    """``VALUES (1, a), (2, b)``."""
    flows: list[Flow] = []
    for entry in lists:
        row = evaluate_all(w, entry["List"].get("items"), scope)
        if not flows:
            flows = row
        elif any(row):
            flows = [join(before, flow) for before, flow in zip(flows, row, strict=False)]
    return Result([f"column{number}" for number in range(1, len(flows) + 1)], flows)


def _set_operation(w: Walk, node: Node, scope: Scope) -> Result:
    """``a UNION b EXCEPT c``: chains lean to the left and may be long, so they are not followed by recursion."""
    arms = [node["rarg"]]
    left = node["larg"]
    while left["op"] != "SETOP_NONE" and not left.keys() & {"withClause", "sortClause", "limitCount", "limitOffset"}:
        arms.append(left["rarg"])
        left = left["larg"]
    arms.append(left)
    result = select(w, arms.pop(), scope)
    while arms:
        arm = select(w, arms.pop(), scope)
        w.budget.spend(sum(map(len, result.flows)) + len(result.flows))
        result = combined(result, arm)
    return result


def combined(first: Result, second: Result) -> Result:
    """Column by column; the names are those of the first."""
    wilds = [result.wild for result in (first, second) if result.wild is not None]
    if wilds:  # with columns of unknown number nothing says which meet which
        every = join(*first.flows, *second.flows, *wilds)
        return Result(first.names, [every] * len(first.flows), every)
    flows = [join(one, other) for one, other in zip(first.flows, second.flows, strict=False)]
    return Result(first.names[: len(flows)], flows)


def with_clause(w: Walk, node: Node, scope: Scope) -> None:
    """``WITH [RECURSIVE] a AS (...), b (x, y) AS (...)``."""
    scope.ctes = {}
    recursive = node.get("recursive", False)
    entries = [entry["CommonTableExpr"] for entry in node["ctes"]]
    before, w.forward = w.forward, False
    if recursive:
        scope.ctes = {entry["ctename"]: None for entry in entries}
    for entry in entries:
        name, query = entry["ctename"], entry["ctequery"]
        cte = _recursive(w, entry, query, scope) if recursive else _cte(w, entry, run(w, query, scope))
        scope.ctes[name] = cte
    if recursive and w.forward:
        # A query may name one that stands after it. Then it saw no columns; now that all are known it does.
        for entry in entries:
            scope.ctes[entry["ctename"]] = _recursive(w, entry, entry["ctequery"], scope)
    w.forward = before


def _recursive(w: Walk, entry: Node, query: Node, scope: Scope) -> Cte:
    """Resolve until the lineage of the columns no longer grows: a column may wander through the others."""
    assert scope.ctes is not None
    body = query.get("SelectStmt", {})
    if scope.ctes[entry["ctename"]] is None and body.get("op", "SETOP_NONE") != "SETOP_NONE":
        first = Scope(scope)
        if "withClause" in body:
            with_clause(w, body["withClause"], first)
        scope.ctes[entry["ctename"]] = _cte(w, entry, select(w, body["larg"], first))
    while True:
        before = scope.ctes[entry["ctename"]]
        after = _cte(w, entry, run(w, query, scope))
        scope.ctes[entry["ctename"]] = after
        if before is None or list(before.flows) == list(after.flows):
            return after


def _cte(w: Walk, entry: Node, result: Result) -> Cte:
    w.budget.spend(len(result.names))
    renamed = strings(entry.get("aliascolnames", ()))
    names = [*renamed, *result.names[len(renamed) :]][: max(len(result.names), len(renamed))]
    flows = list(result.flows)
    while len(flows) < len(names):
        flows.append(result.wild or NOTHING)
    for clause in ("search_clause", "cycle_clause"):
        extra = entry.get(clause)
        if extra is not None:
            added = ("search_seq_column",) if clause == "search_clause" else ("cycle_mark_column", "cycle_path_column")
            used = strings(extra.get("search_col_list", extra.get("cycle_col_list", ())))
            flow = join(*(flows[names.index(name)] for name in used if name in names))
            names += [extra[column] for column in added]
            flows += [flow for _ in added]
    return Cte(names, flows, result.wild)


def _group(w: Walk, entry: Node, scope: Scope, result: Result) -> None:
    """GROUP BY: a name means a column of FROM first, then one of the output; a number one of the output."""
    name = _bare(entry)
    if name is not None:
        w.budget.spend((len(result.names) + len(scope.items)) >> 2)
        if not any(name in item.index for item in scope.items if item.open) and name in result.names:
            return
    elif _number(entry) or "GroupingSet" in entry:
        for inner in entry.get("GroupingSet", {}).get("content", ()):
            _group(w, inner, scope, result)
        return
    evaluate(w, entry, scope)


def _order(w: Walk, node: Node, scope: Scope, result: Result) -> None:
    """ORDER BY and DISTINCT ON: a name means a column of the output first. LIMIT, OFFSET and locks."""
    for entry in (*node.get("distinctClause", ()), *node.get("sortClause", ())):
        sort = entry.get("SortBy")
        value = entry if sort is None else sort["node"]
        name = _bare(value)
        w.budget.spend(len(result.names) >> 2)
        if (name is not None and name in result.names) or _number(value):
            continue
        evaluate(w, entry, scope)
    if "limitCount" in node:
        evaluate(w, node["limitCount"], scope)
    if "limitOffset" in node:
        evaluate(w, node["limitOffset"], scope)
    for entry in node.get("lockingClause", ()):
        lock_rows(w, entry["LockingClause"], node, scope)


def _bare(value: Node) -> str | None:
    """The name of an unqualified column reference."""
    reference = value.get("ColumnRef")
    if reference is None or len(reference["fields"]) != 1 or "String" not in reference["fields"][0]:
        return None
    return str(reference["fields"][0]["String"]["sval"])


def _number(value: Node) -> bool:
    return "ival" in value.get("A_Const", {})


@statement("ReturnStmt")
def return_statement(w: Walk, node: Node, scope: Scope) -> Result:
    """``RETURN expression`` of an SQL function."""
    return Result(["return"], [evaluate(w, node["returnval"], scope)])
