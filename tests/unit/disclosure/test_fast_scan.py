"""A scan finds the same as each pattern by itself does, and its work grows as the text does."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sminion_guard.disclosure.scan import hits, patterns
from sminion_guard.disclosure.scan.lines import lines_with, lines_with_run
from tests.unit.disclosure import slow_scan

PIECES = st.sampled_from([
    "shoes", "a", "ab", "DE", "Abc", "eyJ", "GB82", "WEST", "at", "dot", "[at]", "(AT)", "{dot}", " [ at ] ",
    "anna", "@", ".", "..", "1", "12", "123", "1234", "0049", "+49", "+", "-", "_", "/", ",", "?", "=", "!",
    " ", "  ", ":", "::", "%", "%40", "%2B", "\\u0040", "\\x41", "\\ud800", "&#64;", "&amp;", "(", ")", "é",
    "٣", "٤٥", "９", "＠", "\u00a0", "\u2011", "\u200b", "\u00ad", "\u1680", "\u2028", "\n", "QUJD",
    "YW5uYUBleGFtcGxlLm9yZw==", "616e6e61406578616d706c652e6f7267", "deadbeef", "cafe", "4111",
    "4111111111111111", "79161234567", "2026-11-28", "10:45:30", "28.11.2026", "192.168", "fe80", "ﬁ", "ж",
    "Ж", "İ", "ſ", "K", "\x00", "\t", "ﷺ", "\u0301", "ü", "example.org", "anna@example.org", "%E2%80%8B",
    "550e8400-e29b-41d4-a716-446655440000", "00:1A:2b:3c:4d:5e", "DE89370400440532013000", '"', "<", "|",
])
TEXTS = st.one_of(
    st.lists(PIECES, max_size=14).map("".join), st.lists(PIECES, max_size=10).map(" ".join),
    st.lists(PIECES, max_size=10).map("-".join), st.text("0123456789 .-/()+:abcXYZ@", max_size=60),
    st.text(max_size=40),
)
ENCODED = st.lists(st.sampled_from([
    lambda text: quote(text, safe="", errors="replace"), lambda text: base64.b64encode(_bytes(text)).decode(),
    lambda text: _bytes(text).hex(), lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    lambda text: text.replace("a", "\\u0061"),
]), max_size=5)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


@settings(max_examples=600, deadline=None)
@given(st.lists(st.tuples(PIECES, TEXTS, ENCODED), min_size=1, max_size=3))
@example([("", "a@b.c@d.e", [])])
@example([("", "x" * 70 + "@example.org [at] example.org", [])])
@example([("", "AB12 AB12 3456 7890 1234 5678 90", [])])
def test_the_fast_scan_finds_what_the_slow_one_does(parts: list[tuple[str, str, list[object]]]) -> None:
    lines = []
    for before, text, chain in parts:
        for encoding in chain:
            text = encoding(text) if len(text) < 2000 else text  # type: ignore[operator]
        lines.append(before + text)
    text = "\n".join(lines)
    assert hits(text) == slow_scan.hits(text)
    assert sorted(patterns.matches(text)) == sorted(slow_scan.matches(text))


@given(st.lists(PIECES, max_size=30).map("".join))
def test_lines_are_whole_and_in_order(text: str) -> None:
    for spans in (lines_with(r"[0-9]a?"), lines_with_run("[a-z]", 3)):
        last = -1
        for start, end in spans(text):
            assert start > last
            assert start == 0 or text[start - 1] == "\n"
            assert end == len(text) or text[end] == "\n"
            last = end


@pytest.mark.parametrize("unit", [
    "a@", "a [at] ", "@", "a.b@c", "1 ", "12-34 ", "1.", ":a", "a:b:", "ab:", "ab-", "+1 ", "(12) ", "79",
    "AB12 ", "aB", "ж", "ﬁ", "%41", "&#64;", "-cafe-", "QUFB", "616263", "0 0 ", "2026-11-", "\u200b",
])
def test_a_text_made_to_be_slow_ends(unit: str) -> None:
    """A million letters. Work that grew with the square of them would not end within the time of a whole run."""
    for text in (unit * (1_000_000 // len(unit)), f"{unit * 5}\n" * (200_000 // len(unit))):
        hits(text)
