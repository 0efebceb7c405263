"""Files that prove one entry."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sminion_guard.audit.checkpoint import Checkpoint
from sminion_guard.audit.cosignature import cosign
from sminion_guard.audit.merkle import inclusion_proof
from sminion_guard.audit.proof_file import ProofFile, parse_proof_file, verify_proof_file
from sminion_guard.errors import ProofError
from tests.unit.audit.keys import LOG, NEXT, ORIGIN, WITNESS
from tests.unit.audit.trees import Tree, numbered

TREE = Tree(numbered(7))
CHECKPOINT = Checkpoint(ORIGIN, 7, TREE.root())
NOTE = CHECKPOINT.signed([LOG])
COSIGNED = bytes(NOTE.with_signatures([cosign(NOTE.text, WITNESS, 5)]))
PROOF = ProofFile(3, tuple(inclusion_proof(3, 7, TREE.hashes)), COSIGNED, b"the salt")
TEXT = bytes(PROOF)
HASH = base64.b64encode(bytes(32)) + b"\n"


def code(call: object, *arguments: object) -> str:
    with pytest.raises(ProofError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.code


def test_a_file_has_the_form_of_the_specification() -> None:
    lines = TEXT.decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra dGhlIHNhbHQ=", "index 3"]
    assert [len(base64.b64decode(line)) for line in lines[3:6]] == [32, 32, 32]
    assert lines[6] == ""
    assert "\n".join(lines[7:]).encode() == COSIGNED
    assert parse_proof_file(TEXT) == PROOF


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.data())
def test_every_entry_can_be_proved_by_a_file(size: int, data: st.DataObject) -> None:
    tree, index = Tree(numbered(size)), data.draw(st.integers(0, size - 1))
    note = bytes(Checkpoint(ORIGIN, size, tree.root()).signed([LOG]))
    proof = ProofFile(index, tuple(inclusion_proof(index, size, tree.hashes)), note)
    assert parse_proof_file(bytes(proof)) == proof
    assert verify_proof_file(proof, numbered(size)[index], ORIGIN, [LOG.key]).size == size
    assert code(verify_proof_file, proof, b"another entry", ORIGIN, [LOG.key]) == "SG655"


def test_who_signed_is_verified() -> None:
    entry = numbered(7)[3]
    assert verify_proof_file(PROOF, entry, ORIGIN, [LOG.key], [WITNESS.key], 1) == CHECKPOINT
    assert code(verify_proof_file, PROOF, entry, ORIGIN, [NEXT.key]) == "SG652"
    assert code(verify_proof_file, PROOF, entry, "log.example/other", [LOG.key]) == "SG653"
    alone = ProofFile(PROOF.index, PROOF.hashes, bytes(NOTE))
    assert verify_proof_file(alone, entry, ORIGIN, [LOG.key]) == CHECKPOINT
    assert code(verify_proof_file, alone, entry, ORIGIN, [LOG.key], [WITNESS.key], 1) == "SG652"
    # One witness that is named twice is one.
    assert code(verify_proof_file, PROOF, entry, ORIGIN, [LOG.key], [WITNESS.key, WITNESS.key], 2) == "SG652"


def test_the_proof_of_one_entry_is_not_that_of_another() -> None:
    moved = ProofFile(2, PROOF.hashes, COSIGNED)
    assert code(verify_proof_file, moved, numbered(7)[3], ORIGIN, [LOG.key]) == "SG655"


@pytest.mark.parametrize("data", [
    b"", TEXT.replace(b"@v1", b"@v2"), TEXT.replace(b"index 3", b"index 03"), TEXT.replace(b"index 3\n", b""),
    TEXT.replace(b"index 3", b"index -3"), TEXT.replace(b"extra dGhlIHNhbHQ=", b"extra dGhlIHNhbHQ"),
    TEXT.replace(b"extra dGhlIHNhbHQ=", b"extra "), TEXT.replace(b"extra ", b"extra\t"),
    TEXT.replace(b"index 3\n", b"index 3\nAAAA\n"), TEXT.replace(b"\n\n", b"\n", 1).partition(b"\n\n")[0],
    TEXT.replace(b"index 3\n", b"index 3\n" + HASH * 61), TEXT.replace(b"index", "índex".encode()),
    TEXT.replace(b"index 3\n", b"index 3\r\n"), TEXT + bytes(2_000_000), b"c2sp.org/tlog-proof@v1\n\n" + COSIGNED,
])
def test_what_is_not_a_proof_file_is_refused(data: bytes) -> None:
    assert code(parse_proof_file, data) == "SG657"


def test_as_many_hashes_as_a_log_can_need_are_read() -> None:
    assert len(parse_proof_file(TEXT.replace(b"index 3\n", b"index 3\n" + HASH * 60)).hashes) == 63
