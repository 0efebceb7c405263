"""The parts of sentences that pages and changes share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sminion_guard.policy.model import CATEGORIES, Operation
from sminion_guard.policy.model.rights import Length, RequestKind, Term
from sminion_guard.policy.page.notice import Asked, Kept
from sminion_guard.policy.page.words import Words

_AT_ONCE = (RequestKind.WITHDRAW_CONSENT, RequestKind.OBJECT)


class Phrases:
    """Phrases in one language.

    :param own_categories: the policy's own categories, name to title; it says them in its own language.
    """

    def __init__(self, words: Words, own_categories: Mapping[str, str]) -> None:
        self.words = words
        self._own = own_categories

    def data(self, categories: Iterable[str]) -> str:
        """Categories of data, in the order of their words."""
        return self.words.list(sorted(self._category(name) for name in categories)) or self.words(".links_only")

    def _category(self, name: str) -> str:
        return self.words(f"category.{name}") if name in CATEGORIES else self._own.get(name, name)

    def operations(self, names: Iterable[str]) -> str:
        """What may be done, as participles, in the order in which data are handled."""
        named = set(names)
        return self.words.list(self.words(f"operation.{entry.value}") for entry in Operation if entry.value in named)

    def kept(self, entry: Kept) -> str:
        """How long, as one sentence or two."""
        if entry.keep is None:
            return self.words(".kept_open")
        return self.words(".kept_after", time=self.words.interval(entry.keep), end=self.words(f"end.{entry.then}"))

    def asked(self, entry: Asked) -> str:
        """What people ask for."""
        what = self.words(f"ask.{entry.kind.value}")
        return self.words(".ask_proof", what=what) if entry.proof else what

    def term(self, term: Term) -> str:
        """Until when it is answered."""
        time = self._length(term.length)
        if term.extend is None:
            return time
        return self.words(".extended_to" if term.extend_total else ".extended_by", time=time,
                          more=self._length(term.extend))

    def meanwhile(self, entry: Asked) -> str:
        """What happens until it is answered. A consent is withdrawn, and an objection noted, as soon as it is asked."""
        if entry.term.interim:
            return self.words(".suspended")
        return self.words(".stopped" if entry.kind in _AT_ONCE else ".unchanged")

    def _length(self, length: Length) -> str:
        return self.words.count(length.count, length.unit.value) if length.count else self.words(".at_once")


def sentence_end(text: str) -> str:
    """A reason of the policy without its full stop: it becomes part of a sentence."""
    return text.strip().rstrip(".")
