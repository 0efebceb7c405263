"""What a write brings along: triggers, rules, defaults, generated columns, checks, and what foreign keys do."""

from __future__ import annotations

from functools import partial

from sminion_guard.analyzer.access import COPIED, NOTHING
from sminion_guard.analyzer.catalog import Cascade, Relation, Trigger
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node, Unparsed, parse
from sminion_guard.analyzer.resolving.expansion import absorb, expanded
from sminion_guard.analyzer.resolving.routines import follow
from sminion_guard.analyzer.resolving.scope import Item, Scope
from sminion_guard.analyzer.resolving.views import expand_view
from sminion_guard.analyzer.resolving.walk import CLARIFY, COLLECT, DELETE, USE, Result, Touch, Walk, evaluate, run
from sminion_guard.policy.model import Operation

_EVENTS = {COLLECT: "i", CLARIFY: "u", DELETE: "d"}
_RULES = {COLLECT: "CMD_INSERT", CLARIFY: "CMD_UPDATE", DELETE: "CMD_DELETE"}


def consequences(w: Walk, relation: Relation, operation: Operation, columns: tuple[str, ...], start: int) -> None:
    """Take over what a write of ``columns`` of ``relation`` brings along."""
    columns = tuple(sorted(set(columns)))
    plain = not (relation.triggers or relation.rules or relation.cascades or relation.checks or relation.kind == "v")
    if plain and not any(column.default for column in relation.columns):
        return
    key = ("write", relation, operation, columns)
    inner = expanded(w, key, w.path, lambda walk: _all(walk, relation, operation, columns), attached=True)
    absorb(w, inner, start, f"write of {relation.qualified}", definer=False)


def _all(w: Walk, relation: Relation, operation: Operation, columns: tuple[str, ...]) -> Result:
    event = _EVENTS[operation]
    triggers = [trigger for trigger in relation.triggers if event in trigger.events]
    instead = any(trigger.instead for trigger in triggers)
    for trigger in triggers:
        _trigger(w, relation, trigger)
    instead = _rules(w, relation, operation) or instead
    if operation is not DELETE and not instead:
        for text in _added(relation, operation, columns):
            _expression(w, relation, text)
    for cascade in relation.cascades:
        _cascade(w, cascade, operation, columns)
    if relation.kind == "v" and not instead:
        _through_view(w, relation, operation, columns)
    return Result()


def _trigger(w: Walk, relation: Relation, trigger: Trigger) -> None:
    if trigger.condition is not None:
        _expression(w, relation, trigger.condition)
    if trigger.function[0] == "pg_catalog":
        return  # those of PostgreSQL itself look at nothing but the row
    found = w.catalog.functions.get(trigger.function, ())
    if not found:
        w.fact(FactKind.UNKNOWN, f"trigger function `{'.'.join(trigger.function)}` is not in the catalog", None)
    for function in found:
        follow(w, function, 0)


def _added(relation: Relation, operation: Operation, columns: tuple[str, ...]) -> list[str]:
    """The expressions that the server evaluates for the row by itself."""
    found = list(relation.checks)
    for column in relation.columns:
        left_out = operation is COLLECT and column.name not in columns
        if column.default is not None and (column.generated or left_out or operation is CLARIFY):
            found.append(column.default)
    return found


def _expression(w: Walk, relation: Relation, text: str) -> None:
    """Follow an expression over the row; its own columns need no rights, what it calls may."""
    names = [column.name for column in relation.columns]
    row = Item(relation.name, names, [NOTHING] * len(names), relation=relation)
    scope = Scope(items=[row], variables={"new": NOTHING, "old": NOTHING})
    try:
        (part,) = parse(f"SELECT {text}")
    except Unparsed as error:
        w.facts.append(error.fact)
        return
    before = dict(w.touches)
    evaluate(w, part.node["targetList"][0]["ResTarget"]["val"], scope)
    for key in w.touches.keys() - before.keys():
        if key[0].kind == "S" and key[0].schema == relation.schema:
            del w.touches[key]  # nextval() of a column's own sequence: part of the table, not an access of its own


def row_security(w: Walk, relation: Relation, text: str, start: int) -> None:
    """Follow an expression of a row security policy, which runs with the rights of whoever asks."""
    def body(inner: Walk) -> Result:
        _expression(inner, relation, text)
        return Result()
    inner = expanded(w, ("policy", relation, text), (), body, attached=True)
    absorb(w, inner, start, f"row security of {relation.qualified}", definer=False)


def _rules(w: Walk, relation: Relation, operation: Operation) -> bool:
    """Follow rules; whether one of them replaces the write."""
    instead = False
    for text in relation.rules:
        try:
            (part,) = parse(text)
        except Unparsed as error:
            w.facts.append(error.fact)
            continue
        rule = part.node
        if rule.get("event") != _RULES[operation]:
            continue
        instead = instead or bool(rule.get("instead") and "whereClause" not in rule)
        # The server checks what a rule does as the owner of its table or view, unless that is an invoker's view.
        inner = expanded(w, ("rule", relation, text), w.path, partial(_rule, rule=rule))
        absorb(w, inner, 0, relation.qualified, definer=not relation.invoker)
    return instead


def _rule(w: Walk, rule: Node) -> Result:
    scope = Scope(variables={"new": NOTHING, "old": NOTHING})
    evaluate(w, rule.get("whereClause"), scope)
    for action in rule.get("actions", ()):
        run(w, action, scope)
    return Result()


def _cascade(w: Walk, cascade: Cascade, operation: Operation, columns: tuple[str, ...]) -> None:
    """What happens to the referencing rows; the server does it as the owner of their table."""
    if operation is DELETE:
        action = cascade.on_delete
    elif operation is CLARIFY and set(columns) & set(cascade.keys):
        action = cascade.on_update
    else:
        return
    child = w.catalog.relations.get((cascade.schema, cascade.relation))
    if not action or child is None:
        return
    then = DELETE if operation is DELETE and action == "c" else CLARIFY
    touch = w.touches.setdefault((child, then, ("foreign key",), True), Touch(0))
    if then is CLARIFY:
        for column in cascade.columns:
            touch.columns.setdefault(column, 0)
    consequences(w, child, then, cascade.columns if then is CLARIFY else (), 0)


def _through_view(w: Walk, view: Relation, operation: Operation, columns: tuple[str, ...]) -> None:
    """A view that the server updates by itself: the write reaches the table below."""
    expand_view(w, view, 0)
    table = w.catalog.table(view)
    reached: dict[tuple[str, str], list[str]] = {}
    for name in columns or table.names:
        for source in table.index.get(name, NOTHING):
            for base, manner in w.derived.get(source, NOTHING).items():
                if manner == COPIED:
                    reached.setdefault((base.schema, base.relation), []).append(base.column)
    for key, names in reached.items():
        base_relation = w.catalog.relations.get(key)
        if base_relation is None:
            continue
        written = tuple(names) if columns else ()
        # Whose rights count for writing is decided like those for reading: by the view that names the table.
        read = [owned for relation, done, _, owned in w.touches if relation is base_relation and done is USE]
        owner = all(read) if read else not view.invoker
        touch = w.touches.setdefault((base_relation, operation, (), owner), Touch(0))
        for name in written:
            touch.columns.setdefault(name, 0)
        consequences(w, base_relation, operation, written, 0)
