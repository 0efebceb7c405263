"""The right edge of a growing tree: all that appending needs of the leaves before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sminion_guard.audit.merkle.hashing import HASH_SIZE, Node, joined, node_hash
from sminion_guard.errors import ProofError


class Frontier:
    """The roots of the complete subtrees that a tree consists of, largest first: as many as ``size`` has bits set.

    Appending costs one hash in the median and two on average, however large the tree is.
    """

    __slots__ = ("_hashes", "_size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """
        :param size: how many leaves there are already.
        :param hashes: what :attr:`hashes` was then.
        :raises ProofError: SG656 when there are not as many hashes as a tree of this size has.
        """
        if size < 0 or len(hashes) != size.bit_count() or any(len(each) != HASH_SIZE for each in hashes):
            raise ProofError("SG656", f"{len(hashes)} hashes are not the right edge of a log of {size} entries",
                             hint="build it again from the entries, or from the hashes of the tree")
        self._size = size
        self._hashes = list(hashes)

    @property
    def size(self) -> int:
        """How many leaves were appended."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """To be kept, and given to the next frontier together with :attr:`size`."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> list[tuple[Node, bytes]]:
        """Adds the hash of one leaf.

        :returns: the subtrees that became complete, with their hashes, from the leaf upwards: what proofs and tiles
            are made of, and never changes again.
        """
        node = Node(0, self._size)
        made = [(node, leaf)]
        hashes = self._hashes
        while node.number & 1:
            leaf = node_hash(hashes.pop(), leaf)
            node = Node(node.level + 1, node.number >> 1)
            made.append((node, leaf))
        hashes.append(leaf)
        self._size += 1
        return made

    def extend(self, leaves: Iterable[bytes]) -> list[tuple[Node, bytes]]:
        """Adds the hashes of many leaves, in order; returns as :meth:`append` does."""
        made: list[tuple[Node, bytes]] = []
        for leaf in leaves:
            made += self.append(leaf)
        return made

    def root(self) -> bytes:
        """The root hash of the tree as it is now."""
        return joined(self._hashes)

    def copy(self) -> Frontier:
        """One that grows on its own."""
        return Frontier(self._size, self._hashes)
