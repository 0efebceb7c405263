"""The columns of a table: groups them, looks around each, and asks the rules."""

from __future__ import annotations

from collections.abc import Mapping

from sminion_guard.discovery.columns import common_prefix
from sminion_guard.discovery.context import Around, Context, around, is_reference, is_speech
from sminion_guard.discovery.model import Column, Decision, Relation, Sampled, Shape
from sminion_guard.discovery.naming import Span, read
from sminion_guard.discovery.rules import Case, decide

STRONG = ("identity", "birth", "contact", "address")
"""Categories that say who or where somebody is: two such columns make their table one about people."""


def classify(
    relation: Relation, *, leads: bool = False, person: bool = False, leading: frozenset[str] = frozenset(),
    sampled: Mapping[str, Sampled] | None = None,
) -> dict[str, Decision]:
    """What each column is.

    :param leads: the table leads to a subject by keys.
    :param person: each row of the table is a person.
    :param leading: its foreign keys that lead to people.
    """
    prefix = common_prefix(relation)
    names = {name: name[len(prefix):] for name in relation.columns}
    spans = {name: read(_leaf(rest)) for name, rest in names.items()}
    keys = {*relation.primary, *relation.keys, *relation.compound, *(key.column for key in relation.references)}
    foreign = {*relation.compound, *(key.column for key in relation.references)}
    refers = foreign - relation.compound - leading
    certain = {name: _certain(relation.columns[name], spans[name], name in keys) for name in relation.columns}
    found = {}
    for name, column in relation.columns.items():
        group = _group(names[name])
        beside = [certain[other] for other in names if other != name and _group(names[other]) == group]
        strong = [category for category in beside if category in STRONG]
        context = Context(
            around=_around(relation, group, person=person), leads=leads or person,
            reference=is_reference(relation.name) and not group,
            speech=is_speech(relation.name) and not group,
            strong=len(strong), addresses=strong.count("address"),
        )
        seen = (sampled or {}).get(name)
        case = Case(column, spans[name], context, name in keys, name in foreign, name in refers, seen)
        found[name] = decide(case)
    return found


def _around(relation: Relation, group: str, *, person: bool) -> Around:
    for part in reversed(group.split(".") if group else []):
        if (found := around(part)) is not Around.UNKNOWN:
            return found
    return Around.PEOPLE if person else around(relation.name)


def _certain(column: Column, spans: tuple[Span, ...], key: bool) -> str:
    """The category that the name means wherever it stands, or nothing."""
    if key or column.shape not in (Shape.TEXT, Shape.NETWORK) or (spans[-1:] and _tail(spans)):
        return ""
    return next((meaning.what for span in reversed(spans) if (meaning := span.category("always"))), "")


def _tail(spans: tuple[Span, ...]) -> bool:
    return len(spans) > 1 and spans[-1].says("tails") and not spans[-1].category("always")


def _group(name: str) -> str:
    return name.rpartition(".")[0]


def _leaf(name: str) -> str:
    return name.rpartition(".")[2]
