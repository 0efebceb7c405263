"""Checkpoints: the example of the specification, and what is not one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sminion_guard.audit.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from sminion_guard.audit.merkle import EMPTY_ROOT
from sminion_guard.audit.note import parse_note
from sminion_guard.audit.signing import sign_note
from sminion_guard.errors import ProofError
from tests.foreign import verifier
from tests.unit.audit.keys import LOG, NEXT, ORIGIN

BODY = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
EXAMPLE = (BODY + "\n— example.com/behind-the-sofa "
           "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n")
"""The page on tlog-checkpoint shows it; not the key."""


def code(call: object, *arguments: object) -> str:
    with pytest.raises(ProofError) as caught:
        call(*arguments)  # type: ignore[operator]
    return caught.value.code


def test_the_example_of_the_specification_is_read_and_written() -> None:
    checkpoint = parse_checkpoint(parse_note(EXAMPLE.encode()).text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert checkpoint.text == BODY


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_that_was_signed_is_verified(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    data = bytes(checkpoint.signed([LOG]))
    assert verify_checkpoint(data, ORIGIN, [LOG.key]) == checkpoint
    assert verifier.signed_by(data, str(LOG.key)) == checkpoint.text


def test_a_checkpoint_of_another_log_is_refused_although_the_key_is_known() -> None:
    data = bytes(Checkpoint("log.example/other", 0, EMPTY_ROOT).signed([LOG]))
    assert code(verify_checkpoint, data, ORIGIN, [LOG.key]) == "SG653"


def test_a_checkpoint_under_another_key_is_refused() -> None:
    data = bytes(Checkpoint(ORIGIN, 0, EMPTY_ROOT).signed([NEXT]))
    assert code(verify_checkpoint, data, ORIGIN, [LOG.key]) == "SG652"


def test_extension_lines_of_other_logs_are_read_and_ours_has_none() -> None:
    other = parse_checkpoint(BODY + "something\n")
    assert other.extensions == ("something",)
    assert other.text == BODY + "something\n"
    assert Checkpoint(ORIGIN, 0, EMPTY_ROOT).text.count("\n") == 3


@pytest.mark.parametrize("text", [
    "", BODY[:-1], BODY.replace("example.com/behind-the-sofa", ""), BODY.replace("2085", "02085"),
    BODY.replace("2085", "-2085"), BODY.replace("2085", "+2085"), BODY.replace("2085", "²2085"),
    BODY.replace("20852163", "9223372036854775808"), BODY.replace("20852163", ""), BODY.replace("2I=", "2J="),
    BODY.replace("CsUY", ""), BODY + "\n", BODY + "\nx\n", "a\n1\n",
    BODY.replace("sofa", "sofa\x01"),
])
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    assert code(parse_checkpoint, text) == "SG653"


@pytest.mark.parametrize("arguments", [
    ("", 1, bytes(32)), ("a\nb", 1, bytes(32)), ("a", -1, bytes(32)), ("a", 2**63, bytes(32)), ("a", 1, bytes(31)),
    ("a", 1, bytes(32), ("",)), ("a", 1, bytes(32), ("x\n",)),
])
def test_no_such_checkpoint_can_be_made(arguments: tuple[object, ...]) -> None:
    assert code(Checkpoint, *arguments) == "SG653"


def test_a_log_without_entries_has_the_root_of_nothing() -> None:
    false = Checkpoint(ORIGIN, 0, bytes(32))
    assert code(false.signed, [LOG]) == "SG653"
    assert code(verify_checkpoint, bytes(sign_note(false.text, [LOG])), ORIGIN, [LOG.key]) == "SG653"
