"""Trees for tests: kept whole, so that proofs can be made from them at any size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sminion_guard.audit.merkle import Frontier, Node, leaf_hash, root


class Tree:
    """A log in memory, with the hash of each complete subtree."""

    def __init__(self, entries: Iterable[bytes] = ()) -> None:
        self.frontier = Frontier()
        self.known: dict[Node, bytes] = {}
        self.calls = 0
        self.extend(entries)

    def extend(self, entries: Iterable[bytes]) -> None:
        self.known.update(self.frontier.extend(map(leaf_hash, entries)))

    @property
    def size(self) -> int:
        return self.frontier.size

    def hashes(self, nodes: Sequence[Node]) -> list[bytes]:
        self.calls += 1
        return [self.known[node] for node in nodes]

    def root(self, size: int | None = None) -> bytes:
        return root(self.size if size is None else size, self.hashes)


def numbered(count: int, start: int = 0) -> list[bytes]:
    return [f"entry {number}".encode() for number in range(start, start + count)]
