"""Signing and verifying the text of a note with Ed25519 (signature type 0x01 of C2SP signed-note)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sminion_guard.audit.note import Note, Signature
from sminion_guard.audit.vkey import KeyType, VerifierKey
from sminion_guard.errors import ProofError


class Signer(Protocol):
    """Whoever has a private key: a file, a variable, or a program that asks a KMS or HSM (:mod:`..audit.keys`)."""

    @property
    def key(self) -> VerifierKey:
        """The public key."""

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of ``message``: 64 bytes."""


def sign_note(text: str, signers: Sequence[Signer]) -> Note:
    """A note that every one of ``signers`` signed; two of them where a key is replaced by another."""
    return Note(text, tuple(_signed(text, signer) for signer in signers))


def verify_note(note: Note, keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Verifies the signatures of known logs; signatures of unknown keys are ignored.

    :returns: whose signatures were verified, at least one.
    :raises ProofError: SG652 when a known key did not make a signature that says so, or no known key signed.
    """
    verified = tuple(key for key in keys if _verified(note, key))
    if not verified:
        raise ProofError("SG652", "no known key signed this",
                         detail=f"known: {_listed(keys)}; signed: {_names(note)}")
    return verified


def verify_all(note: Note, keys: Sequence[VerifierKey]) -> None:
    """Verifies that every one of ``keys`` signed: how a new key is introduced, beside the old one.

    :raises ProofError: SG652 when a signature is missing or false.
    """
    missing = [key for key in keys if not _verified(note, key)]
    if missing or not keys:
        raise ProofError("SG652", "a key did not sign this", detail=f"missing: {_listed(missing)}")


def _signed(text: str, signer: Signer) -> Signature:
    key = signer.key
    if key.type is not KeyType.NOTE:
        raise ProofError("SG651", f"`{key.name}` is the key of a witness", detail="a log signs with a key of type 0x01")
    return Signature(key.name, key.key_id, signer.sign(text.encode()))


def _verified(note: Note, key: VerifierKey) -> bool:
    """False where ``key`` did not sign; a false signature is an error."""
    if key.type is not KeyType.NOTE:
        raise ProofError("SG651", f"`{key.name}` is the key of a witness", detail="its cosignature is verified apart")
    signature = note.of(key)
    if signature is None:
        return False
    if not key.verify(note.text.encode(), signature.body):
        raise ProofError("SG652", f"the signature of `{key.name}` is false", detail=f"key {key}")
    return True


def _listed(keys: Sequence[VerifierKey]) -> str:
    return ", ".join(f"`{key}`" for key in keys) or "none"


def _names(note: Note) -> str:
    return ", ".join(f"`{each.name}` {each.key_id.hex()}" for each in note.signatures) or "nobody"
