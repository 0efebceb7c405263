"""Tiles: the published files of a log, from which anybody makes proofs (C2SP tlog-tiles)."""

from __future__ import annotations

from sminion_guard.audit.tiles.bundles import MAX_ENTRY, check_entry, read_bundle, write_bundle
from sminion_guard.audit.tiles.directory import TileDirectory
from sminion_guard.audit.tiles.paths import WIDTH, Tile, new_tiles, parse_path
from sminion_guard.audit.tiles.reader import TileHashes

__all__ = [
    "MAX_ENTRY", "WIDTH", "Tile", "TileDirectory", "TileHashes", "check_entry", "new_tiles", "parse_path",
    "read_bundle", "write_bundle",
]
