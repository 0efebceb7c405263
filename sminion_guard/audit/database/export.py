"""The sealed log as files that any web server can publish, and any monitor of C2SP tlog-tiles reads."""

from __future__ import annotations

from collections.abc import Callable

from sminion_guard.audit.checkpoint import Checkpoint, parse_checkpoint
from sminion_guard.audit.database.log import CHUNK, SealedLog
from sminion_guard.audit.merkle import Node, consistency_proof, verify_consistency
from sminion_guard.audit.note import parse_note
from sminion_guard.audit.tiles import WIDTH, TileDirectory, new_tiles, write_bundle
from sminion_guard.audit.tiles.paths import HEIGHT
from sminion_guard.errors import ProofError

Told = Callable[[int, int], object]
"""Told how many tiles of how many are written."""


def export(
    log: SealedLog, directory: TileDirectory, checkpoint: Checkpoint, note: bytes, progress: Told | None = None
) -> int:
    """Writes the tiles that the directory does not have yet, and the checkpoint last. It can be interrupted at any
    time: the next call goes on.

    Entries of months that were dropped are not there any more: what lies below them gets a minimum index.

    :param checkpoint: which the directory then has, and ``note``, by which its signature was verified.
    :returns: how many tiles were written.
    :raises ProofError: SG656 where the log does not continue what the directory has; SG658 where the row of an event is
        gone.
    """
    before = _published(directory)
    hashes = log.hashes(checkpoint.size)
    if before is not None:
        verify_consistency(before.size, before.root, checkpoint.size, checkpoint.root,
                           consistency_proof(before.size, max(before.size, checkpoint.size), hashes))
    old = 0 if before is None else before.size
    # A bundle is there as a whole or not at all.
    lowest = min(-(-log.dropped_until() // WIDTH) * WIDTH, checkpoint.size)
    tiles = [tile for tile in new_tiles(old, checkpoint.size)
             if tile.level is not None or tile.number * WIDTH >= lowest]
    entries = _Entries(log, checkpoint.size)
    for done, tile in enumerate(tiles, 1):
        first = tile.number * WIDTH
        if tile.level is None:
            directory.write(tile, write_bundle(entries(first, first + tile.width)))
        else:
            nodes = [Node(tile.level * HEIGHT, first + at) for at in range(tile.width)]
            directory.write(tile, b"".join(hashes(nodes)))
        if progress is not None:
            progress(done, len(tiles))
    directory.publish(note)
    if lowest > directory.minimum_index:
        directory.prune(lowest, checkpoint.size)
    return len(tiles)


def _published(directory: TileDirectory) -> Checkpoint | None:
    """What the directory had last. Nothing is believed of it: the tiles of the log are compared with it."""
    try:
        data = (directory.root / "checkpoint").read_bytes()
    except FileNotFoundError:
        return None
    return parse_checkpoint(parse_note(data).text)


class _Entries:
    """Reads many at once, and keeps no more than that."""

    def __init__(self, log: SealedLog, size: int) -> None:
        self._log = log
        self._size = size
        self._start = 0
        self._kept: list[bytes] = []

    def __call__(self, start: int, end: int) -> list[bytes]:
        if not self._start <= start < end <= self._start + len(self._kept):
            self._start, stop = start, min(start + CHUNK, self._size)
            found = self._log.leaves(start + 1, stop)
            if [leaf.number for leaf in found] != list(range(start + 1, stop + 1)):
                raise ProofError("SG658", f"an event between {start + 1} and {stop} has no row, or has two",
                                 hint="run `sminion-guard audit verify`")
            self._kept = [leaf.entry for leaf in found]
        return self._kept[start - self._start:end - self._start]
