"""A name as words: snake_case, camelCase, letters beside digits, accents, Cyrillic and its transliterations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import product

_PARTS = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-ZА-ЯЁ])(?=[A-ZА-ЯЁ][a-zа-яё])")
_CYRILLIC = re.compile(r"[а-яё]")

_LETTERS = dict(zip(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "a b v g d e e zh z i i k l m n o p r s t u f h c ch sh sch  i  e iu ia".split(" "),
    strict=True,
))
_SPELLINGS = (
    ("shch", "sch"), ("kh", "h"), ("ts", "c"), ("tc", "c"), ("yo", "e"), ("jo", "e"), ("yu", "iu"), ("ju", "iu"),
    ("ya", "ia"), ("ja", "ia"), ("ye", "e"), ("je", "e"), ("y", "i"), ("j", "i"), ("w", "v"), ("'", ""),
)
"""Ways to write Russian in Latin letters, each with the one that is compared."""


def split(name: str) -> list[str]:
    """The words of ``name`` in lower case and without accents: ``billingAddress2`` is billing, address, 2."""
    return [fold(word) for part in _PARTS.findall(unicodedata.normalize("NFC", name)) for word in _CAMEL.split(part)]


def fold(word: str) -> str:
    """``word`` in lower case without accents; Cyrillic letters stay."""
    lowered = word.lower().replace("ß", "ss").replace("œ", "oe").replace("ё", "е").replace("й", "\0")
    plain = unicodedata.normalize("NFKD", lowered)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower().replace("\0", "й")


def spellings(word: str) -> Iterator[str]:
    """``word`` as names may write it: ``straße`` as strasse, ``größe`` as grosse and groesse."""
    lowered = unicodedata.normalize("NFC", word.lower())
    choices = [(letter, letter + "e") if letter in "äöü" else (letter,) for letter in lowered]
    for written in product(*choices):
        yield fold("".join(written))


def is_cyrillic(word: str) -> bool:
    return _CYRILLIC.search(word) is not None


def skeleton(word: str) -> str:
    """What all transliterations of a Russian word have in common: familiya, familia, familija and the Cyrillic word."""
    text = "".join(_LETTERS.get(letter, letter) for letter in word.lower())
    for written, meant in _SPELLINGS:
        text = text.replace(written, meant)
    return re.sub(r"(.)\1+", r"\1", text)
