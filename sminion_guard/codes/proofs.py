"""650 to 679: the sealed log: checkpoints, proofs, keys, and what was signed last."""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.code import Code

PROOFS = (
    Code("SG650", "not a signed note",
         "whoever reads a text in two ways can be shown two things under one signature",
         "get the file again from where it was published, unchanged",
         errors.ProofError),
    Code("SG651", "not a key of a log",
         "a key is one line with name, key ID and key, and the ID proves that the three belong together",
         "copy the line again from where the key was published",
         errors.ProofError),
    Code("SG652", "signature missing or false",
         "without a signature by a known key, anybody may have written the checkpoint",
         "compare the key with the one that was published; if it is right, the checkpoint is forged or damaged",
         errors.ProofError),
    Code("SG653", "not a checkpoint",
         "a checkpoint is three lines: the name of the log, its size and its root hash",
         "get the file again from where it was published, unchanged",
         errors.ProofError),
    Code("SG655", "entry not proved to be in the log",
         "the hashes of the proof must lead from the entry to the root of the checkpoint",
         "make the proof again; if it fails again, the entry or the log was altered",
         errors.ProofError),
    Code("SG656", "log not proved to continue the earlier one",
         "a log that only grows has a proof that each of its checkpoints continues the ones before",
         "make the proof again; if it fails again, entries were altered or removed",
         errors.ProofError),
)
