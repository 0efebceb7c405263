"""Whether one key stands for one person: two tables may number their people apart, and a tenant may begin anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sminion_guard.checks.asking import Database
from sminion_guard.checks.known_tables import TIMES, names
from sminion_guard.checks.problem import Problem
from sminion_guard.compiler import Compiled
from sminion_guard.policy import Policy, Table
from sminion_guard.policy.conditions.condition import columns_of
from sminion_guard.policy.conditions.constants import MalformedCondition
from sminion_guard.policy.rows import rule

GENERIC = frozenset({"id", "key", "uuid", "guid", "no", "number", "code"})
"""Names of columns that say nothing of whom a key stands for."""

Place = tuple[str, str, str]
"""Schema, table and column."""


@dataclass(frozen=True, slots=True)
class Held:
    """A subject column of a table that holds the keys itself.

    :param keys: the other columns of each unique key that it is part of, each with its type; none of a key of its own.
    :param numbers: it gets a new value of its own with each row.
    """

    table: Table
    column: str
    kind: str | None
    keys: tuple[Mapping[str, str], ...]
    numbers: bool

    @property
    def place(self) -> Place:
        return (self.table.schema, self.table.name, self.column)

    @property
    def name(self) -> str:
        return ".".join(self.place)

    @property
    def unique(self) -> bool:
        """Whether it is unique by itself."""
        return any(not others for others in self.keys)


def numbers(database: Database, compiled: Compiled) -> Iterator[Problem]:
    """Kinds of subjects that seem to be two, and subject columns that are unique only together with another."""
    held = _held(database, compiled.policy)
    references = list(database.ask("queries/preflight/references", as_owner=False))
    ties = {(tuple(row[:3]), tuple(row[3:6])) for row in references}
    alone = {tuple(row[:3]) for row in references if row[6]}
    for kind in sorted({entry.kind or "" for entry in held}):
        own = [entry for entry in held if (entry.kind or "") == kind]
        yield from _apart([entry for entry in own if entry.unique], kind, ties)
        yield from _partial(own, alone)


def _held(database: Database, policy: Policy) -> list[Held]:
    keys: dict[tuple[str, str], list[dict[str, str]]] = {}
    for schema, name, columns, types in database.ask("queries/preflight/keys", as_owner=False, **names(policy)):
        keys.setdefault((schema, name), []).append(dict(zip(columns, types, strict=True)))
    counted = {tuple(row) for row in database.ask("queries/preflight/numbering", as_owner=False, **names(policy))}
    return [
        Held(table, entry.column, entry.kind, tuple(
            {column: type_ for column, type_ in key.items() if column != entry.column}
            for key in keys.get((table.schema, table.name), ()) if entry.column in key
        ), (table.schema, table.name, entry.column) in counted)
        for table in policy.tables() if isinstance(table.subject, tuple) for entry in table.subject
    ]


def _apart(held: list[Held], kind: str, ties: set[tuple[tuple[str, ...], tuple[str, ...]]]) -> Iterator[Problem]:
    """Unique subject columns of one kind that nothing ties to one another."""
    tied = _Ties()
    for one, other in ties:
        tied.join(one, other)
    for entry in held:
        for other_entry in held:
            if _same_by_name(entry, other_entry):
                tied.join(entry.place, other_entry.place)
    groups: dict[tuple[str, ...], list[Held]] = {}
    for entry in held:
        groups.setdefault(tied.root(entry.place), []).append(entry)
    # Whoever names the kind of both has said that they are one, unless each table numbers its rows by itself.
    apart = [group[0] for group in groups.values() if not kind or any(entry.numbers for entry in group)]
    if len(apart) > 1:
        listed = " and ".join(f"`{entry.name}`" for entry in apart)
        yield Problem(
            "SG352",
            f"{listed} seem to number different people, and the policy takes them for "
            + (f"one kind, `{kind}`" if kind else "one"),
            detail="each is unique by itself, and no foreign key ties them: if 5 is one person here and another there, "
            "what the one permits opens the other, and a block of the one hides the other",
            hint="declare `[subject.KIND]` for each, and say `kind` in the tables"
            + ("" if kind else "; or one kind for all, where a number is one person everywhere"),
            refuses=False,
        )


def _same_by_name(one: Held, other: Held) -> bool:
    """`customer_id` of a newsletter is a key of table `customer`, though no foreign key crosses the schemas."""
    if one.column not in GENERIC and one.column == other.column:
        return True
    word, _, end = one.column.rpartition("_")
    return end in GENERIC and other.table.name in (word, f"{word}s", f"{word}es", f"{word[:-1]}ies")


def _partial(held: list[Held], alone: set[tuple[str, ...]]) -> Iterator[Problem]:
    """Numbers that are unique only within something, such as a tenant."""
    whole = any(entry.unique for entry in held)
    for entry in held:
        if entry.unique or entry.place in alone:
            continue
        for others in entry.keys:
            # A moment in a key is that of a partition. Beside a table where the key is unique, this may be one that
            # refers to it, as of a subscriber and a list; not so where the rest of the key tells the tenants apart.
            kept = [column for column, type_ in others.items() if type_ not in TIMES]
            if kept and (not whole or set(kept) & _ruled(entry.table)):
                listed = ", ".join(f"`{column}`" for column in kept)
                yield Problem(
                    "SG353",
                    f"subject column `{entry.name}` is unique only together with {listed}",
                    detail="one key would stand for several people: what one of them permits opens the others",
                    hint="name a column that is unique by itself, such as a uuid, and let paths lead to it",
                    refuses=False,
                )
                break


def _ruled(table: Table) -> frozenset[str]:
    """The columns that the table's rule of rows compares with values of the ticket."""
    try:
        found = rule(table) if table.rows is not None else None
    except MalformedCondition:
        return frozenset()
    return frozenset() if found is None else frozenset(columns_of(found))


class _Ties:
    """Sets of places that stand for the same people."""

    def __init__(self) -> None:
        self._above: dict[tuple[str, ...], tuple[str, ...]] = {}

    def root(self, place: tuple[str, ...]) -> tuple[str, ...]:
        while (above := self._above.get(place, place)) != place:
            place = above
        return place

    def join(self, one: tuple[str, ...], other: tuple[str, ...]) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        if first != second:
            self._above[second] = first
