"""The hashes of a Merkle tree, RFC 6962 section 2.1: leaves and nodes never hash alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from hashlib import sha256
from typing import NamedTuple, TypeAlias

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves."""


class Node(NamedTuple):
    """A complete subtree: the leaves from ``number << level`` on, ``1 << level`` of them."""

    level: int
    number: int


Hashes: TypeAlias = Callable[[Sequence[Node]], Sequence[bytes]]
"""Where proofs take their hashes from: all that one proof needs are asked for in one call, in any order."""


def leaf_hash(entry: bytes) -> bytes:
    """Of one entry of the log."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Of the two nodes below."""
    return sha256(b"\x01" + left + right).digest()


def subtrees(start: int, end: int) -> Iterator[Node]:
    """The complete subtrees that the leaves from ``start`` to ``end`` consist of, from the left.

    ``start`` must be a multiple of a power of two that is not less than ``end - start``, as in all ranges of RFC 6962.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield Node(level, start >> level)
        start += 1 << level


def joined(hashes: Iterable[bytes]) -> bytes:
    """The root over complete subtrees, largest first; of nothing :data:`EMPTY_ROOT`."""
    rest = list(hashes)
    if not rest:
        return EMPTY_ROOT
    return reduce(lambda right, left: node_hash(left, right), reversed(rest))
