"""What a write brings along: triggers, rules, defaults, generated columns, checks, and what foreign keys do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sminion_guard.analyzer.access import COPIED, FOREIGN_KEY, NOTHING
from sminion_guard.analyzer.catalog import Cascade, Relation, Trigger
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.parse import Node, Unparsed, parse
from sminion_guard.analyzer.resolving.expansion import absorb, expanded
from sminion_guard.analyzer.resolving.ranges import absorb_children
from sminion_guard.analyzer.resolving.routines import follow
from sminion_guard.analyzer.resolving.scope import Item, Scope
from sminion_guard.analyzer.resolving.types import laden, own_types, trusted
from sminion_guard.analyzer.resolving.views import expand_view
from sminion_guard.analyzer.resolving.walk import CLARIFY, COLLECT, DELETE, USE, Result, Touch, Walk, evaluate, run
from sminion_guard.policy.model import Operation

_EVENTS = {COLLECT: "i", CLARIFY: "u", DELETE: "d"}
_RULES = {COLLECT: "CMD_INSERT", CLARIFY: "CMD_UPDATE", DELETE: "CMD_DELETE"}


@dataclass(frozen=True, slots=True)
class Write:
    """One write, as far as it decides what comes along."""

    operation: Operation
    columns: tuple[str, ...]
    """Sorted. Those that are given."""
    defaulted: frozenset[str] = frozenset()
    """Those of them that are given as ``DEFAULT``."""
    only: bool = False
    """``UPDATE ONLY t``: without inheritance children."""


def consequences(
    w: Walk, relation: Relation, operation: Operation, columns: Iterable[str], start: int, *,
    defaulted: Iterable[str] = (), only: bool = False,
) -> None:
    """Take over what a write of ``columns`` of ``relation`` brings along.

    :param defaulted: those of the columns that are given as ``DEFAULT``.
    :param only: rows of partitions and inheritance children are not touched.
    """
    plain = not (
        relation.triggers or relation.rules or relation.cascades or relation.checks or relation.kind == "v"
        or relation.children or relation.support or relation.key in _types(w)
    )
    if plain and not any(column.default for column in relation.columns):
        return
    write = Write(operation, tuple(sorted(set(columns))), frozenset(defaulted), only)
    inner = expanded(w, ("write", relation, write), w.path, lambda walk: _all(walk, relation, write), attached=True)
    absorb(w, inner, start, f"write of {relation.qualified}", definer=False)


def _all(w: Walk, relation: Relation, write: Write) -> Result:
    operation = write.operation
    triggers = [trigger for trigger in relation.triggers if _EVENTS[operation] in trigger.events]
    instead = any(trigger.instead for trigger in triggers)
    instead = _rules(w, relation, operation) or instead
    for column in relation.columns:  # also for a rule or INSTEAD OF trigger, which see them in NEW
        if column.default is not None and not column.generated and _defaults(column.name, write):
            _expression(w, relation, column.default)
    _row(w, relation, write, triggers, stored=not instead)
    if relation.kind == "v" and not instead:
        _through_view(w, relation, write)
    if not write.only:
        _descendants(w, relation, write)
    return Result()


def _defaults(name: str, write: Write) -> bool:
    return name in write.defaulted or (write.operation is COLLECT and name not in write.columns)


def _row(w: Walk, relation: Relation, write: Write, triggers: Sequence[Trigger], *, stored: bool = True) -> None:
    """What a write does on the table that holds the row."""
    for trigger in triggers:
        _trigger(w, relation, trigger)
    if write.operation is not DELETE:
        w.types |= _made(w, relation, write, triggers)
        if stored:
            generated = [column.default for column in relation.columns if column.generated and column.default]
            for text in (*relation.checks, *generated):
                _expression(w, relation, text)
    elif triggers:
        w.types |= set(_types(w).get(relation.key, {}).values())
    for function in relation.support:
        _support(w, function)
    for cascade in relation.cascades:
        _cascade(w, cascade, write.operation, write.columns)


def _types(w: Walk) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Of each relation the columns of types that matter here: of any of one's own where casts may make their values."""
    return own_types(w.catalog) if w.catalog.casts else laden(w.catalog).columns


