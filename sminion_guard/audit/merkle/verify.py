"""Verifying proofs without the log, by the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from sminion_guard.audit.merkle.hashing import EMPTY_ROOT, HASH_SIZE, node_hash
from sminion_guard.errors import ProofError


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Checks that the leaf with hash ``leaf`` stands at ``index`` in the tree of ``size`` leaves with this ``root``.

    :raises ProofError: SG655 when that is not proved.
    """
    if not 0 <= index < size:
        raise _not_included(index, f"the checkpoint covers {size} entries")
    if not _whole(leaf, root, *proof):
        raise _not_included(index, "a hash does not have 32 bytes")
    at, last, made = index, size - 1, leaf
    for each in proof:
        if last == 0:
            raise _not_included(index, "the proof is too long")
        if at & 1 or at == last:
            made = node_hash(each, made)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            made = node_hash(made, each)
        at, last = at >> 1, last >> 1
    if last:
        raise _not_included(index, "the proof is too short")
    if not hmac.compare_digest(made, root):
        raise _not_included(index, f"the proof leads to {made.hex()}, the checkpoint has {root.hex()}")


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Checks that the tree of ``new`` leaves begins with the whole tree of ``old`` leaves.

    :raises ProofError: SG656 when that is not proved.
    """
    if not _whole(old_root, new_root, *proof):
        raise _not_consistent(old, new, "a hash does not have 32 bytes")
    if not 0 <= old <= new:
        raise _not_consistent(old, new, "a log never gets smaller")
    if old in (0, new):
        if proof:
            raise _not_consistent(old, new, "the proof must be empty here")
        if old == 0 and old_root != EMPTY_ROOT:
            raise _not_consistent(old, new, "a log without entries has another root hash")
        if old == new and old_root != new_root:
            raise _not_consistent(old, new, "the sizes are equal and the root hashes differ")
        return
    _follow(old, old_root, new, new_root, list(proof))


def _follow(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> None:
    """RFC 9162 section 2.1.4.2, for ``0 < old < new``."""
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    rest = proof if at else [old_root, *proof]  # a power of two: the old root itself is the first node
    if not rest:
        raise _not_consistent(old, new, "the proof is too short")
    old_made = new_made = rest[0]
    for each in rest[1:]:
        if last == 0:
            raise _not_consistent(old, new, "the proof is too long")
        if at & 1 or at == last:
            old_made, new_made = node_hash(each, old_made), node_hash(each, new_made)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new_made = node_hash(new_made, each)
        at, last = at >> 1, last >> 1
    if last:
        raise _not_consistent(old, new, "the proof is too short")
    for made, known, size in ((old_made, old_root, old), (new_made, new_root, new)):
        if not hmac.compare_digest(made, known):
            raise _not_consistent(
                old, new, f"at {size} entries the proof leads to {made.hex()}, the checkpoint has {known.hex()}")


def _whole(*hashes: bytes) -> bool:
    return all(len(each) == HASH_SIZE for each in hashes)


def _not_included(index: int, detail: str) -> ProofError:
    return ProofError("SG655", f"entry {index} is not proved to be in the log", detail=detail)


def _not_consistent(old: int, new: int, detail: str) -> ProofError:
    return ProofError("SG656", f"the log of {new} entries is not proved to continue the one of {old}", detail=detail)
