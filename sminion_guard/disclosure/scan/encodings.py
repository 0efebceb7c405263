"""Encoded stretches of a text and what they say: percent signs, escapes, entities, base64, digits, unusual letters."""

from __future__ import annotations

import base64
import binascii
import html
import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from urllib.parse import unquote_plus

from sminion_guard.disclosure.scan.lines import Spans, lines_with, lines_with_run

_MARKED = re.compile(r"(?<!\S)[^\s%\\&]*[%\\&]\S*")
_UNUSUAL = re.compile(r"(?<!\S)[!-~]*[^\x00-\x7f]\S*")
# Letters that stand for other bytes change their case somewhere, as few words do.
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_\-])(?=[A-Za-z0-9+/_\-]*(?:[a-z0-9][A-Z]|[A-Z]{4}))[A-Za-z0-9+/_\-]{8,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){6,}")
_MARKS = frozenset("%\\&")
_MARKED_LINES = lines_with(r"[%\\&]")
_MIXED_LINES = lines_with(r"[A-Z](?:(?<=[a-z0-9].)|[A-Z]{3})")
_HEX_LINES = lines_with_run("[0-9A-Fa-f]", 12)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")


def decoded(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and meaning of every stretch that is encoded, in each way that it can be read."""
    for pattern, spans in ((_MARKED, _MARKED_LINES), (_UNUSUAL, _unusual_lines))[:1 if text.isascii() else 2]:
        for found in _all(pattern, spans, text):
            meaning = _word(found.group())
            if meaning != found.group():
                yield found.start(), found.end(), meaning
    for found in _all(_BASE64, _MIXED_LINES, text):
        plain = _base64(found.group())
        if plain is not None:
            yield found.start(), found.end(), plain
    for found in _all(_HEX, _HEX_LINES, text):
        plain = _plain(bytes.fromhex(found.group()))
        if plain is not None:
            yield found.start(), found.end(), plain


def _all(pattern: re.Pattern[str], spans: Spans, text: str) -> Iterator[re.Match[str]]:
    for start, end in spans(text):
        yield from pattern.finditer(text, start, end)


def _word(word: str) -> str:
    """A word without percent signs, escapes as of JSON, entities of HTML and unusual letters."""
    if "%" in word:
        word = unquote_plus(word)
    if "\\" in word:
        word = _ESCAPE.sub(lambda found: chr(int(found.group(1) or found.group(2), 16)), word)
    if "&" in word:
        word = html.unescape(word)
    return word if word.isascii() else _letters(word)


def _letters(word: str) -> str:
    """Wide letters, circled digits and the like as plain ones; what has no width is left out."""
    plain = unicodedata.normalize("NFKC", word)
    widthless = _without_width()
    return plain if widthless.isdisjoint(plain) else "".join(letter for letter in plain if letter not in widthless)


@cache
def _without_width() -> frozenset[str]:
    letters = (chr(code) for code in range(128, sys.maxunicode + 1))
    return frozenset(letter for letter in letters if unicodedata.category(letter) in {"Cf", "Mn"})


def _unusual_lines(text: str) -> Iterator[tuple[int, int]]:
    """Lines of other letters that mean others than they are. Most texts of other languages do not."""
    widthless = _without_width()
    at = 0
    for line in text.split("\n"):
        if not line.isascii() and not (
                _MARKS.isdisjoint(line) and unicodedata.is_normalized("NFKC", line) and widthless.isdisjoint(line)):
            yield at, at + len(line)
        at += len(line) + 1


def _base64(run: str) -> str | None:
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        return None
    try:
        return _plain(base64.b64decode(body + "=" * (-len(body) % 4), validate=True))
    except (ValueError, binascii.Error):
        return None


def _plain(data: bytes) -> str | None:
    """The bytes as text, where they are some."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None
