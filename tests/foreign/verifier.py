"""An independent verifier of the sealed log, written from RFC 6962 and C2SP alone: it imports nothing of the product.

The product verifies with the loops of RFC 9162. This one follows the recursive definitions of RFC 6962 backwards.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def tree_hash(entries: list[bytes]) -> bytes:
    """MTH of section 2.1."""
    if len(entries) < 2:
        return sha(b"\0", entries[0]) if entries else sha()
    k = split(len(entries))
    return sha(b"\1", tree_hash(entries[:k]), tree_hash(entries[k:]))


def climb(leaf: bytes, m: int, n: int, path: list[bytes]) -> bytes | None:
    """The root that PATH(m, D[n]) of section 2.1.1 leads to."""
    if n == 1:
        return leaf if not path else None
    if not path:
        return None
    k, sibling = split(n), path[-1]
    below = climb(leaf, m, k, path[:-1]) if m < k else climb(leaf, m - k, n - k, path[:-1])
    if below is None:
        return None
    return sha(b"\1", below, sibling) if m < k else sha(b"\1", sibling, below)


def grow(m: int, n: int, path: list[bytes], known: bytes | None) -> tuple[bytes, bytes] | None:
    """The old and the new root that SUBPROOF(m, D[n], known) of section 2.1.2 leads to."""
    if m == n:
        if known is not None:
            return (known, known) if not path else None
        return (path[0], path[0]) if len(path) == 1 else None
    if not path:
        return None
    k, sibling = split(n), path[-1]
    if m <= k:
        below = grow(m, k, path[:-1], known)
        return below and (below[0], sha(b"\1", below[1], sibling))
    below = grow(m - k, n - k, path[:-1], None)
    return below and (sha(b"\1", sibling, below[0]), sha(b"\1", sibling, below[1]))


def included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    return 0 <= index < size and climb(leaf, index, size, path) == root


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: list[bytes]) -> bool:
    if old == 0 or old == new:
        return not path and (old == 0 or old_root == new_root)
    return old < new and grow(old, new, path, old_root) == (old_root, new_root)


def signed_by(note: bytes, vkey: str) -> str | None:
    """The text of a note that the key of ``vkey`` signed; None for any other."""
    name, known, material = vkey.split("+", 2)
    raw = base64.b64decode(material)
    if hashlib.sha256(f"{name}\n".encode() + raw).hexdigest()[:8] != known or raw[0] != 1:
        return None
    text, _, lines = note.decode().rpartition("\n\n")
    for line in lines.removesuffix("\n").split("\n") if lines.endswith("\n") else ():
        dash, signer, signature = line.split(" ")
        body = base64.b64decode(signature, validate=True)
        if (dash, signer, body[:4].hex()) == ("—", name, known):
            try:
                Ed25519PublicKey.from_public_bytes(raw[1:]).verify(body[4:], f"{text}\n".encode())
            except InvalidSignature:
                return None
            return text + "\n"
    return None