def _made(w: Walk, relation: Relation, write: Write, triggers: Sequence[Trigger]) -> set[str]:
    """The types of the columns that a write makes values for."""
    types = _types(w).get(relation.key)
    if not types:
        return set()
    if triggers or write.operation is COLLECT:
        return set(types.values())  # a new row has all its columns made, be it of NULL; a trigger may assign to any
    generated = {column.name for column in relation.columns if column.generated}
    return {kind for name, kind in types.items() if name in write.columns or name in generated}


def _descendants(w: Walk, relation: Relation, write: Write) -> None:
    """Rows of partitions and children: their own triggers for each row, checks, generated columns and foreign keys.

    Defaults and triggers for the statement are those of the table that is named. A row goes into a partition, never
    into a child; an UPDATE of what places it takes it out of one partition and puts it into another.
    """
    if not relation.children or (write.operation is COLLECT and relation.kind != "p"):
        return
    family = list(_family(w, relation))
    events = _EVENTS[write.operation]
    placed = {name for member in (relation, *family) for name in member.placed_by}
    moved = write.operation is CLARIFY and not placed.isdisjoint(write.columns)
    if moved:
        events = "uid"
        for trigger in relation.triggers:
            if not trigger.statement and not set(trigger.events).isdisjoint("id"):
                _trigger(w, relation, trigger)
    for child in family:
        fired = [trigger for trigger in child.triggers
                 if not trigger.statement and not set(trigger.events).isdisjoint(events)]
        _row(w, child, write, fired)


def _family(w: Walk, relation: Relation) -> Iterator[Relation]:
    for key in relation.children:
        child = w.catalog.relations.get(key)
        if child is not None:
            yield child
            yield from _family(w, child)


def _support(w: Walk, name: tuple[str, str]) -> None:
    for function in w.catalog.functions.get(name, ()):
        if not trusted(function, "i"):
            follow(w, function, 0)


def _trigger(w: Walk, relation: Relation, trigger: Trigger) -> None:
    if trigger.condition is not None:
        _expression(w, relation, trigger.condition)
    if trigger.function[0] == "pg_catalog":
        return  # those of PostgreSQL itself look at nothing but the row
    found = w.catalog.functions.get(trigger.function, ())
    if not found:
        w.fact(FactKind.UNKNOWN, f"trigger function `{'.'.join(trigger.function)}` is not in the catalog", None)
    columns = tuple(column.name for column in relation.columns)
    for function in found:
        follow(w, function, 0, tuple((name, columns) for name in trigger.tables))


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
    for entry in part.node["targetList"]:
        evaluate(w, entry["ResTarget"]["val"], scope)
    for key in w.touches.keys() - before.keys():
        if key[0].kind == "S" and key[0].schema == relation.schema:
            del w.touches[key]  # nextval() of a column's own sequence: part of the table, not an access of its own


def row_security(w: Walk, relation: Relation, text: str, start: int) -> None:
    """Follow an expression of a row security policy, which runs with the rights of whoever asks."""
    def body(inner: Walk) -> Result:
        _expression(inner, relation, text)
        return Result()
    inner = expanded(w, ("policy", relation, text), None, body, attached=True)
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
    via = (FOREIGN_KEY, "new key") if operation is CLARIFY and action == "c" else (FOREIGN_KEY,)
    touch = w.touches.setdefault((child, then, via, True), Touch(0))
    if then is CLARIFY:
        for column in cascade.columns:
            touch.columns.setdefault(column, 0)
    if child.children:
        absorb_children(w, child, then, 0)
    consequences(w, child, then, cascade.columns if then is CLARIFY else (), 0,
                 defaulted=cascade.columns if action == "d" else ())


def _through_view(w: Walk, view: Relation, write: Write) -> None:
    """A view that the server updates by itself: the write reaches the table below."""
    expand_view(w, view, 0)
    table = w.catalog.table(view)
    operation, columns = write.operation, write.columns
    reached: dict[tuple[str, str], list[str]] = {}
    defaulted: set[str] = set()
    for name in columns or table.names:
        for source in table.index.get(name, NOTHING):
            for base, manner in w.derived.get(source, NOTHING).items():
                if manner == COPIED:
                    reached.setdefault((base.schema, base.relation), []).append(base.column)
                    if name in write.defaulted and operation is COLLECT:  # an UPDATE takes NULL instead
                        defaulted.add(base.column)
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
        if base_relation.children and (operation is not COLLECT or base_relation.kind == "p"):
            absorb_children(w, base_relation, operation, 0)
        consequences(w, base_relation, operation, written, 0, defaulted=defaulted)
