"""Why two schemas or tables may or may not be merged, along the declared pairs, and what would have to be declared."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import product

from sminion_guard.policy.compartments import collection, compartments, mergeable, reaches
from sminion_guard.policy.model import Compatible, Policy


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer of `policy explain A B`, with its reasons.

    :param schema_a: one schema or table, as it was asked for.
    :param schema_b: the other.
    :param same: whether both belong to one collection: they are one schema, or of one schema that speaks for them.
    :param mergeable: whether their data may meet in one statement.
    :param shared: purposes that both were collected for, sorted.
    :param pairs: declared pairs that join a purpose of one with a purpose of the other.
    :param roles: compartment roles that hold both, sorted.
    :param apart: purposes that reach both, but never together, sorted.
    :param chain: purposes from one schema to the other along several declared pairs; compatibility does not chain.
    :param needed: pairs of purposes of which one would have to be declared compatible, sorted.
    """

    schema_a: str
    schema_b: str
    same: bool
    mergeable: bool
    shared: tuple[str, ...]
    pairs: tuple[Compatible, ...]
    roles: tuple[str, ...]
    apart: tuple[str, ...]
    chain: tuple[str, ...]
    needed: tuple[tuple[str, str], ...]


def explain(policy: Policy, schema_a: str, schema_b: str) -> Explanation:
    """Explain whether ``schema_a`` and ``schema_b`` may be merged; each is a schema, or a table ``schema.table``.

    :raises PolicyError: for a name the policy does not know.
    """
    allowed = mergeable(policy, schema_a, schema_b)
    sides = collection(policy, schema_a), collection(policy, schema_b)
    first, second = (side.collected_for for side in sides)
    both = {side.name for side in sides}
    roles = tuple(found.role for found in compartments(policy) if both <= set(found.collections))
    return Explanation(
        schema_a=schema_a,
        schema_b=schema_b,
        same=len(both) == 1,
        mergeable=allowed,
        shared=tuple(sorted(first & second)),
        pairs=tuple(pair for pair in policy.compatible if _joins(pair, first, second)),
        roles=roles,
        apart=() if allowed else tuple(sorted(name for name in policy.purposes if both <= reaches(policy, name))),
        chain=() if allowed else _chain(policy, first, second),
        needed=() if allowed else tuple(sorted(product(first, second))),
    )


def _joins(pair: Compatible, first: frozenset[str], second: frozenset[str]) -> bool:
    left, right = pair.purposes
    return (left in first and right in second) or (left in second and right in first)


def _chain(policy: Policy, start: frozenset[str], goal: frozenset[str]) -> tuple[str, ...]:
    """The shortest way from a purpose of ``start`` to one of ``goal`` along declared pairs; empty without one."""
    ways: deque[tuple[str, ...]] = deque((purpose,) for purpose in sorted(start))
    seen = set(start)
    while ways:
        way = ways.popleft()
        if way[-1] in goal:
            return way
        for pair in sorted(policy.compatible, key=lambda pair: sorted(pair.purposes)):
            if way[-1] in pair.purposes:
                onward = pair.purposes[1] if way[-1] == pair.purposes[0] else pair.purposes[0]
                if onward not in seen:
                    seen.add(onward)
                    ways.append((*way, onward))
    return ()
