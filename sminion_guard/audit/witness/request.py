"""The body of ``add-checkpoint``: what the log says that the witness knows, a proof, and the new checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.audit.checkpoint import Checkpoint, parse_checkpoint
from sminion_guard.audit.encoding import base64_bytes, decimal
from sminion_guard.audit.merkle import HASH_SIZE
from sminion_guard.audit.note import Note, parse_note
from sminion_guard.errors import ProofError

MAX_BYTES = 64 * 1024
MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class Request:
    """Nothing of it is verified.

    :param old: the size of the log that the proof starts from.
    """

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


def parse_request(body: bytes) -> Request:
    """Reads the body.

    :raises ProofError: SG650, SG653 or SG657 when it is none.
    """
    head, blank, rest = body.partition(b"\n\n")
    if len(body) > MAX_BYTES or not blank or not head.isascii():
        raise _malformed("it must be lines of ASCII, an empty line and a checkpoint")
    first, *lines = head.decode("ascii").split("\n")
    old = decimal(first.removeprefix("old ")) if first.startswith("old ") else None
    proof = [base64_bytes(line) or b"" for line in lines]
    if old is None:
        raise _malformed("its line `old` has no size")
    if len(proof) > MAX_HASHES or any(len(each) != HASH_SIZE for each in proof):
        raise _malformed(f"the proof must be up to {MAX_HASHES} hashes in base64")
    note = parse_note(rest)
    checkpoint = parse_checkpoint(note.text)
    if old > checkpoint.size:
        raise _malformed("the old size is larger than that of the checkpoint")
    return Request(old, tuple(proof), note, checkpoint)


def _malformed(detail: str) -> ProofError:
    return ProofError("SG657", "not a request to a witness", detail=detail)
