"""The hashes of a tree, read from its tiles: proofs are made from published files alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sminion_guard.audit.merkle import HASH_SIZE, Node, node_hash
from sminion_guard.audit.tiles.bundles import read_bundle
from sminion_guard.audit.tiles.paths import HEIGHT, WIDTH, Tile
from sminion_guard.errors import ProofError

Fetch = Callable[[Tile], bytes | None]
"""The contents of a tile; None where there is none."""


class TileHashes:
    """Gives the hashes of complete subtrees, as proofs ask for them. What the tiles say is not trusted: a proof made
    from altered tiles fails when it is verified."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        """
        :param fetch: reads one tile.
        :param size: of the log, by its checkpoint: it says which tiles are partial.
        """
        self._fetch = fetch
        self._size = size
        self._rows: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, nodes: Sequence[Node]) -> list[bytes]:
        return [self._hash(node) for node in nodes]

    def entries(self, number: int) -> list[bytes]:
        """Of the bundle with this number."""
        tile, data = self._read(None, number)
        return read_bundle(data, tile.width)[:self._width(None, number)]

    def _hash(self, node: Node) -> bytes:
        level, inner = divmod(node.level, HEIGHT)
        number, first = divmod(node.number << inner, WIDTH)
        row = self._row(level, number)[first:first + (1 << inner)]
        if len(row) != 1 << inner:
            raise ProofError("SG658", f"a log of {self._size} entries has no subtree {tuple(node)}")
        while len(row) > 1:
            row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]

    def _row(self, level: int, number: int) -> list[bytes]:
        row = self._rows.get((level, number))
        if row is None:
            tile, data = self._read(level, number)
            if len(data) != tile.width * HASH_SIZE:
                raise ProofError("SG658", f"tile `{tile.path}` has {len(data)} bytes, not {tile.width * HASH_SIZE}")
            row = [data[at:at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)][:self._width(level, number)]
            self._rows[level, number] = row
        return row

    def _read(self, level: int | None, number: int) -> tuple[Tile, bytes]:
        """The tile as it was at this size; or the full one, for which a log may delete the partial ones."""
        wanted = Tile(level, number, self._width(level, number))
        for tile in (wanted, Tile(level, number)):
            data = self._fetch(tile)
            if data is not None:
                return tile, data
        raise ProofError("SG658", f"tile `{wanted.path}` is missing",
                         hint="entries below the minimum index of the log may have been removed; else get it again")

    def _width(self, level: int | None, number: int) -> int:
        width = min(WIDTH, (self._size >> HEIGHT * (level or 0)) - number * WIDTH)
        if width < 1:
            raise ProofError("SG658", f"a log of {self._size} entries has no tile {number} of level {level}")
        return width
