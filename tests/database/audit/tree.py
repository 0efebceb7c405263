"""RFC 6962 as its text says it, and what the database has of the tree."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from tests.servers import Database


def tree_hash(leaves: list[bytes]) -> bytes:
    """The root over leaves: section 2.1."""
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0]).digest() if leaves else sha256().digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\1" + tree_hash(leaves[:half]) + tree_hash(leaves[half:])).digest()


def leaves(database: Database) -> list[tuple[int, str, bytes]]:
    """Number, kind and bytes of each leaf, from the rows."""
    return database.execute("SELECT * FROM sminion.leaves(1, 1000000000)")


def events(database: Database, kind: str) -> list[dict[str, Any]]:
    """The leaves of a kind, read as JSON."""
    return [json.loads(leaf) for _, found, leaf in leaves(database) if found == kind]


def tiles(database: Database) -> dict[tuple[int, int], bytes]:
    """Level and index of each tile, and its hashes."""
    return {(level, index): hashes for level, index, hashes in database.execute("SELECT * FROM sminion.tile")}


def expected_tiles(found: list[bytes]) -> dict[tuple[int, int], bytes]:
    """The tiles that C2SP tlog-tiles has for these leaves."""
    made: dict[tuple[int, int], bytes] = {}
    level, width = 0, 1
    while len(found) >= width:
        hashes = [tree_hash(found[i * width:(i + 1) * width]) for i in range(len(found) // width)]
        for index in range(0, len(hashes), 256):
            made[level, index // 256] = b"".join(hashes[index:index + 256])
        level, width = level + 1, width * 256
    return made


def grow(database: Database, most: int = 20000) -> int:
    """Append all that is numbered; how much that was."""
    total = 0
    while more := database.execute("SELECT sminion.grow_tree(%s)", most)[0][0]:
        total += more
    return total
