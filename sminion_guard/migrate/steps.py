"""A plan divided into transactions, so that no table is locked for longer than its own change.

- The first one takes away whatever the new policy does not give, and puts it in force. It needs no lock on a table.
- Then each table has one of its own: its row security, then the privileges on it.
- The last one drops what nothing names any more.

So before the first commit everybody sees what the old policy shows, and after it no more than what the new one does,
wherever the installation stops. Tables that find their subjects through one another change together where the triggers
between them change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sminion_guard.compiler import names
from sminion_guard.compiler.predicates import OWNER
from sminion_guard.compiler.subjects import parent_of
from sminion_guard.migrate.change import Change, State
from sminion_guard.migrate.plan import Plan

_GRANTS = frozenset({"column_grant", "sequence_usage", "backup_grant"})
_WITHOUT_LOCK = _GRANTS | {"partition_maker", "trigger_function", "write_function", "view", "depersonalized_view"}
"""Kinds of statements about a table that nobody who reads or writes it waits for."""
_ON_TABLES = _GRANTS | {
    "partition_maker", "guard_columns", "guard_index", "row_trigger", "moved_trigger", "write_triggers", "row_security",
    "policy", "others", "adopted", "permission", "view", "depersonalized_view", "backup_policy",
}
"""Kinds whose keys begin with the table."""
_RELATED = frozenset({"guard_columns", "trigger_function", "row_trigger", "moved_trigger"})
"""Kinds that work on the tables above and below too."""
CLOSING = frozenset({"closed_database", "closed_schema", "neutral_grant", "holdings", "guard_closed"})
"""Kinds that change rows of tables in the catalog, for which autovacuum may wait: no lock is asked for after them."""
_FIRST = CLOSING | _GRANTS | {"membership", "guard_grant", "schema_usage", "backup_guard", "backup_schema"}
"""Kinds that are undone first."""


@dataclass(slots=True)
class TableStep:
    """What changes about one table, or about several that change together.

    :param tables: as ``schema.table``.
    :param changes: what is to be made, in the order of installation.
    :param strays: what is to be undone, in that order.
    """

    tables: list[str]
    changes: list[Change] = field(default_factory=list)
    strays: list[Change] = field(default_factory=list)

    @property
    def locks(self) -> bool:
        """Whether it changes anything that readers and writers of the tables depend on."""
        return any(_kind(change.key) not in _WITHOUT_LOCK for change in (*self.changes, *self.strays))


@dataclass(frozen=True, slots=True)
class Steps:
    """All transactions of an installation.

    :param first: what is to be made first, in the order of installation.
    :param taken: what is to be undone with it: strays, and privileges that come again with their table's own step.
    :param tables: the steps of tables.
    :param last: what is to be undone last.
    """

    first: tuple[Change, ...]
    taken: tuple[Change, ...]
    tables: tuple[TableStep, ...]
    last: tuple[Change, ...]


def divide(todo: Plan, restated: Iterable[tuple[str, str]], parents: Iterable[tuple[str, str]]) -> Steps:
    """Divide a plan.

    :param restated: compartments whose rows are chosen in another way, each with the table, or an empty text for all.
    :param parents: tables and those through which they find their subject, as the database has them.
    """
    homes = _homes(todo)
    changed = [change for change in todo.changes if change.state is not State.INSTALLED]
    at_home = {change.key: home for change in changed if (home := _home(homes, change.key)) and not _taken(change)}
    paused = _paused(todo, homes, at_home, set(restated))
    elsewhere = [change for change in changed if change.key not in at_home]
    return Steps(
        first=tuple(change for change in elsewhere if change.statement is not None),
        taken=(
            *(change for change in todo.changes if change.key in paused),
            *(change for change in elsewhere if change.statement is None and not _lasts(change)),
        ),
        tables=_steps_of_tables(todo, homes, at_home, paused, [*parents, *_parents(todo)]),
        last=tuple(change for change in elsewhere if change.statement is None and _lasts(change)),
    )


def tables_of(todo: Plan) -> set[str]:
    """The tables that a plan changes, as ``schema.table``."""
    homes = _homes(todo)
    return {home for change in todo.changes if change.state is not State.INSTALLED
            and (home := _home(homes, change.key)) is not None}


def _kind(key: str) -> str:
    return key.partition(":")[0]


def _taken(change: Change) -> bool:
    """Whether it is a privilege of a compartment that the policy no longer gives."""
    return change.state is State.STRAY and _kind(change.key) in _GRANTS and not change.key.endswith(f":{OWNER}")


def _lasts(change: Change) -> bool:
    """Whether a stray waits for the end: a role that others may still name, and what the guard's own functions need."""
    return _kind(change.key) not in _FIRST or change.key.endswith(f":{OWNER}")


