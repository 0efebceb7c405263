"""Compartments of arbitrary policies: what must hold whatever is declared."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from sminion_guard.policy import (
    Compartment,
    Compatible,
    Policy,
    Schema,
    TooManyCompartments,
    compartments,
    compartments_of,
    mergeable,
    reaches,
)
from sminion_guard.policy.compartments import MAX_COMPARTMENTS, maximal_cliques, merge_graph
from tests.policies import policy, purpose

PURPOSES = [f"p{number}" for number in range(6)]
SCHEMAS = [f"s{number}" for number in range(7)]  # at most 3^(7/3) = 12 compartments: never too many

pairs = st.tuples(st.sampled_from(PURPOSES), st.sampled_from(PURPOSES))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    collected = st.lists(st.sampled_from(PURPOSES), max_size=3, unique=True)
    names = draw(st.lists(st.sampled_from(SCHEMAS), min_size=1, unique=True))
    return policy(
        {name: draw(collected) for name in names},
        purposes=PURPOSES,
        compatible=draw(st.lists(pairs, max_size=6)),
        merge_only=draw(st.lists(pairs, max_size=3)),
        further=draw(st.lists(pairs, max_size=3)),
    )


def worlds(found: tuple[Compartment, ...]) -> set[tuple[str, tuple[str, ...]]]:
    return {(compartment.purpose, compartment.schemas) for compartment in found}


@given(policies())
def test_no_compartment_holds_an_incompatible_pair(drawn: Policy) -> None:
    for found in compartments(drawn):
        assert all(mergeable(drawn, left, right) for left, right in combinations(found.schemas, 2))


@given(policies())
def test_every_reachable_schema_is_in_a_compartment_and_no_other_is(drawn: Policy) -> None:
    for name in drawn.purposes:
        covered = {schema for found in compartments_of(drawn, name) for schema in found.schemas}
        assert covered == reaches(drawn, name)


@given(policies())
def test_compartments_are_maximal(drawn: Policy) -> None:
    for found in compartments(drawn):
        for outside in reaches(drawn, found.purpose) - set(found.schemas):
            assert not all(mergeable(drawn, outside, inside) for inside in found.schemas)


@given(policies())
def test_no_maximal_set_is_missing(drawn: Policy) -> None:
    """Against the definition itself: every subset of the reachable schemas is tried."""
    for name in drawn.purposes:
        reached = sorted(reaches(drawn, name))
        sets = [set(some) for size in range(1, len(reached) + 1) for some in combinations(reached, size)
                if all(mergeable(drawn, left, right) for left, right in combinations(some, 2))]
        largest = {tuple(sorted(some)) for some in sets if not any(some < other for other in sets)}
        assert {found.schemas for found in compartments_of(drawn, name)} == largest


@given(policies(), pairs, st.booleans())
def test_another_compatible_pair_never_removes_an_access(drawn: Policy, pair: tuple[str, str], only: bool) -> None:
    wider = replace(drawn, compatible=(*drawn.compatible, Compatible(pair, "why", merge_only=only)))
    after = compartments(wider)
    for before in compartments(drawn):
        assert any(
            before.purpose == found.purpose and set(before.schemas) <= set(found.schemas) for found in after
        ), before


@given(policies(), st.permutations(PURPOSES))
def test_renaming_purposes_keeps_the_result(drawn: Policy, names: list[str]) -> None:
    new = dict(zip(PURPOSES, names, strict=True))
    renamed = replace(
        drawn,
        purposes=MappingProxyType({new[name]: purpose(new[name]) for name in drawn.purposes}),
        schemas=MappingProxyType({
            name: Schema(name, frozenset(new[entry] for entry in schema.collected_for), schema.tables)
            for name, schema in drawn.schemas.items()
        }),
        compatible=tuple(
            replace(pair, purposes=(new[pair.purposes[0]], new[pair.purposes[1]])) for pair in drawn.compatible
        ),
        further=tuple(
            replace(entry, data_of=new[entry.data_of], may_serve=tuple(new[name] for name in entry.may_serve))
            for entry in drawn.further
        ),
    )
    assert {(new[name], schemas) for name, schemas in worlds(compartments(drawn))} == worlds(compartments(renamed))
    tails = {(new[found.purpose], found.role.removeprefix(f"shop_{found.purpose}")) for found in compartments(drawn)}
    assert tails == {
        (found.purpose, found.role.removeprefix(f"shop_{found.purpose}")) for found in compartments(renamed)}


@given(policies(), st.randoms(use_true_random=False))
def test_reordering_the_file_keeps_names_and_all(drawn: Policy, random: object) -> None:
    def shuffled(entries: list) -> list:  # type: ignore[type-arg]
        random.shuffle(entries)  # type: ignore[attr-defined]
        return entries

    reordered = replace(
        drawn,
        purposes=MappingProxyType(dict(shuffled(list(drawn.purposes.items())))),
        schemas=MappingProxyType(dict(shuffled(list(drawn.schemas.items())))),
        compatible=tuple(
            replace(pair, purposes=pair.purposes[::-1]) for pair in shuffled(list(drawn.compatible))  # type: ignore[arg-type]
        ),
        further=tuple(shuffled(list(drawn.further))),
    )
    assert compartments(reordered) == compartments(drawn)


@given(policies())
def test_roles_are_different_and_fit_postgresql(drawn: Policy) -> None:
    roles = [found.role for found in compartments(drawn)]
    assert len(set(roles)) == len(roles)
    assert roles == sorted(roles)
    assert all(len(role.encode()) <= 63 for role in roles)


@given(policies())
def test_the_limit_stops_exactly_when_there_are_more(drawn: Policy) -> None:
    graph = merge_graph(drawn, drawn.schemas)
    everything = maximal_cliques(graph, MAX_COMPARTMENTS)
    assert everything is not None
    assert maximal_cliques(graph, len(everything)) == everything
    assert maximal_cliques(graph, len(everything) - 1) is None


@given(st.integers(2, 40), st.data())
def test_a_purpose_with_too_many_compartments_is_refused_not_cut(count: int, data: st.DataObject) -> None:
    names = data.draw(st.permutations([f"q{number}" for number in range(count)]))
    star = policy({f"s{name}": [name] for name in names}, purposes=["all"], further=[(name, "all") for name in names])
    try:
        found = len(compartments_of(star, "all"))
    except TooManyCompartments:
        found = None
    assert found == (count if count <= MAX_COMPARTMENTS else None)
