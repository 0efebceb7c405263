"""Trees and proofs: known answers, and every proof of random trees against an independent verifier."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sminion_guard.audit.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from sminion_guard.errors import ProofError
from tests.foreign import verifier
from tests.unit.audit.trees import Tree, numbered

LEAVES = [bytes.fromhex(each) for each in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
"""The leaves of the tests of Certificate Transparency, and below the roots that they publish."""
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = (
    (0, 1, ()),
    (0, 8, ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
    (1, 5, ("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")),
)
CONSISTENCY = (
    (1, 1, ()),
    (1, 8, ("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")),
    (6, 8, ("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")),
    (2, 5, ("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")),
)
sizes = st.integers(1, 300)


def hexes(proof: list[bytes]) -> tuple[str, ...]:
    return tuple(each.hex() for each in proof)


def refused(code: str, call: object, *arguments: object) -> None:
    with pytest.raises(ProofError) as caught:
        call(*arguments)  # type: ignore[operator]
    assert caught.value.code == code


def test_the_roots_of_certificate_transparency() -> None:
    assert Frontier().root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    frontier = Frontier()
    for leaf, known in zip(LEAVES, ROOTS, strict=True):
        frontier.append(leaf_hash(leaf))
        assert frontier.root().hex() == known


@pytest.mark.parametrize(("index", "size", "known"), INCLUSION)
def test_the_inclusion_proofs_of_certificate_transparency(index: int, size: int, known: tuple[str, ...]) -> None:
    assert hexes(inclusion_proof(index, size, Tree(LEAVES).hashes)) == known


@pytest.mark.parametrize(("old", "new", "known"), CONSISTENCY)
def test_the_consistency_proofs_of_certificate_transparency(old: int, new: int, known: tuple[str, ...]) -> None:
    assert hexes(consistency_proof(old, new, Tree(LEAVES).hashes)) == known


def test_every_proof_of_every_small_tree_is_verified_by_both() -> None:
    tree = Tree(numbered(20))
    for size in range(21):
        assert tree.root(size) == verifier.tree_hash(numbered(size))
        for index in range(size):
            proof = inclusion_proof(index, size, tree.hashes)
            leaf = leaf_hash(numbered(1, index)[0])
            verify_inclusion(leaf, index, size, proof, tree.root(size))
            assert verifier.included(leaf, index, size, proof, tree.root(size))
        for old in range(size + 1):
            path = consistency_proof(old, size, tree.hashes)
            verify_consistency(old, tree.root(old), size, tree.root(size), path)
            assert verifier.consistent(old, tree.root(old), size, tree.root(size), path)


@settings(max_examples=60, deadline=None)
@given(sizes, st.data())
def test_proofs_of_random_trees_are_verified_and_no_altered_one_is(size: int, data: st.DataObject) -> None:
    tree = Tree(numbered(size))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    leaf, root = leaf_hash(numbered(1, index)[0]), tree.root()
    inclusion = inclusion_proof(index, size, tree.hashes)
    consistency = consistency_proof(old, size, tree.hashes)
    verify_inclusion(leaf, index, size, inclusion, root)
    verify_consistency(old, tree.root(old), size, root, consistency)
    # Whatever is altered, neither verifier takes it.
    worse = altered([leaf, *inclusion, root], data)
    refused("SG655", verify_inclusion, worse[0], index, size, worse[1:-1], worse[-1])
    assert not verifier.included(worse[0], index, size, worse[1:-1], worse[-1])
    worse = altered([tree.root(old), *consistency, root], data)
    refused("SG656", verify_consistency, old, worse[0], size, worse[-1], worse[1:-1])
    assert not verifier.consistent(old, worse[0], size, worse[-1], worse[1:-1])


def altered(hashes: list[bytes], data: st.DataObject) -> list[bytes]:
    """A bit turned, or a hash of the proof removed, added or cut off."""
    at = data.draw(st.integers(0, len(hashes) - 1))
    how = data.draw(st.sampled_from(["turn", "add", "remove", "cut"]))
    if how == "add":
        return [hashes[0], *hashes[1:-1][:at], bytes(32), *hashes[1:-1][at:], hashes[-1]]
    if how == "remove" and 0 < at < len(hashes) - 1:
        return hashes[:at] + hashes[at + 1:]
    if how == "cut":
        return [*hashes[:at], hashes[at][:-1], *hashes[at + 1:]]
    bit = data.draw(st.integers(0, 255))
    turned = (int.from_bytes(hashes[at]) ^ 1 << bit).to_bytes(32)
    return [*hashes[:at], turned, *hashes[at + 1:]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=6))
def test_a_frontier_that_was_kept_goes_on_where_it_stopped(batches: list[int]) -> None:
    whole, resumed = Frontier(), Frontier()
    for batch in batches:
        leaves = [leaf_hash(each) for each in numbered(batch, whole.size)]
        resumed = Frontier(resumed.size, resumed.hashes)
        assert whole.extend(leaves) == resumed.extend(leaves)
        assert whole.root() == resumed.root()
    assert len(whole.hashes) == whole.size.bit_count()


def test_a_copy_of_a_frontier_grows_on_its_own() -> None:
    frontier = Frontier()
    copy = frontier.copy()
    copy.append(leaf_hash(b"x"))
    assert (frontier.size, copy.size) == (0, 1)


def test_a_proof_asks_once_for_all_its_hashes() -> None:
    tree = Tree(numbered(1000))
    inclusion_proof(701, 999, tree.hashes)
    assert tree.calls == 1
    consistency_proof(333, 999, tree.hashes)
    assert tree.calls == 2


def test_a_leaf_is_not_a_node() -> None:
    """Without the first byte of the hashes, the two children of a node would be an entry that was never logged."""
    tree = Tree(numbered(2))
    left, right = (leaf_hash(each) for each in numbered(2))
    refused("SG655", verify_inclusion, leaf_hash(left + right), 0, 1, [], tree.root())


def test_a_frontier_must_have_the_hashes_of_its_size() -> None:
    refused("SG656", Frontier, 3, [bytes(32)])
    refused("SG656", Frontier, 1, [bytes(31)])
    refused("SG656", Frontier, -1, [bytes(32)])


@pytest.mark.parametrize("arguments", [
    (0, bytes(32), 5, bytes(32), [bytes(32)]), (5, bytes(32), 4, bytes(32), []), (5, bytes(32), 5, b"\1" * 32, []),
    (5, bytes(32), 5, bytes(32), [bytes(32)]), (-1, bytes(32), 5, bytes(32), []), (3, bytes(32), 5, bytes(32), []),
    (4, bytes(32), 5, bytes(32), []), (0, bytes(32), 5, bytes(32), []),
])
def test_no_growth_is_proved_by_what_is_no_proof(arguments: tuple[object, ...]) -> None:
    refused("SG656", verify_consistency, *arguments)


@pytest.mark.parametrize(("index", "size"), [(5, 5), (-1, 5), (0, 0)])
def test_no_entry_stands_outside_of_the_log(index: int, size: int) -> None:
    refused("SG655", verify_inclusion, bytes(32), index, size, [], bytes(32))
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, Tree().hashes)


def test_a_shrunken_log_has_no_proof() -> None:
    with pytest.raises(ValueError, match="cannot continue"):
        consistency_proof(3, 2, Tree(numbered(3)).hashes)
