"""The proof of one event, as a file that foreign programs verify."""

from __future__ import annotations

from sminion_guard.audit.checkpoint import Checkpoint
from sminion_guard.audit.database.log import Leaf, SealedLog
from sminion_guard.audit.merkle import inclusion_proof, leaf_hash, verify_inclusion
from sminion_guard.audit.proof_file import ProofFile
from sminion_guard.errors import ProofError


def prove(log: SealedLog, number: int, checkpoint: Checkpoint, note: bytes) -> tuple[Leaf, ProofFile]:
    """Makes the proof, and verifies it once before it is given away.

    :param number: of the event.
    :param checkpoint: that the event is in, and ``note``, by which its signature was verified.
    :returns: the leaf, whose bytes whoever verifies needs too, and the proof.
    :raises ProofError: SG655 where the event is not in the checkpoint, its row is gone, or was changed.
    """
    if not 1 <= number <= checkpoint.size:
        raise ProofError("SG655", f"event {number} is not in the checkpoint", detail=f"it has {checkpoint.size} events",
                         hint="seal the log first, with `sminion-guard audit seal`")
    found = log.leaves(number, number)
    if len(found) != 1:
        raise ProofError("SG655", f"event {number} has {len(found)} rows", detail="its row is gone, or there are two",
                         hint="run `sminion-guard audit verify`")
    (leaf,) = found
    hashes = inclusion_proof(number - 1, checkpoint.size, log.hashes(checkpoint.size))
    verify_inclusion(leaf_hash(leaf.entry), number - 1, checkpoint.size, hashes, checkpoint.root)
    return leaf, ProofFile(number - 1, tuple(hashes), note)
