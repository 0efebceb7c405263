"""The people of the demo: generated, the same for the same number, and nobody's real data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from mimesis import Address, Locale
from mimesis import Person as Names
from mimesis.enums import Gender

SEED = 20261101
BORN = (1940, 2007)
"""Years of birth, fixed: the same number gives the same people in any year."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the shop knows.

    :param id: the subject key, the same in every schema.
    """

    id: int
    full_name: str
    email: str
    phone: str
    street: str
    city: str
    born_on: date


def people(count: int, *, first_id: int = 1, seed: int = SEED) -> Iterator[Person]:
    """Generate ``count`` people.

    :param count: how many.
    :param first_id: id of the first; the others follow.
    :param seed: the same seed gives the same people.
    """
    names, addresses, dice = Names(Locale.EN, seed=seed), Address(Locale.EN, seed=seed), Random(seed)
    for id_ in range(first_id, first_id + count):
        gender = Gender.FEMALE if dice.random() < 0.5 else Gender.MALE
        first, last = names.first_name(gender), names.last_name(gender)
        yield Person(
            id=id_,
            full_name=f"{first} {last}",
            # example.com and example.org are reserved for examples (RFC 2606), 555-01xx for fiction
            email=f"{first}.{last}.{id_}@example.{dice.choice(('com', 'org'))}".lower().replace(" ", ""),
            phone=f"555-01{dice.randrange(100):02d}",
            street=f"{dice.randrange(1, 200)} {addresses.street_name()}",
            city=addresses.city(),
            born_on=names.birthdate(*BORN),
        )