def _homes(todo: Plan) -> dict[str, str]:
    """Tables by their names, and by the names of those of their objects that do not begin with them."""
    known = {table.qualified: (table.schema, table.name) for table in todo.compiled.policy.tables()}
    for key in todo.installed.objects:
        kind, _, name = key.partition(":")
        if kind == "row_security" and name not in known:
            schema, _, table = name.partition(".")
            known[name] = (schema, table)
    purposes = {*todo.compiled.policy.purposes, *(entry.name for entry in todo.installed.purposes)}
    found = {}
    for home, (schema, table) in known.items():
        found[home] = home
        found[f"trigger_function:{names.row_function(schema, table)}"] = home
        found[f"trigger_function:{names.moved_function(schema, table)}"] = home
        found[f"write_function:{names.write_function(schema, table)}"] = home
        for purpose in purposes:
            found[f"statistics:{schema}.{names.statistics_name(table, purpose)}"] = home
    return found


def _home(homes: Mapping[str, str], key: str) -> str | None:
    """The table that an object belongs to."""
    if key in homes:
        return homes[key]
    kind, _, name = key.partition(":")
    while kind in _ON_TABLES and name:
        if name in homes:
            return homes[name]
        name = name.rpartition(":")[0]
    return None


def _parents(todo: Plan) -> Iterator[tuple[str, str]]:
    for table in todo.compiled.policy.tables():
        parent = parent_of(todo.compiled.policy, table)
        if parent is not None:
            yield table.qualified, parent.table.qualified


def _together(at_home: Mapping[str, str], parents: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Tables that change together, each with the one that stands for all of them."""
    moving = {home for key, home in at_home.items() if _kind(key) in _RELATED}
    leader: dict[str, str] = {}

    def of(table: str) -> str:
        while table in leader:
            table = leader[table]
        return table

    for child, parent in parents:
        if (child in moving or parent in moving) and of(child) != of(parent):
            leader[of(child)] = of(parent)
    return {table: of(table) for table in leader}


def _paused(
    todo: Plan, homes: Mapping[str, str], at_home: Mapping[str, str], restated: set[tuple[str, str]]
) -> set[str]:
    """Privileges that a compartment does without until its table is changed: its rows are chosen in another way then,
    and a ticket of the new policy must not meet the conditions of the old one."""
    judged = {home for key, home in at_home.items() if _kind(key) not in _WITHOUT_LOCK}
    found = set()
    for change in todo.changes:
        if _kind(change.key) == "column_grant" and change.installed is not None and change.statement is not None:
            home = _home(homes, change.key)
            role = change.key.rpartition(":")[2]
            if home in judged and {(role, ""), (role, home)} & restated:
                found.add(change.key)
    return found


def _steps_of_tables(
    todo: Plan, homes: Mapping[str, str], at_home: Mapping[str, str], paused: set[str],
    parents: Iterable[tuple[str, str]],
) -> tuple[TableStep, ...]:
    together = _together(at_home, parents)
    # What stands on columns that are made anew goes with them.
    anew = {at_home[change.key] for change in todo.of(State.OUTDATED, State.ALTERED, State.MISSING)
            if _kind(change.key) == "guard_columns"}
    steps: dict[str, TableStep] = {}
    for change in todo.changes:
        home = _home(homes, change.key)
        if home is None or not (
            change.key in at_home or change.key in paused or (home in anew and change.statement is not None)
        ):
            continue
        step = steps.setdefault(together.get(home, home), TableStep([]))
        if home not in step.tables:
            step.tables.append(home)
        (step.strays if change.statement is None else step.changes).append(change)
    return tuple(steps.values())
