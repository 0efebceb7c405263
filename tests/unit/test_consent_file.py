# ruff: noqa: E501 - a line of a file stands on one line
"""The file with decisions on consent: what is read, and that a wrong line spoils itself only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sminion_guard.errors import PolicyError
from sminion_guard.subjects import Fault
from sminion_guard.subjects.consent_file import Line, read

HEADER = "subject,purpose,decision,given_at,text_sha256,channel,until,taken_by\n"
GOOD = f"42,marketing,given,2026-05-03T12:00+03:00,{'ab' * 32},web,2027-05-03,anna\n"


def test_a_line_is_read_with_its_facts() -> None:
    (line,) = read([HEADER, GOOD])
    assert line == Line(
        2, "42", "marketing", "given", datetime(2026, 5, 3, 9, tzinfo=UTC), bytes.fromhex("ab" * 32), "web",
        datetime(2027, 5, 3, tzinfo=UTC), "anna")
    assert isinstance(line, Line) and line.given_at.utcoffset() == timedelta(hours=3)


def test_columns_stand_in_any_order_and_optional_ones_may_lack() -> None:
    (line,) = read(["\ufeffgiven_at,decision,purpose,subject\n", '2026-05-03,refused,marketing,"a, b ""c"""\n'])
    assert isinstance(line, Line)
    assert (line.subject, line.text_sha256, line.channel, line.until, line.taken_by) == ('a, b "c"', None, None, None, None)


@pytest.mark.parametrize("line", [
    '42,"marketing,given,2026-05-03,,,,\n', "42,marketing,given\n", GOOD.rstrip() + ",more\n", GOOD.replace("42", "", 1),
    GOOD.replace("given", "maybe"), GOOD.replace("2026-05-03T12:00+03:00", "yesterday"), GOOD.replace("ab" * 32, "ab"),
    GOOD.replace("ab" * 32, "xyz"), GOOD.replace("given", "refused"), GOOD.replace("web", "w\0b"), GOOD.replace("web", "\udcff"),
    "\n42", '42,"mar"keting,given,2026-05-03,,,,\n',
])  # fmt: skip
def test_a_wrong_line_is_named_with_its_number_and_the_others_are_read(line: str) -> None:
    found = list(read([HEADER, GOOD, *line.splitlines(keepends=True), GOOD]))
    faults = [entry for entry in found if isinstance(entry, Fault)]
    assert len([entry for entry in found if isinstance(entry, Line)]) == 2
    assert [(entry.line, entry.code) for entry in faults] == [(4 if line.startswith("\n") else 3, "SG534")]


@pytest.mark.parametrize("header", [
    "", "\n", "subject,purpose,decision\n", HEADER.replace("channel", "chanel"), HEADER.replace("channel", "subject"), GOOD])
def test_a_file_without_a_header_is_refused(header: str) -> None:
    with pytest.raises(PolicyError) as caught:
        list(read([header, GOOD]))
    assert caught.value.code == "SG534"
