"""Files that prove one entry without the log, C2SP tlog-proof (https://c2sp.org/tlog-proof), named ``*.tlog-proof``.

The line ``extra`` is not authenticated. It is for what a verifier needs to make the entry again, such as the salt of
a subject: with a false salt the entry has another hash, and the proof fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sminion_guard.audit.checkpoint import Checkpoint, verify_checkpoint
from sminion_guard.audit.cosignature import verify_cosignatures
from sminion_guard.audit.encoding import base64_bytes, base64_text, decimal
from sminion_guard.audit.merkle import HASH_SIZE, leaf_hash, verify_inclusion
from sminion_guard.audit.note import MAX_BYTES, parse_note
from sminion_guard.audit.vkey import VerifierKey
from sminion_guard.errors import ProofError

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63


@dataclass(frozen=True, slots=True)
class ProofFile:
    """What such a file says; nothing of it is verified.

    :param index: of the entry in the log, from 0 on.
    :param hashes: the inclusion proof.
    :param checkpoint: a signed checkpoint, as it was published.
    :param extra: not authenticated, whatever it is.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __bytes__(self) -> bytes:
        extra = [] if self.extra is None else [f"extra {base64_text(self.extra)}"]
        lines = [HEADER, *extra, f"index {self.index}", *(base64_text(each) for each in self.hashes), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.checkpoint


def parse_proof_file(data: bytes) -> ProofFile:
    """Reads a file; verifies nothing.

    :raises ProofError: SG657 when it is no such file.
    """
    head, blank, checkpoint = data.partition(b"\n\n")
    if len(data) > 2 * MAX_BYTES or not blank or not head.isascii():
        raise _malformed("it must be lines of ASCII, an empty line and a checkpoint")
    header, *lines = head.decode("ascii").split("\n")
    if header != HEADER:
        raise _malformed(f"its first line is not `{HEADER}`")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = base64_bytes(lines.pop(0).removeprefix("extra "))
        if not extra:
            raise _malformed("its line `extra` is not base64")
    index = decimal(lines[0].removeprefix("index ")) if lines and lines[0].startswith("index ") else None
    if index is None:
        raise _malformed("its line `index` is missing, or has no number")
    hashes = [base64_bytes(line) or b"" for line in lines[1:]]
    if len(hashes) > MAX_HASHES or any(len(each) != HASH_SIZE for each in hashes):
        raise _malformed(f"the lines of the proof must be up to {MAX_HASHES} hashes in base64")
    return ProofFile(index, tuple(hashes), checkpoint, extra)


def verify_proof_file(
    proof: ProofFile, entry: bytes, origin: str, keys: Sequence[VerifierKey],
    witnesses: Sequence[VerifierKey] = (), quorum: int = 0,
) -> Checkpoint:
    """Verifies that ``entry`` is in the log named ``origin``.

    :param keys: of the log; one of them must have signed.
    :param witnesses: whose cosignatures are verified, where there are any.
    :param quorum: how many witnesses must have cosigned.
    :returns: the checkpoint that the entry is in.
    :raises ProofError: the first of SG650 to SG656 that applies; SG652 also when too few witnesses cosigned.
    """
    checkpoint = verify_checkpoint(proof.checkpoint, origin, keys)
    cosigned = {each.key.public for each in verify_cosignatures(parse_note(proof.checkpoint), witnesses)}
    if len(cosigned) < quorum:
        raise ProofError("SG652", f"{len(cosigned)} known witnesses cosigned, not {quorum}")
    verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint


def _malformed(detail: str) -> ProofError:
    return ProofError("SG657", "not a proof file", detail=detail)
