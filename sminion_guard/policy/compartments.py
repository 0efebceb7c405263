"""From declared purposes to compartments: which collections a purpose reaches and which of them may be merged.

A collection is a schema, or a table that names its own purposes. A compartment is a purpose with one maximal set of
pairwise mergeable collections that it reaches; it compiles to one role.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from sminion_guard.errors import PolicyError
from sminion_guard.policy.findings import suggestion
from sminion_guard.policy.model import Collection, Login, Policy
from sminion_guard.policy.names import compartment_role
from sminion_guard.policy.permission import transferring

MAX_COMPARTMENTS = 32
"""Maximum number of compartments of one purpose. Nobody could review more, and their number can grow as 3^(n/3)."""

_PAIRS_SHOWN = 6

Graph = Mapping[str, frozenset[str]]
"""Collection to the other collections it may be merged with."""


@dataclass(frozen=True, slots=True)
class Compartment:
    """One purpose with one maximal set of mergeable collections; one database role.

    :param role: name of the NOLOGIN role.
    :param purpose: the purpose it acts for.
    :param collections: the names of what it holds, sorted, pairwise mergeable.
    :param schemas: the schemas in which that lies, sorted. Of a schema it may hold some tables only.
    :param recipient: for a recipient's compartment, which is entered by exports to it alone, its name.
    """

    role: str
    purpose: str
    collections: tuple[str, ...]
    schemas: tuple[str, ...]
    recipient: str | None = None


class TooManyCompartments(PolicyError):
    """One purpose reaches collections that fall into more than :data:`MAX_COMPARTMENTS` compartments."""


def collection(policy: Policy, name: str) -> Collection:
    """The collection that ``name`` means: a schema, or the one that table ``schema.table`` belongs to.

    :raises PolicyError: for a name the policy does not know.
    """
    found = policy.collections.get(name)
    if found is not None:
        return found
    tables = {table.qualified: table for table in policy.tables()}
    if name in tables:
        return policy.collection_of(tables[name])
    known = tables.keys() if "." in name else policy.schemas.keys()
    kind = "table" if "." in name else "schema"
    raise PolicyError("SG326", f"unknown {kind} `{name}`", hint=suggestion(name, known))


def mergeable(policy: Policy, name_a: str, name_b: str) -> bool:
    """Whether data of the two collections may meet in one statement.

    They may when they are the same, share a purpose, or a purpose of one is declared compatible with one of the other.

    :raises PolicyError: for a name the policy does not know.
    """
    first, second = collection(policy, name_a), collection(policy, name_b)
    return first.name == second.name or _compatible(policy, first.collected_for, second.collected_for)


def _compatible(policy: Policy, first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether two sets of purposes share one, or a purpose of one is declared compatible with one of the other."""
    if not first.isdisjoint(second):
        return True
    return any(
        (left in first and right in second) or (left in second and right in first)
        for left, right in (pair.purposes for pair in policy.compatible)
    )


def clash(policy: Policy, first: Compartment, second: Compartment) -> bool:
    """Whether something of one compartment may not be merged with something of the other."""
    sides = [{policy.collections[name].collected_for for name in side.collections} for side in (first, second)]
    return not all(_compatible(policy, left, right) for left in sides[0] for right in sides[1])


