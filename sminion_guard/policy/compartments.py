"""From declared purposes to compartments: which schemas a purpose reaches and which of them may be merged.

A compartment is a purpose with one maximal set of pairwise mergeable schemas that it reaches; it compiles to one role.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from sminion_guard.errors import PolicyError
from sminion_guard.policy.findings import suggestion
from sminion_guard.policy.model import Policy
from sminion_guard.policy.names import compartment_role

MAX_COMPARTMENTS = 32
"""Most compartments of one purpose: more are no policy anybody can review, and their number can grow as 3^(n/3)."""

_PAIRS_SHOWN = 6

Graph = Mapping[str, frozenset[str]]
"""Schema to the other schemas it may be merged with."""


@dataclass(frozen=True, slots=True)
class Compartment:
    """One role's world.

    :param role: name of the NOLOGIN role.
    :param purpose: the purpose it acts for.
    :param schemas: the schemas it may use, sorted, pairwise mergeable.
    """

    role: str
    purpose: str
    schemas: tuple[str, ...]


class TooManyCompartments(PolicyError):
    """One purpose reaches schemas that fall into more than :data:`MAX_COMPARTMENTS` compartments."""


def mergeable(policy: Policy, schema_a: str, schema_b: str) -> bool:
    """Whether data of the two schemas may meet in one statement.

    They may when they are the same, share a purpose, or a purpose of one is declared compatible with one of the other.

    :raises PolicyError: for a schema the policy does not know.
    """
    first, second = _collected_for(policy, schema_a), _collected_for(policy, schema_b)
    if schema_a == schema_b or first & second:
        return True
    return any(
        (left in first and right in second) or (left in second and right in first)
        for left, right in (pair.purposes for pair in policy.compatible)
    )


def reaches(policy: Policy, purpose: str) -> frozenset[str]:
    """The schemas whose data ``purpose`` may use: its own, those of compatible purposes, and those that may serve it.

    :raises PolicyError: for a purpose the policy does not know.
    """
    _known_purpose(policy, purpose)
    usable = {purpose}
    for pair in policy.compatible:
        if not pair.merge_only and purpose in pair.purposes:
            usable.update(pair.purposes)
    usable.update(entry.data_of for entry in policy.further if purpose in entry.may_serve)
    return frozenset(name for name, schema in policy.schemas.items() if schema.collected_for & usable)


def collects_in(policy: Policy, purpose: str) -> frozenset[str]:
    """The schemas collected for ``purpose`` itself: only there may it collect, clarify or delete.

    :raises PolicyError: for a purpose the policy does not know.
    """
    _known_purpose(policy, purpose)
    return frozenset(name for name, schema in policy.schemas.items() if purpose in schema.collected_for)


def merge_graph(policy: Policy, schemas: Iterable[str]) -> Graph:
    """The mergeability of ``schemas`` with one another."""
    neighbours: dict[str, set[str]] = {name: set() for name in sorted(schemas)}
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
    graph = merge_graph(policy, reaches(policy, purpose))
    cliques = maximal_cliques(graph, MAX_COMPARTMENTS)
    if cliques is None:
        raise _explosion(purpose, graph)
    alone = len(cliques) == 1
    found = [
        Compartment(compartment_role(policy.name, purpose, clique, alone=alone), purpose, tuple(sorted(clique)))
        for clique in cliques
    ]
    return tuple(sorted(found, key=lambda compartment: compartment.role))


def compartments(policy: Policy) -> tuple[Compartment, ...]:
    """The compartments of every purpose, sorted by role.

    :raises TooManyCompartments: when a purpose has more than :data:`MAX_COMPARTMENTS`.
    """
    found = [compartment for purpose in policy.purposes for compartment in compartments_of(policy, purpose)]
    return tuple(sorted(found, key=lambda compartment: compartment.role))


def _explosion(purpose: str, graph: Graph) -> TooManyCompartments:
    pairs = [(left, right) for left, right in combinations(graph, 2) if right not in graph[left]]
    shown = ", ".join(f"`{left}` and `{right}`" for left, right in pairs[:_PAIRS_SHOWN])
    rest = f" and {len(pairs) - _PAIRS_SHOWN} more pairs" if len(pairs) > _PAIRS_SHOWN else ""
    return TooManyCompartments(
        "SG321",
        f"purpose `{purpose}` falls into more than {MAX_COMPARTMENTS} compartments",
        detail=f"it reaches {len(graph)} schemas, of which these may not be merged: {shown}{rest}",
        hint="declare some of these purposes compatible, or let the purpose reach fewer schemas",
    )


def _collected_for(policy: Policy, schema: str) -> frozenset[str]:
    if schema not in policy.schemas:
        raise PolicyError("SG326", f"unknown schema `{schema}`", hint=suggestion(schema, policy.schemas.keys()))
    return policy.schemas[schema].collected_for


def _known_purpose(policy: Policy, purpose: str) -> None:
    if purpose not in policy.purposes:
        raise PolicyError("SG308", f"unknown purpose `{purpose}`", hint=suggestion(purpose, policy.purposes.keys()))
