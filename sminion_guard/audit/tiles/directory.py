"""A log as files, as C2SP tlog-tiles lays them out: any web server can publish the directory."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from sminion_guard import files
from sminion_guard.audit.encoding import decimal
from sminion_guard.audit.merkle import Hashes, Node
from sminion_guard.audit.tiles.bundles import write_bundle
from sminion_guard.audit.tiles.paths import HEIGHT, WIDTH, Tile, new_tiles, parse_path
from sminion_guard.errors import ProofError

Entries = Callable[[int, int], Sequence[bytes]]
"""The entries from an index up to another."""


class TileDirectory:
    """Tiles are written once. One with other contents means that the log was rewritten, and is refused."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def fetch(self, tile: Tile) -> bytes | None:
        """The contents of a tile; None where there is none."""
        try:
            return (self.root / tile.path).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, tile: Tile, data: bytes) -> None:
        """Writes a tile, unless it is there already.

        :raises ProofError: SG659 when it is there with other contents.
        """
        path = self.root / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not files.create(path, data) and path.read_bytes() != data:
            raise ProofError("SG659", f"tile `{tile.path}` was published with other contents",
                             detail="tiles never change, so one of the two is of a log that was rewritten",
                             hint="keep both, and compare the checkpoints of the log with those of its witnesses")

    def grow(self, old: int, new: int, hashes: Hashes, entries: Entries) -> None:
        """Writes the tiles that a log of ``new`` entries has and one of ``old`` entries had not. The checkpoint is
        published afterwards, since whoever reads it reads the tiles next."""
        for tile in new_tiles(old, new):
            first = tile.number * WIDTH
            if tile.level is None:
                self.write(tile, write_bundle(entries(first, first + tile.width)))
            else:
                level = tile.level * HEIGHT
                self.write(tile, b"".join(hashes([Node(level, first + at) for at in range(tile.width)])))

    def publish(self, checkpoint: bytes) -> None:
        """Replaces the checkpoint."""
        files.replace(self.root / "checkpoint", checkpoint, 0o644)

    @property
    def minimum_index(self) -> int:
        """Entries below may be gone; 0 for a log that was never pruned."""
        try:
            text = (self.root / "minimum-index").read_text(encoding="ascii")
        except FileNotFoundError:
            return 0
        number = decimal(text.strip())
        if number is None:
            raise ProofError("SG658", "the minimum index of the log is not a number")
        return number

    def prune(self, minimum_index: int, size: int) -> int:
        """Deletes the full tiles and bundles whose entries are all below ``minimum_index``, after publishing it.
        Proofs of the other entries, and those made before, stay valid.

        :param size: of the log, by its checkpoint.
        :returns: how many files were deleted.
        :raises ProofError: SG658 when the index is above ``size``, or below the one that was published.
        """
        if not self.minimum_index <= minimum_index <= size:
            raise ProofError("SG658", f"{minimum_index} cannot become the minimum index",
                             detail=f"it lies between {self.minimum_index}, which was published, and the size {size}")
        files.replace(self.root / "minimum-index", f"{minimum_index}\n".encode(), 0o644)
        gone = [path for path, tile in self._all() if tile.end <= minimum_index]
        for path in gone:
            path.unlink()
        return len(gone)

    def _all(self) -> list[tuple[Path, Tile]]:
        found = []
        for directory, _, names in os.walk(self.root / "tile"):
            for name in names:
                path = Path(directory) / name
                if not name.startswith("."):  # one that is being written
                    found.append((path, parse_path(path.relative_to(self.root).as_posix())))
        return found
