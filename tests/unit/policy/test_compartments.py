"""Compartments: what a purpose reaches, what may be merged, and how roles are called."""

from __future__ import annotations

import time

import pytest

from sminion_guard.errors import PolicyError
from sminion_guard.policy import (
    Compartment,
    TooManyCompartments,
    collects_in,
    compartments,
    compartments_of,
    mergeable,
    reaches,
)
from sminion_guard.policy.names import compartment_role
from tests.policies import policy


def test_schemas_that_share_a_purpose_may_be_merged() -> None:
    assert mergeable(policy({"a": ["x", "y"], "b": ["y"]}), "a", "b")


def test_schemas_without_a_shared_or_declared_purpose_may_not_be_merged() -> None:
    assert not mergeable(policy({"a": ["x"], "b": ["y"]}), "a", "b")


def test_a_declared_pair_is_symmetric_for_merging() -> None:
    declared = policy({"a": ["x"], "b": ["y"]}, compatible=[("x", "y")])
    assert mergeable(declared, "a", "b")
    assert mergeable(declared, "b", "a")


def test_compatibility_does_not_chain() -> None:
    chain = policy({"a": ["x"], "b": ["y"], "c": ["z"]}, compatible=[("x", "y"), ("y", "z")])
    assert not mergeable(chain, "a", "c")


def test_a_pair_for_merging_only_merges_but_gives_no_use() -> None:
    limited = policy({"a": ["x"], "b": ["y"]}, merge_only=[("x", "y")])
    assert mergeable(limited, "a", "b")
    assert reaches(limited, "x") == {"a"}


def test_a_further_use_is_directed_and_merges_nothing() -> None:
    served = policy({"a": ["care"], "b": ["fraud"]}, further=[("care", "fraud")])
    assert reaches(served, "fraud") == {"a", "b"}
    assert reaches(served, "care") == {"a"}
    assert not mergeable(served, "a", "b")
    assert [found.schemas for found in compartments_of(served, "fraud")] == [("a",), ("b",)] or [
        found.schemas for found in compartments_of(served, "fraud")] == [("b",), ("a",)]


def test_a_schema_collected_for_nothing_is_reached_by_nobody_and_merged_with_nothing_else() -> None:
    logs = policy({"a": ["x"], "web_log": []})
    assert reaches(logs, "x") == {"a"}
    assert mergeable(logs, "web_log", "web_log")
    assert not mergeable(logs, "web_log", "a")


def test_a_purpose_collects_only_where_data_was_collected_for_itself() -> None:
    declared = policy({"a": ["x"], "b": ["y"], "c": ["z"]}, compatible=[("x", "y")], further=[("z", "x")])
    assert reaches(declared, "x") == {"a", "b", "c"}
    assert collects_in(declared, "x") == {"a"}


def test_one_compartment_is_called_after_its_purpose() -> None:
    assert compartments(policy({"a": ["x"], "b": ["x"]})) == (
        Compartment("shop_x", "x", ("a", "b"), ("a", "b")),)


def test_several_compartments_carry_a_hash_of_their_schemas() -> None:
    served = policy({"b": ["y"], "a": ["x"]}, further=[("y", "x")])
    # printf a | sha256sum; printf b | sha256sum
    assert {(found.role, found.schemas) for found in compartments_of(served, "x")} == {
        ("shop_x_ca978112", ("a",)), ("shop_x_3e23e816", ("b",))}


def test_the_longest_names_fit_into_63_bytes_and_stay_apart() -> None:
    names = {
        compartment_role("p" * 20, "q" * 39 + end, [schema], alone=alone)
        for end in "ab" for schema in ("one", "two") for alone in (False,)
    }
    assert len(names) == 4
    assert all(len(name.encode()) <= 63 for name in names)
    assert compartment_role("p" * 20, "q" * 40, ["one"], alone=True) == "p" * 20 + "_" + "q" * 40


def test_the_order_of_schemas_changes_no_name() -> None:
    first = compartment_role("p" * 20, "q" * 40, ["one", "two"], alone=False)
    assert first == compartment_role("p" * 20, "q" * 40, ["two", "one"], alone=False)


def test_an_explosion_is_refused_in_no_time_and_names_pairs() -> None:
    # 30 pairs of schemas, the two of a pair incompatible and all else compatible: 2^30 compartments.
    schemas = {f"s{pair:02}{side}": [f"p{pair:02}{side}"] for pair in range(30) for side in "ab"}
    pairs = [(left, right) for left in schemas for right in schemas if left < right and left[1:3] != right[1:3]]
    wild = policy(
        schemas, purposes=["all"],
        compatible=[(f"p{left[1:]}", f"p{right[1:]}") for left, right in pairs],
        further=[(f"p{name[1:]}", "all") for name in schemas],
    )
    began = time.monotonic()
    with pytest.raises(TooManyCompartments) as caught:
        compartments_of(wild, "all")
    assert time.monotonic() - began < 60  # enumerating them all would take years
    assert caught.value.code == "SG321"
    assert "`s00a` and `s00b`" in str(caught.value.detail)


def test_32_compartments_are_allowed_and_33_are_not() -> None:
    def star(count: int) -> int:
        names = [f"p{number}" for number in range(count)]
        found = policy({f"s{name}": [name] for name in names}, purposes=["all"], further=[(n, "all") for n in names])
        return len(compartments_of(found, "all"))

    assert star(32) == 32
    with pytest.raises(TooManyCompartments):
        star(33)


@pytest.mark.parametrize("question", [reaches, collects_in, compartments_of])
def test_an_unknown_purpose_is_refused_with_the_nearest_right_word(question: object) -> None:
    with pytest.raises(PolicyError, match="SG308: unknown purpose `contrct`\nhint: did you mean `contract`"):
        question(policy({"a": ["contract"]}), "contrct")  # type: ignore[operator]


def test_an_unknown_schema_is_refused_even_beside_itself() -> None:
    with pytest.raises(PolicyError, match="SG326: unknown schema `crmm`\nhint: did you mean `crm`"):
        mergeable(policy({"crm": ["x"]}), "crmm", "crmm")
