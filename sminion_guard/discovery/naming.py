"""Reading a name: its words, put together to the longest phrases that the word tables know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sminion_guard.discovery import tokens
from sminion_guard.discovery.vocabulary import SHORTEST, SHORTEST_LAST, Meaning, vocabulary

LONGEST = 5
"""Words of the longest phrase that is looked for."""
_ENDINGS = ("ies", "s", "n", "e", "es", "en")
_LINKS = ("", "s", "n", "en")
"""Letters between the parts of a German compound: Rechnung-s-adresse."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a name that say something together; ``meanings`` is empty for a word that no table knows."""

    words: tuple[str, ...]
    meanings: tuple[Meaning, ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def says(self, *what: str) -> bool:
        return any(meaning.what in what for meaning in self.meanings)

    def category(self, *strengths: str) -> Meaning | None:
        """The first category that the words mean with one of these strengths."""
        return next((meaning for meaning in self.meanings if meaning.strength in strengths), None)


@lru_cache(maxsize=65536)
def read(name: str) -> tuple[Span, ...]:
    """The words of ``name`` as spans; of all ways to group them the one with the longest phrases."""
    words = [word for token in tokens.split(name) for word in _words(token)]
    best: list[tuple[int, tuple[Span, ...]]] = [(0, ())]
    for end in range(1, len(words) + 1):
        options = []
        for begin in range(max(0, end - LONGEST), end):
            span = _span(tuple(words[begin:end]))
            if span is not None:
                score, spans = best[begin]
                weight = (end - begin) ** 2 if span.meanings else 0
                options.append((score + weight, (*spans, span)))
        best.append(max(options, key=lambda option: option[0]))
    # A number says nothing by itself: `address_2`.
    return tuple(span for span in best[-1][1] if span.meanings or not span.text.isdigit())


def _span(words: tuple[str, ...]) -> Span | None:
    """These words as one span; None where several words say nothing together."""
    meanings = vocabulary().meanings(words)
    return Span(words, meanings) if meanings or len(words) == 1 else None


def _words(token: str) -> Iterator[str]:
    """A token without short forms, plurals and compounds."""
    known = vocabulary()
    if token in known.short:
        yield from known.short[token]
        return
    found = token if token.isdigit() else _singular(token)
    if found is not None:
        yield found
        return
    if token.endswith("id") and (owner := _singular(token[:-2])) is not None and len(owner) > SHORTEST:
        yield from (owner, "id")  # `customerid`
        return
    yield from _compound(token) or (token,)


def _singular(token: str) -> str | None:
    """``token`` as the word tables have it, or None."""
    known = vocabulary()
    if known.knows(token):
        return token
    for ending in _ENDINGS:
        stem = token.removesuffix(ending) + ("y" if ending == "ies" else "")
        if token.endswith(ending) and len(stem) >= SHORTEST and (stem in known.words or stem in known.phrases):
            return stem
    return None


def _compound(token: str, depth: int = 3) -> tuple[str, ...]:
    """The words that ``token`` is written together from, longest first; nothing if it is none."""
    known = vocabulary()
    for cut in range(len(token) - SHORTEST_LAST, SHORTEST - 1, -1):
        head, rest = token[:cut], token[cut:]
        for link in _LINKS:
            bare = head.removesuffix(link) if link else head
            if (link and not head.endswith(link)) or len(bare) < SHORTEST:
                continue
            if bare not in known.words and not _heads(bare):
                continue
            last = _singular(rest)
            tail = (last,) if last is not None else _compound(rest, depth - 1) if depth > 1 else ()
            if tail:
                return (*known.short.get(bare, (bare,)), *tail)
    return ()


def _heads(short: str) -> bool:
    """A short form that is written together with others: `tblclients`, `custname`. Shorter ones are in any word."""
    meant = vocabulary().short.get(short)
    return meant is not None and (not meant or len(short) > SHORTEST)
