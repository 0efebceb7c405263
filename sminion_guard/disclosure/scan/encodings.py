"""Encoded stretches of a text and what they say: percent signs, escapes, entities, base64, digits, unusual letters."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote_plus

_MARKED = re.compile(r"(?<!\S)[^\s%\\&]*[%\\&]\S*")
_UNUSUAL = re.compile(r"(?<!\S)[!-~]*[^\x00-\x7f]\S*")
# Letters that stand for other bytes change their case somewhere, as few words do.
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_\-])(?=[A-Za-z0-9+/_\-]*(?:[a-z0-9][A-Z]|[A-Z]{4}))[A-Za-z0-9+/_\-]{8,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){6,}")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")


def decoded(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and meaning of every stretch that is encoded, in each way that it can be read."""
    for pattern in (_MARKED,) if text.isascii() else (_MARKED, _UNUSUAL):
        for found in pattern.finditer(text):
            meaning = _word(found.group())
            if meaning != found.group():
                yield found.start(), found.end(), meaning
    for found in _BASE64.finditer(text):
        plain = _base64(found.group())
        if plain is not None:
            yield found.start(), found.end(), plain
    for found in _HEX.finditer(text):
        plain = _plain(bytes.fromhex(found.group()))
        if plain is not None:
            yield found.start(), found.end(), plain


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
    return "".join(letter for letter in plain if unicodedata.category(letter) not in {"Cf", "Mn"})


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
