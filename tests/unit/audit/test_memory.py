"""Nothing is signed that contradicts what was signed before: not by a rewritten log, a crash, or two processes."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from sminion_guard import files
from sminion_guard.audit.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from sminion_guard.audit.memory import Memory
from sminion_guard.audit.merkle import consistency_proof
from sminion_guard.audit.note import Note, parse_note
from sminion_guard.audit.signing import verify_all
from sminion_guard.errors import GuardError, SealRefused
from tests.unit.audit.keys import LOG, NEXT, ORIGIN, TestSigner
from tests.unit.audit.trees import Tree, numbered

TREE = Tree(numbered(9))
REWRITTEN = Tree([b"altered", *numbered(12, 1)])
FORK = multiprocessing.get_context("fork")


def checkpoint(tree: Tree, size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, tree.root(size))


def seal(memory: Memory, tree: Tree, size: int, signer: TestSigner = LOG) -> Note:
    with memory.held() as held:
        proof = consistency_proof(held.size, size, tree.hashes) if held.size <= size else []
        return held.seal(checkpoint(tree, size), proof, [signer])


def refused(code: str, call: Callable[..., object], *arguments: object, **more: object) -> None:
    with pytest.raises(SealRefused) as caught:
        call(*arguments, **more)
    assert caught.value.code == code


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    memory = Memory(tmp_path / "state" / "seal.json", ORIGIN)
    memory.create()
    return memory


def test_a_log_that_grows_is_sealed_again_and_again(memory: Memory) -> None:
    for size in (0, 1, 1, 5, 9):
        note = seal(memory, TREE, size)
        assert verify_checkpoint(bytes(note), ORIGIN, [LOG.key]) == checkpoint(TREE, size)
    with memory.held() as held:
        assert held.last is not None
        assert held.last.note == bytes(note)


def test_a_restored_database_is_not_sealed(memory: Memory) -> None:
    seal(memory, TREE, 7)
    refused("SG663", seal, memory, TREE, 6)
    refused("SG663", seal, memory, Tree(), 0)


def test_a_rewritten_log_is_not_sealed(memory: Memory) -> None:
    seal(memory, TREE, 7)
    refused("SG664", seal, memory, REWRITTEN, 7)
    refused("SG664", seal, memory, REWRITTEN, 9)
    seal(memory, TREE, 9)


def test_a_log_is_not_sealed_without_proof(memory: Memory) -> None:
    seal(memory, TREE, 7)
    with memory.held() as held:
        refused("SG664", held.seal, checkpoint(TREE, 9), [], [LOG])
        assert held.last is not None
        assert held.last.checkpoint.size == 7


def test_what_is_refused_is_not_signed(memory: Memory) -> None:
    seal(memory, TREE, 7)

    class Never(TestSigner):
        def sign(self, message: bytes) -> bytes:
            raise AssertionError("signed")

    refused("SG664", seal, memory, REWRITTEN, 9, signer=Never(1))


def test_another_log_is_not_sealed(memory: Memory) -> None:
    with memory.held() as held:
        refused("SG665", held.seal, Checkpoint("log.example/other", 7, TREE.root(7)), [], [LOG])
    refused("SG665", seal, Memory(memory.path, "log.example/other"), TREE, 7)


def test_a_key_is_replaced_by_a_checkpoint_under_both(memory: Memory) -> None:
    seal(memory, TREE, 3)
    with memory.held() as held:
        proof = consistency_proof(3, 5, TREE.hashes)
        note = held.seal(checkpoint(TREE, 5), proof, [LOG, NEXT])
        refused("SG661", held.seal, checkpoint(TREE, 5), [], [])
    verify_all(note, [LOG.key, NEXT.key])
    seal(memory, TREE, 7, NEXT)
    refused("SG664", seal, memory, REWRITTEN, 9, NEXT)


def test_a_memory_that_is_missing_is_not_made_by_itself(tmp_path: Path) -> None:
    refused("SG665", seal, Memory(tmp_path / "seal.json", ORIGIN), TREE, 3)
    assert not (tmp_path / "seal.json").exists()
    refused("SG665", seal, Memory(tmp_path / "missing" / "seal.json", ORIGIN), TREE, 3)


def test_a_memory_is_never_begun_again(memory: Memory) -> None:
    seal(memory, TREE, 7)
    before = memory.path.read_bytes()
    refused("SG665", memory.create)
    assert memory.path.read_bytes() == before


def test_a_lost_memory_goes_on_from_the_last_published_checkpoint(memory: Memory) -> None:
    last = bytes(seal(memory, TREE, 7))
    memory.path.unlink()
    refused("SG665", Memory(memory.path, "log.example/other").create, last)
    memory.create(last)
    refused("SG664", seal, memory, REWRITTEN, 9)
    refused("SG663", seal, memory, TREE, 6)
    seal(memory, TREE, 9)


def test_nobody_else_reads_or_writes_the_memory(memory: Memory) -> None:
    seal(memory, TREE, 7)
    assert [path.stat().st_mode & 0o777 for path in sorted(memory.path.parent.iterdir())] == [0o600, 0o600]


@pytest.mark.parametrize("alter", [
    lambda data: {}, lambda data: [], lambda data: data | {"format": 2}, lambda data: data | {"origin": None},
    lambda data: data | {"checkpoint": "nonsense"}, lambda data: data | {"note": "nonsense"},
    lambda data: data | {"checkpoint": checkpoint(TREE, 6).text}, lambda data: data | {"checkpoint": 7},
])
def test_a_damaged_memory_is_not_believed(memory: Memory, alter: Callable[[object], object]) -> None:
    seal(memory, TREE, 7)
    memory.path.write_text(json.dumps(alter(json.loads(memory.path.read_bytes()))))
    refused("SG665", seal, memory, TREE, 9)


def test_a_memory_that_was_cut_off_is_not_believed(memory: Memory) -> None:
    seal(memory, TREE, 7)
    whole = memory.path.read_bytes()
    for end in range(0, len(whole) - 1, 17):
        memory.path.write_bytes(whole[:end])
        refused("SG665", seal, memory, TREE, 9)


def test_what_was_not_published_is_told(memory: Memory) -> None:
    note = bytes(seal(memory, TREE, 7))
    with memory.held() as held:
        assert held.unpublished == note
        held.published()
    with memory.held() as held:
        assert held.unpublished is None
        held.published()
    assert bytes(seal(memory, TREE, 7)) == note
    with memory.held() as held:
        assert held.unpublished is None


def test_one_process_at_a_time_seals(memory: Memory) -> None:
    with memory.held(), pytest.raises(SealRefused) as caught, memory.held(timeout=0.1):
        pass
    assert caught.value.code == "SG666"
    seal(memory, TREE, 1)


class Recorder(TestSigner):
    """A key whose every signature is on record, whatever happens to the process afterwards."""

    record: Path

    def sign(self, message: bytes) -> bytes:
        with self.record.open("ab") as file:
            file.write(message + b"\n")
        return super().sign(message)


def recorder(record: Path) -> Recorder:
    signer = Recorder(1)
    object.__setattr__(signer, "record", record)
    return signer


def signed(record: Path) -> list[Checkpoint]:
    """All that was ever signed."""
    text = record.read_text() if record.exists() else ""
    return [parse_checkpoint(each + "\n") for each in text.split("\n\n") if each]


def die_at(step: int) -> None:
    """Kills this process before the call number ``step`` of those that make something durable or sign."""
    left = iter(range(step))

    def deadly(call: Callable[..., object]) -> Callable[..., object]:
        def dying(*arguments: object, **more: object) -> object:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **more)
        return dying

    for name in ("replace", "fsync", "fchmod", "link", "unlink"):
        setattr(os, name, deadly(getattr(os, name)))
    Recorder.sign = deadly(Recorder.sign)  # type: ignore[method-assign,assignment]
    files.tempfile.mkstemp = deadly(files.tempfile.mkstemp)  # type: ignore[assignment]


def sealed_and_published(memory: Memory, tree: Tree, size: int, record: Path, public: Path, step: int | None) -> None:
    if step is not None:
        die_at(step)
    with memory.held() as held:
        note = held.seal(checkpoint(tree, size), consistency_proof(held.size, size, tree.hashes), [recorder(record)])
        files.replace(public, bytes(note))
        held.published()


def in_a_process(*arguments: object) -> int | None:
    child = FORK.Process(target=sealed_and_published, args=arguments)
    child.start()
    child.join()
    return child.exitcode


def test_a_crash_at_any_moment_leaves_nothing_that_contradicts(memory: Memory, tmp_path: Path) -> None:
    record, public = tmp_path / "record", tmp_path / "published"
    in_a_process(memory, TREE, 5, record, public, None)
    before, first = memory.path.read_bytes(), record.read_bytes()
    deaths, ended = 0, None
    while ended != 0:
        memory.path.write_bytes(before)
        record.write_bytes(first)
        ended = in_a_process(memory, TREE, 7, record, public, deaths)
        deaths += ended != 0
        # Whatever was signed: a log that was rewritten meanwhile is not sealed, unless nothing is known of it yet.
        with memory.held() as held:
            sizes = {held.size, *(each.size for each in signed(record))}
        assert max(sizes) == held.size
        refused("SG664", seal, memory, REWRITTEN, 9, signer=recorder(record))
        # The next run goes on.
        seal(memory, TREE, 9, recorder(record))
        known = {each.size: each.root for each in signed(record)}
        assert all(each.root == known[each.size] == TREE.root(each.size) for each in signed(record))
        published = parse_checkpoint(parse_note(public.read_bytes()).text)
        assert published.root == TREE.root(published.size)
    assert deaths > 15


def test_two_processes_never_seal_two_logs_of_one_size(memory: Memory, tmp_path: Path) -> None:
    record = tmp_path / "record"
    for size in range(1, 9):
        children = [FORK.Process(target=sealed_and_published,
                                 args=(memory, tree, size, record, tmp_path / "published", None))
                    for tree in (TREE, REWRITTEN)]
        for child in children:
            child.start()
        for child in children:
            child.join()
        assert sorted(child.exitcode == 0 for child in children) == [False, True]
        roots = [{each.root for each in signed(record) if each.size == at} for at in range(1, size + 1)]
        assert [len(each) for each in roots] == [1] * size


def test_a_failed_signature_is_remembered_as_a_wish(memory: Memory) -> None:
    """The key may have signed before the program that holds it failed."""
    class Broken(TestSigner):
        def sign(self, message: bytes) -> bytes:
            raise SealRefused("SG662", "the key cannot be reached")

    refused("SG662", seal, memory, TREE, 5, Broken(1))
    refused("SG664", seal, memory, REWRITTEN, 5)
    with memory.held() as held:
        assert held.unpublished is None
    seal(memory, TREE, 5)


def test_errors_say_what_was_sealed_and_what_is_there(memory: Memory) -> None:
    seal(memory, TREE, 7)
    with pytest.raises(GuardError) as caught:
        seal(memory, REWRITTEN, 7)
    assert TREE.root(7).hex() in (caught.value.detail or "")
    assert REWRITTEN.root(7).hex() in (caught.value.detail or "")
