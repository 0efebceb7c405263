"""Merkle trees as of RFC 6962: one hash stands for the whole log, and short proofs for each entry and each growth."""

from __future__ import annotations

from sminion_guard.audit.merkle.frontier import Frontier
from sminion_guard.audit.merkle.hashing import EMPTY_ROOT, HASH_SIZE, Hashes, Node, leaf_hash, node_hash
from sminion_guard.audit.merkle.prove import consistency_proof, inclusion_proof, root
from sminion_guard.audit.merkle.verify import verify_consistency, verify_inclusion

__all__ = [
    "EMPTY_ROOT", "HASH_SIZE", "Frontier", "Hashes", "Node", "consistency_proof", "inclusion_proof", "leaf_hash",
    "node_hash", "root", "verify_consistency", "verify_inclusion",
]
