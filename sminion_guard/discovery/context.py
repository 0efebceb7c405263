"""What stands around a column: whether its table is about people, about their business, or about things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from sminion_guard.discovery.naming import Span, read

_FRENCH = ("fr", "es")
"""Languages that put the noun first: `groupe_client` is a group."""


class Around(IntEnum):
    """How near a group of columns is to people; a higher one includes the lower."""

    THING = 0
    UNKNOWN = 1
    BUSINESS = 2
    CONTACT = 3
    PEOPLE = 4


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a column's surroundings.

    :param around: what its table, or the part of its name before the last dot, is about.
    :param leads: the table leads to a subject by keys.
    :param reference: the table is a list of places, codes or titles.
    :param speech: the table holds what people write: notes, messages, calls.
    :param strong: other columns of the group that certainly say who or where somebody is.
    :param addresses: other columns of the group that certainly belong to an address.
    """

    around: Around
    leads: bool = False
    reference: bool = False
    speech: bool = False
    strong: int = 0
    addresses: int = 0

    @property
    def people(self) -> bool:
        return self.around >= Around.CONTACT or (self.strong >= 2 and self.around > Around.THING)

    @property
    def business(self) -> bool:
        return self.people or self.around >= Around.BUSINESS or self.leads


def around(name: str) -> Around:
    """What a table, or a group of columns, is about, by its name."""
    spans = read(name)
    telling = [span for span in spans if span.says("people", "staff", "personal", "trade", "things")]
    if not telling:
        return Around.UNKNOWN
    last = telling[-1]
    if last.says("things") or _first_is_thing(telling[0]):
        others = [span for span in telling if not span.says("things")]
        # An `order_status` is a thing; an `order_status_history` is about orders.
        return Around.BUSINESS if others and not _closes(spans, last) else Around.THING
    if last.says("people", "staff"):
        return Around.PEOPLE if _closes(spans, last) else Around.BUSINESS
    if any(span.says("personal") for span in telling):
        return Around.CONTACT
    return Around.BUSINESS


def is_person(name: str) -> bool:
    """Whether a table with this name has one row for each person."""
    return around(name) is Around.PEOPLE


def is_staff(name: str) -> bool:
    """Whether these people work for the owner of the database."""
    named = [span for span in read(name) if span.says("people", "staff")]
    return bool(named) and named[-1].says("staff") and not named[-1].says("people")


def is_speech(name: str) -> bool:
    """Whether the table holds what people write."""
    spans = [span for span in read(name) if not span.says("entity")]
    return bool(spans) and spans[-1].says("speech")


def is_reference(name: str) -> bool:
    """Whether the table is a list of places, codes or titles."""
    spans = [span for span in read(name) if not span.says("entity")]
    return bool(spans) and spans[-1].says("reference") and not any(span.says("people", "staff") for span in spans)


def _first_is_thing(span: Span) -> bool:
    return any(meaning.what == "things" and meaning.language in _FRENCH for meaning in span.meanings) and not any(
        meaning.what in ("people", "staff", "personal", "trade") for meaning in span.meanings)


def _closes(spans: Sequence[Span], last: Span) -> bool:
    """Nothing after the word for people turns it into something else: `customer_entity`, but not `user_session`."""
    after = spans[spans.index(last) + 1:]
    return all(span.says("entity") for span in after)
