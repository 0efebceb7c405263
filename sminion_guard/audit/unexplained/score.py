"""How rare an access is among those of peers: actors of the same unit who act for the same purpose.

The score is the sum of -ln p over seven features. Nothing is learnt or weighted: every p is a share of the same period,
which can be counted again by hand.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sminion_guard.audit.unexplained.access import Access
from sminion_guard.audit.unexplained.contacts import WORDS, Contacts
from sminion_guard.audit.unexplained.shares import Peer, Shares, Tails


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing about an access.

    :param p: how often it is so among peers.
    """

    name: str
    p: float
    words: str

    @property
    def score(self) -> float:
        """How much it adds."""
        return -math.log(self.p)


class Peers:
    """What was counted of a period. First all accesses are added, then those without an explanation are scored."""

    def __init__(self) -> None:
        self.unexplained: list[Access] = []
        self._explained = Shares()
        self._hours = Shares()
        self._relations = Shares()
        self._days: set[tuple[Peer, str, date]] = set()
        self._contacts = Contacts()

    def add(self, access: Access) -> None:
        """Count one access."""
        peer = _peer(access)
        at = _utc(access)
        self._explained.add(peer, access.explained_by is not None)
        self._hours.add(peer, at.hour)
        self._relations.add(peer, access.relations)
        self._days.add((peer, access.actor, at.date()))
        if access.explained_by is None:
            self.unexplained.append(access)
        else:
            self._contacts.add(access)

    def scored(self) -> Iterator[tuple[Access, tuple[Feature, ...]]]:
        """Each access without an explanation, with its features."""
        of_day = Counter((_peer(each), each.actor, _utc(each).date()) for each in self.unexplained)
        of_pair = Counter((_peer(each), each.actor, each.subject) for each in self.unexplained)
        actors = defaultdict[tuple[str, str], set[str]](set)
        for each in self.unexplained:
            actors[each.purpose, each.subject].add(each.actor)
        days = Tails((key[0], of_day[key]) for key in self._days)
        pairs = Tails((peer, many) for (peer, _, _), many in of_pair.items())
        curious = Tails((_peer(each), len(actors[each.purpose, each.subject])) for each in self.unexplained)
        distances = [self._contacts.distance(each) for each in self.unexplained]
        distant = Tails((_peer(each), distance) for each, distance in zip(self.unexplained, distances, strict=True))
        for each, distance in zip(self.unexplained, distances, strict=True):
            peer, at = _peer(each), _utc(each)
            many = of_day[peer, each.actor, at.date()]
            again = of_pair[peer, each.actor, each.subject]
            interested = len(actors[each.purpose, each.subject])
            yield each, (
                _said("unexplained", self._explained.of(peer, False), "accesses that nothing explains"),
                _said("hour", self._hours.of(peer, at.hour), f"accesses from {at.hour:02}:00 to {at.hour:02}:59 UTC"),
                _said("relations", self._relations.of(peer, each.relations), f"accesses to {each.relations} alone"),
                _said("person", distant.of(peer, distance), f"unexplained accesses {WORDS[distance]}"),
                _said("day", days.of(peer, many), f"days of an actor with {many:,} unexplained accesses or more"),
                _said("again", pairs.of(peer, again),
                      f"pairs of an actor and a person with {again:,} unexplained accesses or more"),
                _said("actors", curious.of(peer, interested),
                      f"unexplained accesses to people whom {interested:,} actors or more accessed so"),
            )


def _said(name: str, p: float, what: str) -> Feature:
    return Feature(name, p, f"{100 * p:.3g} % of its peers' {what}")


def _peer(access: Access) -> Peer:
    return access.unit, access.purpose


def _utc(access: Access) -> datetime:
    return access.at.astimezone(UTC)
