"""The file of a ledger: whole batches or nothing, and no line that was changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sminion_guard.errors import GuardError
from sminion_guard.subjects.ledger import Entry, Ledger, commitment


def entry(number: int) -> Entry:
    return Entry(number, "state", "2026-11-28T12:00:00+00:00", commitment(b"s", str(number)), None, None,
                 {"event": "block", "reason": "Gericht: „§ 3“"})


def add(ledger: Ledger, *numbers: int) -> int:
    with ledger.held() as (file, _, last):
        return ledger.add(file, last, [entry(number) for number in numbers], max(numbers), "ab")


def numbers(ledger: Ledger) -> list[int]:
    return [found.number for found in ledger.entries() if isinstance(found, Entry)]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(tmp_path / "ledger")
    ledger.create()
    add(ledger, 1, 2)
    add(ledger, 3)
    return ledger


def code(ledger: Ledger) -> str:
    with pytest.raises(GuardError) as refused:
        list(ledger.entries())
    return refused.value.code


def test_what_was_added_is_read_and_the_file_is_its_owners_alone(ledger: Ledger) -> None:
    assert numbers(ledger) == [1, 2, 3]
    assert ledger.path.stat().st_mode & 0o777 == 0o600
    name = ledger.head().ledger
    ledger.create()  # nothing happens where it is there
    assert ledger.head().ledger == name and numbers(ledger) == [1, 2, 3]


@pytest.mark.parametrize("cut", range(1, 400, 13))
def test_a_batch_that_a_crash_cut_off_is_none_and_the_next_replaces_it(ledger: Ledger, cut: int) -> None:
    whole = ledger.path.read_bytes()
    add(ledger, 4, 5)
    torn = ledger.path.read_bytes()[len(whole):][:-cut]
    ledger.path.write_bytes(whole + torn)
    assert numbers(ledger) == [1, 2, 3]
    assert add(ledger, 6) == 1
    assert numbers(ledger) == [1, 2, 3, 6]


@pytest.mark.parametrize("line", range(1, 6))
def test_a_line_that_was_changed_taken_out_or_repeated_is_noticed(ledger: Ledger, line: int) -> None:
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 6  # the head, three entries and two marks
    others = [[*lines[:line], lines[line], *lines[line:]]]
    if line < 5:  # without the last mark it is a file that a crash cut off
        others += [lines[:line] + lines[line + 1:]]
    others += [[*lines[:line], lines[line].replace(b'"a', b'"b').replace(b"12:00", b"13:00"), *lines[line + 1:]]]
    for other in others:
        ledger.path.write_bytes(b"".join(other))
        assert code(ledger) == "SG590"


def test_another_file_is_no_ledger(tmp_path: Path) -> None:
    for text in ("", "{}\n", "[]\n", '{"format": "sminion_guard ledger 2"}\n', "\xff\n"):
        (tmp_path / "other").write_text(text, encoding="latin-1")
        assert code(Ledger(tmp_path / "other")) == "SG590"


def test_two_do_not_write_at_once(ledger: Ledger) -> None:
    with ledger.held(), pytest.raises(GuardError) as refused, ledger.held():
        pass
    assert refused.value.code == "SG591"
    assert add(ledger, 4) == 1  # the control
