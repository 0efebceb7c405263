"""What tells who somebody is without a name: columns that identify together, and texts that may say anything.

Birth date, postcode and sex together name most people of a country; each alone names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from sminion_guard.policy.model import Policy, Purpose, Recipient, Table

IDENTIFYING = frozenset({"identity", "contact", "key"})
"""Categories that say who it is: where one is there, nobody needs to infer it."""
FREE_TEXT = "free_text"
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


class Trait(StrEnum):
    """What a column says of a person that others know too."""

    BIRTH = "birth"
    PLACE = "place"
    SEX = "sex"


_CATEGORIES = {"birth": Trait.BIRTH, "address": Trait.PLACE}
_WORDS = {
    **dict.fromkeys(("birth", "birthday", "birthdate", "born", "dob", "age"), Trait.BIRTH),
    **dict.fromkeys(("postcode", "zip", "zipcode", "postal", "plz", "city", "town", "village"), Trait.PLACE),
    **dict.fromkeys(("sex", "gender"), Trait.SEX),
}


def trait(column: str, category: str) -> Trait | None:
    """What a column says of a person: by a word in its name, which may be qualified, else by its category."""
    words = (word.lower() for word in _WORD.findall(column.rpartition(".")[2]))
    return next((_WORDS[word] for word in words if word in _WORDS), _CATEGORIES.get(category))


def inferring(columns: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that identify people together, sorted; none where one is missing, or where it is said who they are.

    :param columns: name to category, of what somebody gets of a table.
    """
    if not IDENTIFYING.isdisjoint(columns.values()):
        return ()
    found = {name: kind for name, category in columns.items() if (kind := trait(name, category)) is not None}
    return tuple(sorted(found)) if set(found.values()) == set(Trait) else ()


def telling(columns: Mapping[str, str]) -> tuple[str, ...]:
    """The columns whose values could single out a person whom no name names, sorted; none where it is said who it is.

    Neither those that tell of nobody, nor free texts, which differ from each other anyway.

    :param columns: name to category, of what somebody gets of a table.
    """
    if not IDENTIFYING.isdisjoint(columns.values()):
        return ()
    return tuple(sorted(name for name, category in columns.items() if category not in ("none", FREE_TEXT)))


def free_texts(columns: Mapping[str, str]) -> tuple[str, ...]:
    """The columns in which anything may stand, sorted."""
    return tuple(sorted(name for name, category in columns.items() if category == FREE_TEXT))


def received(policy: Policy, recipient: Recipient, table: Table, purposes: Iterable[Purpose]) -> dict[str, str]:
    """The columns of a table that a recipient may get for any of these purposes, each with its category."""
    reading = [purpose for purpose in purposes if not policy.views_only(purpose.name, table)]
    return {
        name: category for name, category in table.columns.items()
        if recipient.receives(category) and (category != "key" or recipient.gives is not None)
        and any(purpose.needs_category(category) for purpose in reading)
    }
