"""The scan without its speed: each pattern over all of a text, each meaning on its own."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote_plus

from sminion_guard.disclosure.scan import Hit, Kind, encodings, patterns
from sminion_guard.disclosure.scan.text import MAX_DEPTH

# Nothing spans lines: texts are scanned in blocks of many.
_AT = r"(?:@| ?[\[({] ?at ?[\])}] ?)"
_DOT = r"(?:\.| ?[\[({] ?dot ?[\])}] ?)"
_GAP = r"[ .\-/\u00a0\u2010-\u2015]"
_FORMS: tuple[tuple[Kind, str, patterns.Test], ...] = (
    (Kind.EMAIL, rf"[^\s@<>()\[\]{{}},;:\"'=?&/\\|]{{1,64}}{_AT}[\w\-]+(?:{_DOT}[\w\-]+)+", patterns._always),
    (Kind.CARD, r"(?<!\w)\d(?:[ \-]?\d){12,18}(?!\w)", patterns._card),
    (Kind.ACCOUNT, r"(?<!\w)[A-Za-z]{2}\d\d(?:[ \-]?[A-Za-z0-9]){11,30}(?!\w)",
     patterns._iban),
    (Kind.ADDRESS, r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])", patterns._ip),
    (Kind.ADDRESS, r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])", patterns._ip),
    (Kind.ADDRESS, r"(?<!\w)[0-9A-Fa-f]{2}(?:[:\-][0-9A-Fa-f]{2}){5}(?!\w)", patterns._always),
    # With a plus or two zeros; in groups; with its prefix in brackets; eleven digits, as mobile numbers in Russia.
    (Kind.PHONE, rf"(?<![\w+])(?:\+|00) ?\d(?:{_GAP}?[()]?{_GAP}?\d){{7,14}}(?!\w)", patterns._phone),
    (Kind.PHONE, rf"(?<![\w.\-])(?:\d{{1,3}}{_GAP})?\(?\d{{2,5}}\)?(?:{_GAP}\d{{2,4}}){{2,4}}(?![\w\-])",
     patterns._phone),
    (Kind.PHONE, r"(?<!\w)\(\d{2,5}\) ?\d{5,9}(?!\w)", patterns._phone),
    (Kind.PHONE, r"(?<![\w.\-])[78]9\d{9}(?![\w.\-])", patterns._phone),
    (Kind.TOKEN, r"eyJ[\w\-]{8,}\.[\w\-]{8,}\.[\w\-]*", patterns._always),
    (Kind.TOKEN, r"(?<!\w)[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?!\w)", patterns._always),
    (Kind.TOKEN, r"(?<!\w)(?=[0-9A-Fa-f]*[0-9])[0-9A-Fa-f]{32,}(?!\w)", patterns._always),
    (Kind.TOKEN, r"(?<![\w+/\-])[\w+/\-]{24,}={0,2}(?![\w+/\-=])", patterns._mixed),
)
PATTERNS = tuple(
    (kind, re.compile(form, re.IGNORECASE if kind is Kind.EMAIL else 0), test) for kind, form, test in _FORMS)
_DATES = re.compile(
    r"(?<!\d)(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})"
    r"(?:[T ]\d{2}(?::\d{2}(?::\d{2}(?:[.,]\d+)?)?)?(?:Z|[+\-]\d{2}(?::?\d{2})?)?)?(?!\d)")
"""Days and moments look like telephone numbers."""
_AT_SIGN = re.compile(r"@|[\[({] ?at ?[\])}]", re.IGNORECASE)


def matches(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Kind, start and end of everything that has one of the forms, as the text stands."""
    masked = _DATES.sub(lambda found: "\x00" * len(found.group()), text)
    mail = _AT_SIGN.search(text) is not None
    for kind, pattern, test in PATTERNS:
        if kind is Kind.EMAIL and not mail:  # each letter could begin one, so the pattern is slow
            continue
        for found in pattern.finditer(masked if kind is Kind.PHONE else text):
            if test(found.group()):
                yield kind, found.start(), found.end()


_MARKED = re.compile(r"(?<!\S)[^\s%\\&]*[%\\&]\S*")
_UNUSUAL = re.compile(r"(?<!\S)[!-~]*[^\x00-\x7f]\S*")
# Letters that stand for other bytes change their case somewhere, as few words do.
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_\-])(?=[A-Za-z0-9+/_\-]*(?:[a-z0-9][A-Z]|[A-Z]{4}))[A-Za-z0-9+/_\-]{8,}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){6,}")


def decoded(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and meaning of every stretch that is encoded, in each way that it can be read."""
    for pattern in (_MARKED,) if text.isascii() else (_MARKED, _UNUSUAL):
        for found in pattern.finditer(text):
            meaning = _word(found.group())
            if meaning != found.group():
                yield found.start(), found.end(), meaning
    for found in _BASE64.finditer(text):
        plain = encodings._base64(found.group())
        if plain is not None:
            yield found.start(), found.end(), plain
    for found in _HEX.finditer(text):
        plain = encodings._plain(bytes.fromhex(found.group()))
        if plain is not None:
            yield found.start(), found.end(), plain


def _word(word: str) -> str:
    """A word without percent signs, escapes as of JSON, entities of HTML and unusual letters."""
    if "%" in word:
        word = unquote_plus(word)
    if "\\" in word:
        word = encodings._ESCAPE.sub(lambda found: chr(int(found.group(1) or found.group(2), 16)), word)
    if "&" in word:
        word = html.unescape(word)
    return word if word.isascii() else _letters(word)


def _letters(word: str) -> str:
    """Wide letters, circled digits and the like as plain ones; what has no width is left out."""
    plain = unicodedata.normalize("NFKC", word)
    return "".join(letter for letter in plain if unicodedata.category(letter) not in {"Cf", "Mn"})


def hits(text: str) -> list[Hit]:
    """Everything in a text, in the order of its places; of what overlaps, the longer."""
    found = {Hit(start, end, kind) for kind, start, end in matches(text)}
    for start, end, meaning in decoded(text):
        found.update(Hit(start, end, kind) for kind in _kinds(meaning, 1))
    chosen: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.start, hit.kind is Kind.TOKEN, -hit.end, hit.kind)):
        if not chosen or hit.start >= chosen[-1].end:
            chosen.append(hit)
        elif hit.end - hit.start > chosen[-1].end - chosen[-1].start:
            chosen[-1] = hit
    return chosen


def _kinds(text: str, depth: int) -> set[Kind]:
    found = {kind for kind, _, _ in matches(text)}
    deeper = [meaning for _, _, meaning in decoded(text) if meaning != text]
    if depth >= MAX_DEPTH:
        return found | ({Kind.TOKEN} if deeper else set())
    for meaning in deeper:
        found |= _kinds(meaning, depth + 1)
    return found