def representatives(policy: Policy, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Of the named collections one for each set of purposes, the first by name, with all that have the same set.

    What was collected for the same purposes may be merged with the same others: where a hundred tables name their own
    purposes, there are few sets to compare.
    """
    alike: dict[frozenset[str], list[str]] = {}
    for name in sorted(names):
        alike.setdefault(policy.collections[name].collected_for, []).append(name)
    return {members[0]: tuple(members) for members in alike.values()}


def reaches(policy: Policy, purpose: str) -> frozenset[str]:
    """The collections that ``purpose`` may use: its own, those of compatible purposes, and those that may serve it.

    :raises PolicyError: for a purpose the policy does not know.
    """
    _known_purpose(policy, purpose)
    usable = _usable(policy, purpose)
    return frozenset(name for name, entry in policy.collections.items() if entry.collected_for & usable)


def reaches_one(policy: Policy, purpose: str, one: Collection) -> bool:
    """Whether ``one`` is among what :func:`reaches` gives, without a look at all others."""
    _known_purpose(policy, purpose)
    return not one.collected_for.isdisjoint(_usable(policy, purpose))


def collects_in(policy: Policy, purpose: str) -> frozenset[str]:
    """The collections that were collected for ``purpose`` itself. Only there may it collect, clarify or delete.

    :raises PolicyError: for a purpose the policy does not know.
    """
    _known_purpose(policy, purpose)
    return frozenset(name for name, entry in policy.collections.items() if purpose in entry.collected_for)


def collects_in_one(policy: Policy, purpose: str, one: Collection) -> bool:
    """Whether ``one`` is among what :func:`collects_in` gives, without a look at all others."""
    _known_purpose(policy, purpose)
    return purpose in one.collected_for


def merge_graph(policy: Policy, names: Iterable[str]) -> Graph:
    """The mergeability of the named collections with one another."""
    neighbours: dict[str, set[str]] = {name: set() for name in sorted(names)}
    for left, right in combinations(neighbours, 2):
        if mergeable(policy, left, right):
            neighbours[left].add(right)
            neighbours[right].add(left)
    return {name: frozenset(others) for name, others in neighbours.items()}


def maximal_cliques(graph: Graph, limit: int) -> tuple[frozenset[str], ...] | None:
    """Every maximal clique of ``graph``, or None when there are more than ``limit``.

    Vertices are added one by one to a list of cliques that is right for the vertices so far. A maximal clique of a part
    lies in a maximal clique of the whole, in a different one for each, so the list never shrinks: when it passes the
    limit the answer is known, and the time is polynomial. (Bron-Kerbosch may search exponentially before its 33rd.)
    """
    cliques: list[frozenset[str]] = []
    for vertex, neighbours in sorted(graph.items()):
        grown = {clique & neighbours | {vertex} for clique in cliques} or {frozenset({vertex})}
        cliques = [clique for clique in cliques if not clique <= neighbours]
        cliques += [clique for clique in grown if not any(clique < other for other in grown)]
        if len(cliques) > limit:
            return None
    return tuple(sorted(cliques, key=sorted))


def compartments_of(policy: Policy, purpose: str) -> tuple[Compartment, ...]:
    """The compartments of one purpose, sorted by role; none when it reaches nothing.

    :raises TooManyCompartments: for more than :data:`MAX_COMPARTMENTS`.
    :raises PolicyError: for a purpose the policy does not know.
    """
    reached = reaches(policy, purpose)
    alike = representatives(policy, reached)
    cliques = maximal_cliques(merge_graph(policy, alike), MAX_COMPARTMENTS)
    if cliques is None:
        raise _explosion(policy, purpose, merge_graph(policy, reached))
    found = []
    for clique in cliques:
        held = sorted(member for name in clique for member in alike[name])
        role = compartment_role(policy.name, purpose, held, alone=len(cliques) == 1)
        schemas = {policy.collections[name].schema for name in held}
        found.append(Compartment(role, purpose, tuple(held), tuple(sorted(schemas))))
    return tuple(sorted(found, key=lambda compartment: compartment.role))


def compartments(policy: Policy) -> tuple[Compartment, ...]:
    """The compartments of every purpose, sorted by role.

    :raises TooManyCompartments: when a purpose has more than :data:`MAX_COMPARTMENTS`.
    """
    found = [compartment for purpose in policy.purposes for compartment in compartments_of(policy, purpose)]
    return tuple(sorted(found, key=lambda compartment: compartment.role))


def recipient_compartments(policy: Policy) -> tuple[Compartment, ...]:
    """The compartments of every recipient, sorted by role: those of each purpose that data are sent to it for.

    They hold what those of the purpose hold, and give of it what the recipient may get.
    """
    found = []
    for recipient in policy.recipients.values():
        for purpose in transferring(policy, recipient):
            own = compartments_of(policy, purpose)
            found += [
                replace(entry, recipient=recipient.name, role=compartment_role(
                    policy.name, purpose, entry.collections, alone=len(own) == 1, recipient=recipient.name))
                for entry in own
            ]
    return tuple(sorted(found, key=lambda compartment: compartment.role))


def holds(login: Login, compartment: Compartment) -> bool:
    """Whether a login may enter a compartment: that of a purpose by tickets, that of a recipient by exports."""
    if compartment.recipient is None:
        return compartment.purpose in login.purposes
    return compartment.recipient in login.transfers_to


def _explosion(policy: Policy, purpose: str, graph: Graph) -> TooManyCompartments:
    pairs = [(left, right) for left, right in combinations(graph, 2) if right not in graph[left]]
    shown = ", ".join(f"`{left}` and `{right}`" for left, right in pairs[:_PAIRS_SHOWN])
    rest = f" and {len(pairs) - _PAIRS_SHOWN} more pairs" if len(pairs) > _PAIRS_SHOWN else ""
    kinds = "schemas" if graph.keys() <= policy.schemas.keys() else "schemas and tables"
    return TooManyCompartments(
        "SG321",
        f"purpose `{purpose}` falls into more than {MAX_COMPARTMENTS} compartments",
        detail=f"it reaches {len(graph)} {kinds}, of which these may not be merged: {shown}{rest}",
        hint="declare some of these purposes compatible, or let the purpose reach fewer schemas",
    )


def _usable(policy: Policy, purpose: str) -> set[str]:
    """The purposes for which data may have been collected that ``purpose`` uses."""
    usable = {purpose}
    for pair in policy.compatible:
        if not pair.merge_only and purpose in pair.purposes:
            usable.update(pair.purposes)
    usable.update(entry.data_of for entry in policy.further if purpose in entry.may_serve)
    return usable


def _known_purpose(policy: Policy, purpose: str) -> None:
    if purpose not in policy.purposes:
        raise PolicyError("SG308", f"unknown purpose `{purpose}`", hint=suggestion(purpose, policy.purposes.keys()))
