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
from sminion_guard.policy.compartments import MAX_COMPARTMENTS, clash, maximal_cliques, merge_graph
from tests.policies import policy, purpose

PURPOSES = [f"p{number}" for number in range(6)]
SCHEMAS = ["s0", "s1", "s2", "s3", "s3.a", "s3.b", "s4.a", "s4.b", "s4.c"]
"""Schemas, tables beside the schema that speaks for the others, and tables alone: at most 3^(9/3) = 27 compartments."""

pairs = st.tuples(st.sampled_from(PURPOSES), st.sampled_from(PURPOSES))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    collected = st.lists(st.sampled_from(PURPOSES), max_size=3, unique=True)
    names = draw(st.lists(st.sampled_from(SCHEMAS), min_size=1, unique=True))
    said = {name: draw(collected) for name in sorted(names)}
    for name in said:
        schema, _, table = name.partition(".")
        if table and schema in said:  # narrower only: the checks see to it
            said[name] = [entry for entry in said[name] if entry in said[schema]]
    return policy(
        said,
        purposes=PURPOSES,
        compatible=draw(st.lists(pairs, max_size=6)),
        merge_only=draw(st.lists(pairs, max_size=3)),
        further=draw(st.lists(pairs, max_size=3)),
    )


def worlds(found: tuple[Compartment, ...]) -> set[tuple[str, tuple[str, ...]]]:
    return {(compartment.purpose, compartment.collections) for compartment in found}


@given(policies())
def test_no_compartment_holds_an_incompatible_pair(drawn: Policy) -> None:
    for found in compartments(drawn):
        assert all(mergeable(drawn, left, right) for left, right in combinations(found.collections, 2))


@given(policies())
def test_everything_reachable_is_in_a_compartment_and_no_other_is(drawn: Policy) -> None:
    for name in drawn.purposes:
        covered = {held for found in compartments_of(drawn, name) for held in found.collections}
        assert covered == reaches(drawn, name)


@given(policies())
def test_compartments_are_maximal(drawn: Policy) -> None:
    for found in compartments(drawn):
        for outside in reaches(drawn, found.purpose) - set(found.collections):
            assert not all(mergeable(drawn, outside, inside) for inside in found.collections)


@given(policies())
def test_no_maximal_set_is_missing(drawn: Policy) -> None:
    """Against the definition itself: every subset of what is reachable is tried."""
    for name in drawn.purposes:
        reached = sorted(reaches(drawn, name))
        sets = [set(some) for size in range(1, len(reached) + 1) for some in combinations(reached, size)
                if all(mergeable(drawn, left, right) for left, right in combinations(some, 2))]
        largest = {tuple(sorted(some)) for some in sets if not any(some < other for other in sets)}
        assert {found.collections for found in compartments_of(drawn, name)} == largest


@given(policies(), pairs, st.booleans())
def test_another_compatible_pair_never_removes_an_access(drawn: Policy, pair: tuple[str, str], only: bool) -> None:
    wider = replace(drawn, compatible=(*drawn.compatible, Compatible(pair, "why", merge_only=only)))
    after = compartments(wider)
    for before in compartments(drawn):
        assert any(
            before.purpose == found.purpose and set(before.collections) <= set(found.collections) for found in after
        ), before


@given(policies(), st.permutations(PURPOSES))
def test_renaming_purposes_keeps_the_result(drawn: Policy, names: list[str]) -> None:
    new = dict(zip(PURPOSES, names, strict=True))

    def renamed_set(purposes: frozenset[str]) -> frozenset[str]:
        return frozenset(new[entry] for entry in purposes)

    renamed = replace(
        drawn,
        purposes=MappingProxyType({new[name]: purpose(new[name]) for name in drawn.purposes}),
        schemas=MappingProxyType({
            name: Schema(name, renamed_set(schema.collected_for), MappingProxyType({
                entry: replace(table, collected_for=renamed_set(table.collected_for or frozenset()))
                for entry, table in schema.tables.items()
            }))
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
    graph = merge_graph(drawn, drawn.collections)
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


@given(policies())
def test_a_schema_is_in_every_compartment_that_holds_a_table_of_it(drawn: Policy) -> None:
    """So the names of schemas and tables tell a compartment, and a function of a schema has one place."""
    for found in compartments(drawn):
        for name in found.collections:
            schema = drawn.collections[name].schema
            assert schema in found.collections or not drawn.schemas[schema].collected_for
        assert set(found.schemas) == {drawn.collections[name].schema for name in found.collections}


@given(policies())
def test_the_names_of_a_compartment_choose_it_and_no_other(drawn: Policy) -> None:
    """As `sminion.open_ticket` compares them."""
    for found in compartments(drawn):
        fit = [
            other.role for other in compartments_of(drawn, found.purpose)
            if set(found.collections) <= {*other.schemas, *other.collections}
        ]
        assert fit == [found.role]


@given(policies())
def test_roles_clash_when_something_of_one_may_not_meet_something_of_the_other(drawn: Policy) -> None:
    found = compartments(drawn)
    for left, right in combinations(found, 2):
        met = all(mergeable(drawn, a, b) for a in left.collections for b in right.collections)
        assert clash(drawn, left, right) is not met


@given(st.lists(st.lists(st.sampled_from(PURPOSES), min_size=1, max_size=3, unique=True), min_size=1, max_size=6),
       st.lists(pairs, max_size=6), st.lists(pairs, max_size=3))
def test_tables_of_one_schema_are_kept_apart_as_schemas_are(
    collected: list[list[str]], declared: list[tuple[str, str]], further: list[tuple[str, str]]
) -> None:
    def held(prefix: str) -> set[tuple[str, tuple[str, ...]]]:
        made = policy({f"{prefix}{number}": entry for number, entry in enumerate(collected)}, purposes=PURPOSES,
                      compatible=declared, further=further)
        return {(purpose, tuple(name.removeprefix(prefix) for name in names))
                for purpose, names in worlds(compartments(made))}

    assert held("public.t") == held("s")
