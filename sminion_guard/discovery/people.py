"""Kinds of subjects: the tables in which each person has one row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sminion_guard.discovery.classify import classify
from sminion_guard.discovery.context import is_person, is_staff
from sminion_guard.discovery.model import Column, Database, Decision, Kind, Name, Relation, Shape
from sminion_guard.discovery.naming import read
from sminion_guard.discovery.tokens import is_cyrillic, skeleton, split

KEYS = {Shape.NUMBER: "bigint", Shape.UUID: "uuid", Shape.TEXT: "text"}
"""Types of keys that a policy knows."""
_INTEGERS = frozenset({"bigint", "integer", "smallint"})
_TEXTS = frozenset({"text", "character varying", "character"})
GIVEN = frozenset({"first name", "given name", "forename", "vorname", "prenom", "primer nombre", "imya", "имя"})
FAMILY = frozenset({
    "last name", "family name", "surname", "nachname", "familienname", "nom famille", "apellido", "apellidos",
    "familiya", "фамилия",
})
"""A given name and a family name in one table make it a table of people, whatever it is called."""


def kinds(database: Database) -> tuple[Kind, ...]:
    """The kinds of subjects, by table; a table that shares its key with another kind's is of that kind."""
    found: dict[Name, Kind] = {}
    taken: set[str] = set()
    people = {name: why for name, relation in database.relations.items() if (why := _reason(relation)) is not None}
    for name, (reason, confidence) in people.items():
        relation = database.relations[name]
        column = own_key(relation)
        if column is None or any(key.column == column.name and key.parent in people for key in relation.references):
            continue
        kind = Kind(_unused(relation, taken), name, column.name, key_type(column), is_staff(relation.name), reason,
                    confidence)
        found[name] = kind
        taken.add(kind.name)
    return tuple(found.values())


def own_key(relation: Relation) -> Column | None:
    """The column that identifies a row by itself and can be a subject's key."""
    candidates: Iterable[str] = relation.keys
    if not relation.keys:  # no constraint says so, but a sequence fills it
        candidates = (column.name for column in relation.columns.values() if column.numbered)
    return next((relation.columns[name] for name in candidates if key_type(relation.columns[name])), None)


def key_type(column: Column) -> str:
    """The type of a subject's key in this column, as a policy says it; empty if it cannot be one."""
    if column.kind in _INTEGERS or column.shape is Shape.UUID or column.kind in _TEXTS:
        return KEYS[column.shape]
    return ""


def _reason(relation: Relation) -> tuple[str, float] | None:
    """Why the table has one row for each person, and how certain that is; None if it has not."""
    if not any(_personal(decision) for decision in classify(relation, person=True).values()):
        return None
    if is_person(relation.name):
        return f"its name says `{_noun(relation.name)}`", 0.9
    said = {span.text for column in relation.columns for span in read(column)}
    if said & GIVEN and said & FAMILY:
        return "its columns are a given name and a family name", 0.6
    return None


def _personal(decision: Decision) -> bool:
    return decision.category not in (None, "key", "none")


def _noun(name: str) -> str:
    return next(span.text for span in reversed(read(name)) if span.says("people", "staff"))


def _unused(relation: Relation, taken: set[str]) -> str:
    """A name for the kind that the policy accepts: the word for these people, else the table's name."""
    named = [span.text for span in read(relation.name) if span.says("people", "staff")]
    for text in (named[-1] if named else relation.name, relation.name, f"{relation.schema}_{relation.name}"):
        name = _identifier(text)
        if name and name not in taken:
            return name
    return next(f"person_{number}" for number in range(1, len(taken) + 2) if f"person_{number}" not in taken)


def _identifier(text: str) -> str:
    plain = [skeleton(word) if is_cyrillic(word) else word for word in split(text)]
    return re.sub(r"[^a-z0-9_]", "", "_".join(plain)).lstrip("_0123456789")[:40]


def by_table(found: Iterable[Kind]) -> Mapping[Name, Kind]:
    return {kind.table: kind for kind in found}
