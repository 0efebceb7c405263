"""Tiles: the examples of the specification, and proofs made from files alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sminion_guard.audit.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from sminion_guard.audit.tiles import (
    Tile,
    TileDirectory,
    TileHashes,
    check_entry,
    new_tiles,
    parse_path,
    read_bundle,
    write_bundle,
)
from sminion_guard.errors import ProofError
from tests.unit.audit.trees import Tree, numbered

SIZES = (1, 2, 255, 256, 257, 700)


def code(call: object, *arguments: object) -> str:
    with pytest.raises(ProofError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.code


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree(numbered(700))


@pytest.fixture(scope="module")
def published(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> TileDirectory:
    """The log at each of SIZES."""
    directory = TileDirectory(tmp_path_factory.mktemp("log"))
    for old, new in zip((0, *SIZES), SIZES, strict=False):
        directory.grow(old, new, tree.hashes, lambda start, end: numbered(end - start, start))
    return directory


@pytest.fixture
def copy(published: TileDirectory, tmp_path: Path) -> TileDirectory:
    shutil.copytree(published.root, tmp_path / "log")
    return TileDirectory(tmp_path / "log")


@pytest.mark.parametrize(("tile", "path"), [
    (Tile(0, 1234067), "tile/0/x001/x234/067"), (Tile(0, 1234, 5), "tile/0/x001/234.p/5"), (Tile(3, 0), "tile/3/000"),
    (Tile(None, 999, 255), "tile/entries/999.p/255"), (Tile(None, 1000), "tile/entries/x001/000"),
    (Tile(63, 7), "tile/63/007"),
])
def test_where_a_tile_lies(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize("path", [
    "", "tile/0/0", "tile/0/1000", "tile/0/x000/000", "tile/00/000", "tile/64/000", "tile/0/000.p/0",
    "tile/0/000.p/256", "tile/0/000.p/05", "tile/0/001/x001", "/tile/0/000", "tile/0/000/", "tile/0/../000",
    "tile/0/" + "x999/" * 7 + "999", "tile/0/٠٠٠", "tile/-1/000", "checkpoint",
])
def test_where_no_tile_lies(path: str) -> None:
    assert code(parse_path, path) == "SG658"


def test_the_tiles_of_a_log_of_seventy_thousand() -> None:
    """The example of the specification."""
    tiles = [tile for tile in new_tiles(0, 70_000) if tile.level is not None]
    assert sum(tile.level == 0 and tile.width == 256 for tile in tiles) == 273
    assert [(tile.level, tile.number, tile.width) for tile in tiles[273:]] == \
        [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert [(tile.level, tile.width) for tile in new_tiles(0, 256) if tile.level is not None] == [(0, 256), (1, 1)]


@pytest.mark.parametrize("sizes", [(0, 0), (5, 5), (256, 256)])
def test_a_log_that_did_not_grow_has_no_new_tiles(sizes: tuple[int, int]) -> None:
    assert list(new_tiles(*sizes)) == []


def test_growing_writes_what_the_larger_log_has_and_the_smaller_had_not() -> None:
    for old in (0, 1, 255, 256, 300, 511, 65_536):
        for new in (old + 1, old + 255, old + 256, 66_000):
            assert set(new_tiles(old, new)) == set(new_tiles(0, new)) - set(new_tiles(0, old))


def test_proofs_of_every_published_size_are_made_from_files(published: TileDirectory, tree: Tree) -> None:
    for size in SIZES:
        hashes = TileHashes(published.fetch, size)
        assert root(size, hashes) == tree.root(size)
        for index in {0, size // 2, size - 1}:
            entry = hashes.entries(index // 256)[index % 256]
            assert entry == numbered(1, index)[0]
            proof = inclusion_proof(index, size, hashes)
            verify_inclusion(leaf_hash(entry), index, size, proof, tree.root(size))
        for old in SIZES[:SIZES.index(size)]:
            path = consistency_proof(old, size, hashes)
            verify_consistency(old, tree.root(old), size, tree.root(size), path)


def test_full_tiles_stand_for_the_partial_ones_that_were_deleted(copy: TileDirectory, tree: Tree) -> None:
    for path in copy.root.rglob("*.p"):
        if path.with_suffix("").exists():
            shutil.rmtree(path)
    hashes = TileHashes(copy.fetch, 255)
    assert root(255, hashes) == tree.root(255)
    assert len(hashes.entries(0)) == 255


def test_a_tile_is_never_rewritten(copy: TileDirectory, tree: Tree) -> None:
    before = {path: path.read_bytes() for path in copy.root.rglob("*") if path.is_file()}
    copy.grow(0, 700, tree.hashes, lambda start, end: numbered(end - start, start))
    assert {path: path.read_bytes() for path in copy.root.rglob("*") if path.is_file()} == before
    rewritten = Tree([b"another", *numbered(699, 1)])
    assert code(copy.grow, 0, 700, rewritten.hashes, lambda start, end: numbered(end - start, start)) == "SG659"
    assert code(copy.grow, 0, 700, tree.hashes, lambda start, end: numbered(end - start, start + 1)) == "SG659"
    assert {path: path.read_bytes() for path in copy.root.rglob("*") if path.is_file()} == before


def test_a_proof_from_an_altered_tile_fails(copy: TileDirectory, tree: Tree) -> None:
    path = copy.root / "tile/0/001"
    data = bytearray(path.read_bytes())
    data[5] ^= 1
    path.write_bytes(data)
    proof = inclusion_proof(300, 700, TileHashes(copy.fetch, 700))
    assert code(verify_inclusion, leaf_hash(numbered(1, 300)[0]), 300, 700, proof, tree.root()) == "SG655"


def test_missing_and_short_tiles_are_told(copy: TileDirectory) -> None:
    (copy.root / "tile/0/001").write_bytes(bytes(8191))
    assert code(inclusion_proof, 300, 700, TileHashes(copy.fetch, 700)) == "SG658"
    (copy.root / "tile/0/001").unlink()
    shutil.rmtree(copy.root / "tile/0/001.p")
    assert code(inclusion_proof, 300, 700, TileHashes(copy.fetch, 700)) == "SG658"
    assert code(TileHashes(copy.fetch, 700).entries, 3) == "SG658"


def test_pruning_keeps_every_proof_of_what_is_left(copy: TileDirectory, tree: Tree) -> None:
    assert copy.minimum_index == 0
    assert copy.prune(600, 700) > 0
    assert copy.minimum_index == 600
    assert not (copy.root / "tile/entries/001").exists()
    assert not (copy.root / "tile/0/000").exists()
    hashes = TileHashes(copy.fetch, 700)
    for index in range(600, 700, 7):
        verify_inclusion(leaf_hash(hashes.entries(2)[index - 512]), index, 700,
                         inclusion_proof(index, 700, hashes), tree.root())
    assert code(inclusion_proof, 3, 700, TileHashes(copy.fetch, 700)) == "SG658"
    assert copy.prune(600, 700) == 0
    assert code(copy.prune, 599, 700) == "SG658"
    assert code(copy.prune, 701, 700) == "SG658"
    (copy.root / "minimum-index").write_text("six\n")
    assert code(copy.prune, 701, 700) == "SG658"


def test_the_checkpoint_alone_is_replaced(copy: TileDirectory) -> None:
    for text in (b"one\n", b"two\n"):
        copy.publish(text)
        assert (copy.root / "checkpoint").read_bytes() == text
    assert list(copy.root.rglob(".*")) == []


def test_bundles_hold_entries_of_every_length() -> None:
    entries = [b"", b"x", bytes(65_535)]
    data = write_bundle(entries)
    assert data[:5] == b"\0\0\0\1x"
    assert read_bundle(data, 3) == entries
    for worse in (data[:-1], data + b"\0", data + b"\0\0", data[:3]):
        assert code(read_bundle, worse, 3) == "SG658"
    assert code(read_bundle, data, 2) == "SG658"
    assert code(write_bundle, [bytes(65_536)]) == "SG660"
    assert code(check_entry, bytes(65_536)) == "SG660"
