"""Checkpoints, C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint@v1.0.0): size and root hash of a log, signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sminion_guard.audit.encoding import LARGEST, base64_bytes, base64_text, decimal
from sminion_guard.audit.merkle import EMPTY_ROOT, HASH_SIZE
from sminion_guard.audit.note import Note, parse_note
from sminion_guard.audit.signing import Signer, sign_note, verify_note
from sminion_guard.audit.vkey import VerifierKey
from sminion_guard.errors import ProofError


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log was at one moment.

    :param origin: the name of the log, the same for ever; keys of the log should have it as their name.
    :param size: how many entries.
    :param root: their root hash.
    :param extensions: lines below, of other logs. Nothing is said about them, and ours have none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(not line or any(each < " " for each in line) for line in (self.origin, *self.extensions)):
            raise _malformed("origin and extensions are lines without control characters, and not empty")
        if not 0 <= self.size <= LARGEST:
            raise _malformed(f"{self.size} is not the size of a log")
        if len(self.root) != HASH_SIZE:
            raise _malformed("a root hash has 32 bytes")

    @property
    def text(self) -> str:
        """What is signed: the lines, with the last newline."""
        return "".join(
            f"{line}\n" for line in (self.origin, str(self.size), base64_text(self.root), *self.extensions))

    def signed(self, signers: Sequence[Signer]) -> Note:
        """The checkpoint as a note. Callers must have made sure that it continues the one that they signed last:
        :mod:`sminion_guard.audit.memory` does."""
        _sound(self)
        return sign_note(self.text, signers)


def parse_checkpoint(text: str) -> Checkpoint:
    """Reads the text of a note as a checkpoint; verifies nothing.

    :raises ProofError: SG653 when it is none.
    """
    lines = text.removesuffix("\n").split("\n")
    if not text.endswith("\n") or len(lines) < 3:
        raise _malformed("it must have three lines at least")
    origin, size, root, *extensions = lines
    number, root_hash = decimal(size), base64_bytes(root)
    if number is None:
        raise _malformed("the second line must be the size of the log")
    if root_hash is None:
        raise _malformed("the third line must be the root hash, in base64")
    return Checkpoint(origin, number, root_hash, tuple(extensions))


def verify_checkpoint(data: bytes, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Reads a checkpoint of the log named ``origin`` that one of ``keys`` signed.

    :raises ProofError: SG650, SG652 or SG653; the last also for the checkpoint of another log.
    """
    note = parse_note(data)
    verify_note(note, keys)
    checkpoint = _sound(parse_checkpoint(note.text))
    if checkpoint.origin != origin:
        raise ProofError("SG653", f"a checkpoint of `{checkpoint.origin}`, not of `{origin}`",
                         detail="two logs may be sealed with one key, but no checkpoint is of both")
    return checkpoint


def _sound(checkpoint: Checkpoint) -> Checkpoint:
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise _malformed("the root hash of a log without entries is that of nothing")
    return checkpoint


def _malformed(detail: str) -> ProofError:
    return ProofError("SG653", "not a checkpoint", detail=detail)
