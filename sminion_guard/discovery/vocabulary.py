"""The word tables, read once: which words say what. The tables themselves are data files in ``words``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from sminion_guard.discovery import tokens
from sminion_guard.policy.model import CATEGORIES

LANGUAGES = ("en", "de", "fr", "es", "ru")
"""In the order in which they are asked."""
STRENGTHS = ("always", "person", "trade", "place")
"""When a word of a category means personal data: always; beside people; beside their business too; in an address."""
CONTEXTS = ("people", "staff", "personal", "trade", "things", "reference", "entity", "speech")
ROLES = ("key", "neutral", "marks", "tails", "handlers", "booleans")
SHORTEST, SHORTEST_LAST = 3, 4
"""Letters of the parts of a word that is written together, such as `firstname`."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word says.

    :param what: a category, a context or a role.
    :param strength: of a category: one of :data:`STRENGTHS`.
    """

    what: str
    strength: str
    language: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All word tables.

    :param phrases: words written together, to what they say.
    :param russian: the same by :func:`tokens.skeleton`.
    :param words: each single word of a phrase.
    :param short: short forms, to the words they stand for.
    """

    phrases: Mapping[str, tuple[Meaning, ...]]
    russian: Mapping[str, tuple[Meaning, ...]]
    words: frozenset[str]
    russian_words: frozenset[str]
    short: Mapping[str, tuple[str, ...]]

    def meanings(self, words: tuple[str, ...]) -> tuple[Meaning, ...]:
        """What ``words``, which stand side by side, say together; nothing if no table has them."""
        joined = "".join(words)
        return self.phrases.get(joined) or self.russian.get("".join(tokens.skeleton(word) for word in words), ())

    def knows(self, word: str) -> bool:
        return word in self.words or word in self.phrases or tokens.skeleton(word) in self.russian_words


@cache
def vocabulary() -> Vocabulary:
    """The word tables of all languages."""
    short = {word: tuple(meant.split()) for word, meant in _table("abbreviations")["expand"].items()}
    phrases: dict[str, list[Meaning]] = {}
    russian: dict[str, list[Meaning]] = {}
    words: set[str] = set()
    russian_words: set[str] = set()
    for language in LANGUAGES:
        for phrase, meaning in _entries(language):
            parts = [part for word in phrase.split() for part in short.get(tokens.fold(word), (word,))]
            if language == "ru":
                bare = [tokens.skeleton(tokens.fold(part)) for part in parts]
                russian.setdefault("".join(bare), []).append(meaning)
                russian_words.update(bare)
                continue
            for written in product(*(list(tokens.spellings(part)) for part in parts)):
                phrases.setdefault("".join(written), []).append(meaning)
                words.update(written)
    return Vocabulary(_frozen(phrases), _frozen(russian), frozenset(words), frozenset(russian_words), short)


def _entries(language: str) -> Iterator[tuple[str, Meaning]]:
    table = _table(language)
    for category in sorted(CATEGORIES):
        for strength in STRENGTHS:
            for phrase in _list(table[category].get(strength, "")):
                yield phrase, Meaning(category, strength, language)
    for section, names in (("context", CONTEXTS), ("word", ROLES)):
        for name in names:
            for phrase in _list(table[section].get(name, "")):
                yield phrase, Meaning(name, "", language)


def _list(text: str) -> list[str]:
    return [phrase for phrase in (part.strip() for part in text.replace("\n", " ").split(",")) if phrase]


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("sminion_guard.discovery.words").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _frozen(found: dict[str, list[Meaning]]) -> Mapping[str, tuple[Meaning, ...]]:
    return {phrase: tuple(dict.fromkeys(meanings)) for phrase, meanings in found.items()}
