"""Signed notes and verifier keys: the examples of the specification, and what is not one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sminion_guard.audit.note import MAX_BYTES, Note, Signature, parse_note
from sminion_guard.audit.signing import sign_note, verify_all, verify_note
from sminion_guard.audit.vkey import KeyType, VerifierKey, parse_vkey
from sminion_guard.errors import ProofError
from tests.foreign import verifier
from tests.unit.audit.keys import LOG, NEXT, WITNESS, TestSigner

VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
LINE = "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
NOTE = f"This is an example message.\n\n{LINE}\n".encode()
"""Key and note that the page on signed-note shows."""
POEM = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore \
NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
""".encode()
"""The other note of that page, whose text has an empty line."""


def code(call: object, *arguments: object) -> str:
    with pytest.raises(ProofError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.code


def test_the_example_of_the_specification_is_verified() -> None:
    note, key = parse_note(NOTE), parse_vkey(VKEY)
    assert verify_note(note, [key]) == (key,)
    assert note.text == "This is an example message.\n"
    assert bytes(note) == NOTE
    assert str(key) == VKEY
    assert verifier.signed_by(NOTE, VKEY) == note.text


def test_the_text_ends_at_the_last_empty_line() -> None:
    note = parse_note(POEM)
    assert note.text.endswith("\n\ned è subito sera.\n")
    assert [each.name for each in note.signatures] == ["quasimodo.example/salvatore"]
    assert bytes(note) == POEM


@pytest.mark.parametrize("data", [
    NOTE[:-1], NOTE.replace(b"\n\n", b"\n"), NOTE.replace(b"message", b"mess\0ge"), NOTE.replace(b"message", b"\xff"),
    NOTE.replace(b"\n\n", b"\r\n\r\n"), NOTE + NOTE.split(b"\n\n")[1], NOTE + b"\n", NOTE + b"x\n", b"",
    NOTE.replace(b"aQM=", b"aQN="), NOTE.replace(b"aQM=", b"aQM"), NOTE.replace(b"foo U", b"foo  U"),
    NOTE.replace("— e".encode(), b"- e"), NOTE.replace(b"/foo", b"+foo"), NOTE.replace(b"/foo", "\u2003foo".encode()),
    NOTE.replace(b"example.com/foo ", b" "), b"text\n\n" + "— a AAAAAA==\n".encode(),
    b"x" * MAX_BYTES + NOTE, b"text\n\n" + b"".join(f"— a{at} AAAAAAA=\n".encode() for at in range(101)),
])
def test_what_is_not_a_note_is_refused(data: bytes) -> None:
    assert code(parse_note, data) == "SG650"


def test_a_hundred_signatures_of_strangers_are_read_and_ignored() -> None:
    strangers = [Signature(f"stranger{at}", b"\0\0\0\1", b"?") for at in range(99)]
    note = parse_note(bytes(sign_note("text\n", [LOG]).with_signatures(strangers)))
    assert verify_note(note, [LOG.key, NEXT.key]) == (LOG.key,)


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")))
def test_every_text_can_be_signed(text: str) -> None:
    note = sign_note(text + "\n", [LOG])
    assert parse_note(bytes(note)) == note
    assert verify_note(note, [LOG.key]) == (LOG.key,)


def test_a_signature_of_another_text_is_refused() -> None:
    forged = Note("something else\n", parse_note(NOTE).signatures)
    assert code(verify_note, forged, [parse_vkey(VKEY)]) == "SG652"


def test_a_false_signature_is_refused_although_another_is_good() -> None:
    """A known key whose signature does not fit means that somebody altered the note."""
    false = Signature(NEXT.name, NEXT.key.key_id, bytes(64))
    note = sign_note("text\n", [LOG]).with_signatures([false])
    assert verify_note(note, [LOG.key]) == (LOG.key,)
    assert code(verify_note, note, [LOG.key, NEXT.key]) == "SG652"


def test_a_note_that_only_strangers_signed_is_refused() -> None:
    other = TestSigner(9, "example.com/foo")
    assert code(verify_note, parse_note(NOTE), [other.key]) == "SG652"
    assert code(verify_note, parse_note(NOTE), []) == "SG652"


def test_one_key_signs_once() -> None:
    twice = sign_note("text\n", [LOG]).with_signatures([Signature(LOG.name, LOG.key.key_id, bytes(64))])
    assert code(verify_note, twice, [LOG.key]) == "SG650"


def test_the_old_and_the_new_key_sign_one_text() -> None:
    note = sign_note("text\n", [LOG, NEXT])
    verify_all(note, [LOG.key, NEXT.key])
    assert verify_note(note, [LOG.key]) == (LOG.key,)
    assert verify_note(note, [NEXT.key]) == (NEXT.key,)
    assert code(verify_all, sign_note("text\n", [NEXT]), [LOG.key, NEXT.key]) == "SG652"
    assert code(verify_all, note, []) == "SG652"


def test_a_witness_key_signs_no_note_of_a_log() -> None:
    assert code(sign_note, "text\n", [WITNESS]) == "SG651"
    assert code(verify_note, parse_note(NOTE), [WITNESS.key]) == "SG651"


@pytest.mark.parametrize("text", [
    "", "example.com/foo", VKEY.replace("530d903a", "530d903b"), VKEY.replace("foo", "bar"), VKEY[:-1],
    VKEY.replace("530d903a", "530D903A"), VKEY.replace("+530d", "++530d"), VKEY.replace("example.com/", "e x"),
    "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", "a+00000000+", "a+00000000+Bg==", "a+00000000+AQ==",
])
def test_what_is_not_a_verifier_key_is_refused(text: str) -> None:
    assert code(parse_vkey, text) == "SG651"


def test_one_public_key_has_another_id_as_a_witness() -> None:
    public = LOG.key.public
    keys = [VerifierKey("a", public), VerifierKey("a", public, KeyType.COSIGNATURE), VerifierKey("b", public)]
    assert len({key.key_id for key in keys}) == 3
    assert [parse_vkey(f"{key}\n") for key in keys] == keys
