"""Cosignatures of witnesses, C2SP tlog-cosignature, Ed25519 (https://c2sp.org/tlog-cosignature).

A witness says: at this time, this was the largest checkpoint of the log that I saw, and it continues all before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sminion_guard.audit.encoding import LARGEST
from sminion_guard.audit.note import Note, Signature
from sminion_guard.audit.signing import Signer
from sminion_guard.audit.vkey import KeyType, VerifierKey
from sminion_guard.errors import ProofError

_TIME, _SIGNATURE = 8, 64


@dataclass(frozen=True, slots=True)
class Cosignature:
    """One that was verified.

    :param key: of the witness.
    :param timestamp: when it signed, in seconds since 1970.
    """

    key: VerifierKey
    timestamp: int


def cosign(text: str, signer: Signer, timestamp: int) -> Signature:
    """The line with which a witness signs the text of a checkpoint. It must have verified that it continues the one
    that it signed before: :mod:`sminion_guard.audit.witness` does."""
    key = signer.key
    if key.type is not KeyType.COSIGNATURE:
        raise ProofError("SG651", f"`{key.name}` is not the key of a witness", detail="witnesses have type 0x04")
    if not 0 < timestamp <= LARGEST:
        raise ProofError("SG652", f"{timestamp} is not a time at which a witness can sign")
    signature = signer.sign(_message(text, timestamp))
    return Signature(key.name, key.key_id, timestamp.to_bytes(_TIME) + signature)


def verify_cosignatures(note: Note, keys: Sequence[VerifierKey]) -> tuple[Cosignature, ...]:
    """Verifies those of known witnesses; how many are enough is for the caller to decide.

    :raises ProofError: SG652 when a known witness did not make a cosignature that says so.
    """
    found = ((key, note.of(_witness(key))) for key in keys)
    return tuple(Cosignature(key, _verified(note.text, key, each)) for key, each in found if each is not None)


def _witness(key: VerifierKey) -> VerifierKey:
    if key.type is not KeyType.COSIGNATURE:
        raise ProofError("SG651", f"`{key.name}` is not the key of a witness", detail="witnesses have type 0x04")
    return key


def _verified(text: str, key: VerifierKey, signature: Signature) -> int:
    """When the witness signed."""
    timestamp = int.from_bytes(signature.body[:_TIME])
    if len(signature.body) != _TIME + _SIGNATURE or not 0 < timestamp <= LARGEST \
            or not key.verify(_message(text, timestamp), signature.body[_TIME:]):
        raise ProofError("SG652", f"the cosignature of `{key.name}` is false", detail=f"key {key}")
    return timestamp


def _message(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()
