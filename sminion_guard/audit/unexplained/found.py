"""Reads the accesses of a period, and ranks those that nothing explains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from sminion_guard.audit.reading import Log
from sminion_guard.audit.unexplained.access import Access, Explanation
from sminion_guard.audit.unexplained.score import Feature, Peers


@dataclass(frozen=True, slots=True)
class Ranked:
    """One access that nothing explains; ``features`` with the rarest first."""

    access: Access
    features: tuple[Feature, ...]

    @property
    def score(self) -> float:
        """Sum over the features."""
        return sum(feature.score for feature in self.features)


@dataclass(slots=True)
class Unit:
    """How many accesses of a unit for a purpose were judged, and how many of them nothing explains."""

    judged: int = 0
    unexplained: int = 0
    deleted: int = 0


@dataclass(slots=True)
class Found:
    """What a period has.

    :param units: by unit and purpose.
    :param unjudged: purpose to its accesses, where the policy does not say what explains them.
    :param outside: accesses without a ticket, those whose tickets are in another database, and results that do not list
        all people.
    """

    act: int
    ranked: list[Ranked] = field(default_factory=list)
    explanations: tuple[Explanation, ...] = ()
    units: dict[tuple[str | None, str], Unit] = field(default_factory=dict)
    unjudged: dict[str, int] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)

    def only(self, unit: str | None = None, purpose: str | None = None) -> Found:
        """What concerns a unit or a purpose. Scores stay those among all that were counted."""
        def wanted(key: tuple[str | None, str]) -> bool:
            return unit in (None, key[0]) and purpose in (None, key[1])

        return replace(
            self, ranked=[each for each in self.ranked if wanted((each.access.unit, each.access.purpose))],
            units={key: counted for key, counted in self.units.items() if wanted(key)},
            unjudged={name: many for name, many in self.unjudged.items() if purpose in (None, name)})


def find(log: Log) -> Found:
    """What the period of a question has, which is on record."""
    found = rank(log.accesses(Access), log.act)
    found.explanations = tuple(log.explanations(Explanation))
    found.outside = log.outside()
    return found


def rank(accesses: Iterable[Access], act: int = 0) -> Found:
    """Ranks, the rarest first; of equal ones the older."""
    found, peers = Found(act), Peers()
    for access in accesses:
        if not access.judged:
            found.unjudged[access.purpose] = found.unjudged.get(access.purpose, 0) + 1
            continue
        peers.add(access)
        unit = found.units.setdefault((access.unit, access.purpose), Unit())
        unit.judged += 1
        unit.unexplained += access.explained_by is None
        unit.deleted += access.deleted
    found.ranked = sorted(_ranked(peers), key=lambda each: (-each.score, each.access.at, each.access.ticket))
    return found


def _ranked(peers: Peers) -> Iterator[Ranked]:
    for access, features in peers.scored():
        yield Ranked(access, tuple(sorted(features, key=lambda each: each.p)))
