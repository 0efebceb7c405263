"""Public keys of logs and witnesses: the *vkeys* of C2SP signed-note (https://c2sp.org/signed-note@v1.0.0)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sminion_guard.audit.encoding import base64_bytes, base64_text
from sminion_guard.errors import ProofError


class KeyType(IntEnum):
    """What a key signs, and how; the signature types of signed-note."""

    NOTE = 0x01
    """The text of a note, with Ed25519: the key of a log."""
    COSIGNATURE = 0x04
    """A checkpoint and the time, with Ed25519: the key of a witness."""


PUBLIC_SIZE = 32


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """What a verifier must know beforehand.

    :param name: of the log or witness, usually a URL without its scheme.
    :param public: the Ed25519 key of RFC 8032.
    """

    name: str
    public: bytes
    type: KeyType = KeyType.NOTE

    def __post_init__(self) -> None:
        if not valid_name(self.name):
            raise _malformed("its name is empty, or contains `+`, a space or a control character")
        if len(self.public) != PUBLIC_SIZE:
            raise _malformed("an Ed25519 key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """Four bytes that name the key in signatures. They prove nothing: only the key does."""
        return key_id(self.name, self.type, self.public)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the key made this Ed25519 signature of ``message``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        """The vkey: ``name+ID+key``."""
        return f"{self.name}+{self.key_id.hex()}+{base64_text(bytes([self.type]) + self.public)}"


def parse_vkey(text: str) -> VerifierKey:
    """Reads ``name+ID+key``, one line.

    :raises ProofError: SG651 when it is no vkey, of another type, or its ID is not that of name and key.
    """
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise _malformed("it must have three parts, joined by `+`")
    name, known_id, encoded = parts
    material = base64_bytes(encoded)
    if not material:
        raise _malformed("the third part is not base64")
    if material[0] not in list(KeyType):
        raise _malformed(f"keys of type 0x{material[0]:02x} are not supported: only Ed25519, 0x01 or 0x04")
    key = VerifierKey(name, material[1:], KeyType(material[0]))
    if key.key_id.hex() != known_id:
        raise _malformed(f"its ID is `{known_id}`, that of name and key is `{key.key_id.hex()}`")
    return key


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """SHA-256 over name, newline, type and key; the first four bytes."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def valid_name(name: str) -> bool:
    """Whether a key may have this name."""
    return bool(name) and not any(each.isspace() or each < " " or each == "+" for each in name) and _encodes(name)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _malformed(detail: str) -> ProofError:
    return ProofError("SG651", "not a verifier key", detail=detail,
                      hint="copy the line `NAME+ID+KEY` again from where the key was published")
