"""Keys for tests: seeds that everybody may know."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sminion_guard.audit.vkey import KeyType, VerifierKey

ORIGIN = "log.example/shop"


@dataclass(frozen=True)
class TestSigner:
    """A key of 32 equal bytes."""

    __test__ = False
    number: int
    name: str = ORIGIN
    type: KeyType = KeyType.NOTE

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes([self.number]) * 32)

    @property
    def key(self) -> VerifierKey:
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw(), self.type)

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


LOG, NEXT = TestSigner(1), TestSigner(2)
WITNESS = TestSigner(3, "witness.example/w1", KeyType.COSIGNATURE)
