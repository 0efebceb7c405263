"""Programs of others accept what we prove and sign, and nothing that was altered.

SMINION_GUARD_TEST_TREES=10000 asks about as many random trees, and a tenth as many altered proofs of each kind. With
SMINION_GUARD_TEST_FOREIGN=1 a verifier that cannot be had is a failure and not a skipped test.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sminion_guard.audit.checkpoint import Checkpoint, verify_checkpoint
from sminion_guard.audit.cosignature import cosign
from sminion_guard.audit.merkle import verify_consistency, verify_inclusion
from sminion_guard.audit.tiles import TileDirectory
from sminion_guard.errors import GuardError
from tests.foreign import programs, verifier
from tests.foreign.question import KINDS, Question, altered, of_random_trees
from tests.unit.audit.keys import LOG, NEXT, ORIGIN, WITNESS
from tests.unit.audit.trees import Tree, numbered

TREES = int(os.environ.get("SMINION_GUARD_TEST_TREES", "120"))
SEED = 20261128
Accepts = Callable[[Sequence[Question]], list[bool]]


def ours(asked: Sequence[Question]) -> list[bool]:
    return [our_answer(each) for each in asked]


def our_answer(asked: Question) -> bool:
    try:
        if asked.kind == "inclusion":
            verify_inclusion(asked.known, asked.old, asked.size, asked.proof, asked.root)
        elif asked.kind == "consistency":
            verify_consistency(asked.old, asked.known, asked.size, asked.root, asked.proof)
        else:
            return verify_checkpoint(asked.note, ORIGIN, [LOG.key]).text == asked.text
    except GuardError:
        return False
    return True


def independent(asked: Sequence[Question]) -> list[bool]:
    return [independent_answer(each) for each in asked]


def independent_answer(asked: Question) -> bool:
    path = list(asked.proof)
    if asked.kind == "inclusion":
        return verifier.included(asked.known, asked.old, asked.size, path, asked.root)
    if asked.kind == "consistency":
        return verifier.consistent(asked.old, asked.known, asked.size, asked.root, path)
    try:
        return verifier.signed_by(asked.note, asked.vkey) == asked.text
    except ValueError:
        return False


def missing(error: programs.Missing) -> None:
    if os.environ.get("SMINION_GUARD_TEST_FOREIGN") == "1":
        pytest.fail(str(error))
    pytest.skip(str(error))


@pytest.fixture(scope="module")
def accepts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Accepts:
    try:
        if request.param == "aics-tlog":
            package = programs.aics(request.config.cache.mkdir("aics-tlog"))  # type: ignore[union-attr]
            return lambda asked: [programs.aics_accepts(package, each) for each in asked]
        if request.param == "go":
            program = programs.go(tmp_path_factory.mktemp("go"))
            return lambda asked: programs.go_accepts(program, asked)
    except programs.Missing as error:
        missing(error)
    return {"ours": ours, "independent": independent}[request.param]


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    return [each for tree in of_random_trees(TREES, SEED) for each in tree]


@pytest.mark.parametrize("accepts", ["ours", "independent", "aics-tlog", "go"], indirect=True)
@pytest.mark.timeout(1800)
def test_what_we_prove_is_accepted_and_what_was_altered_is_not(accepts: Accepts, questions: list[Question]) -> None:
    assert len(questions) == 3 * TREES
    assert [asked for asked, good in zip(questions, accepts(questions), strict=True) if not good] == []
    chance = random.Random(SEED)
    for kind in KINDS:
        worse = [altered(each, chance) for each in questions if each.kind == kind][:TREES // 10]
        assert len(worse) == TREES // 10
        assert [asked for asked, good in zip(worse, accepts(worse), strict=True) if good] == []


@pytest.mark.parametrize("accepts", ["independent", "aics-tlog", "go"], indirect=True)
def test_a_checkpoint_under_two_keys_is_accepted_by_who_knows_either(accepts: Accepts) -> None:
    note = Checkpoint(ORIGIN, 5, bytes(32)).signed([LOG, NEXT])
    asked = [Question("note", note=bytes(note), text=note.text, vkey=str(each.key)) for each in (LOG, NEXT, WITNESS)]
    assert accepts(asked[:2]) == [True, True]
    cosigned = bytes(note.with_signatures([cosign(note.text, WITNESS, 1679315147)]))
    assert accepts([Question("note", note=cosigned, text=note.text)]) == [True]


@pytest.fixture(scope="module")
def package(request: pytest.FixtureRequest) -> object:
    try:
        return programs.aics(request.config.cache.mkdir("aics-tlog"))  # type: ignore[union-attr]
    except programs.Missing as error:
        return missing(error)


def test_our_cosignatures_are_counted_by_others(package: object) -> None:
    note = Checkpoint(ORIGIN, 5, bytes(32)).signed([LOG])
    cosigned = bytes(note.with_signatures([cosign(note.text, WITNESS, 1679315147)]))
    tlog: object = package
    found = tlog.verify_checkpoint(  # type: ignore[attr-defined]
        tlog.parse_note(cosigned), tlog.parse_vkey(str(LOG.key)),  # type: ignore[attr-defined]
        [tlog.parse_vkey(str(WITNESS.key))], 1)  # type: ignore[attr-defined]
    assert found.ok
    assert found.timestamps == {WITNESS.name: 1679315147}


def test_every_tile_of_ours_is_authenticated_by_others(package: object, tmp_path: Path) -> None:
    size = 70_000 if TREES >= 10_000 else 1_500
    tree, directory = Tree(numbered(size)), TileDirectory(tmp_path)
    directory.grow(0, size, tree.hashes, lambda start, end: numbered(end - start, start))
    reader = package.FileSystemTileReader(tmp_path)  # type: ignore[attr-defined]
    report = package.audit_tiles(reader, size, tree.root())  # type: ignore[attr-defined]
    assert (report.size, report.tiles, report.bundles) == ((size, 277, 274) if size == 70_000 else (size, 7, 6))
    path = tmp_path / "tile/entries/004"
    path.write_bytes(path.read_bytes().replace(b"entry 1100", b"entry 9999"))
    with pytest.raises(package.TileVerificationError):  # type: ignore[attr-defined]
        package.audit_tiles(reader, size, tree.root())  # type: ignore[attr-defined]
