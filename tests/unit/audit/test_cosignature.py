"""Cosignatures of witnesses."""

from __future__ import annotations

import pytest

from sminion_guard.audit.checkpoint import Checkpoint
from sminion_guard.audit.cosignature import Cosignature, cosign, verify_cosignatures
from sminion_guard.audit.note import Note, Signature, parse_note
from sminion_guard.errors import ProofError
from tests.unit.audit.keys import LOG, ORIGIN, WITNESS
from tests.unit.audit.test_checkpoint import EXAMPLE

LINE = ("— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0"
        "xUe+mbIUBkBIfZ+qnA==\n")
NOTE = Checkpoint(ORIGIN, 1, bytes(32)).signed([LOG])


def cosigned(timestamp: int = 1679315147) -> Note:
    return NOTE.with_signatures([cosign(NOTE.text, WITNESS, timestamp)])


def code(call: object, *arguments: object) -> str:
    with pytest.raises(ProofError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.code


def test_the_example_of_the_specification_has_the_time_that_it_says() -> None:
    witness = parse_note((EXAMPLE + LINE).encode()).signatures[1]
    assert witness.name == "witness.example.com/w1"
    assert len(witness.body) == 72
    assert int.from_bytes(witness.body[:8]) == 1679315147


def test_a_cosignature_is_verified_with_its_time() -> None:
    note = parse_note(bytes(cosigned()))
    assert verify_cosignatures(note, [WITNESS.key]) == (Cosignature(WITNESS.key, 1679315147),)
    assert verify_cosignatures(NOTE, [WITNESS.key]) == ()


def test_what_is_signed_is_the_text_of_the_specification() -> None:
    body = cosigned().signatures[1].body
    message = b"cosignature/v1\ntime 1679315147\nlog.example/shop\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    assert WITNESS.key.verify(message, body[8:])


@pytest.mark.parametrize("alter", [
    lambda body: (1679315148).to_bytes(8) + body[8:], lambda body: body[:-1], lambda body: body + b"\0",
    lambda body: bytes(8) + body[8:], lambda body: b"\x80" + body[1:], lambda body: body[:8] + bytes(64),
])
def test_an_altered_cosignature_is_refused(alter: object) -> None:
    good = cosigned().signatures[1]
    bad = NOTE.with_signatures([Signature(good.name, good.key_id, alter(good.body))])  # type: ignore[operator]
    assert code(verify_cosignatures, bad, [WITNESS.key]) == "SG652"


def test_a_cosignature_of_another_checkpoint_is_refused() -> None:
    other = Note(NOTE.text.replace("\n1\n", "\n2\n"), cosigned().signatures)
    assert code(verify_cosignatures, other, [WITNESS.key]) == "SG652"


@pytest.mark.parametrize("timestamp", [0, -1, 2**63])
def test_a_witness_signs_at_a_time(timestamp: int) -> None:
    assert code(cosign, NOTE.text, WITNESS, timestamp) == "SG652"


def test_the_key_of_a_log_is_not_that_of_a_witness() -> None:
    assert code(cosign, NOTE.text, LOG, 1) == "SG651"
    assert code(verify_cosignatures, NOTE, [LOG.key]) == "SG651"
