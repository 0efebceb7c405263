"""An access report as a page for the person: in plain words, without external resources, written piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from sminion_guard.cli.policy_page import environment
from sminion_guard.policy import Basis, Operation, Policy, RetentionEnd
from sminion_guard.policy.page.words import words
from sminion_guard.subjects.report import AccessReport, Column, Row

_ENGLISH = words("en")
_BASES = {basis.value: _ENGLISH(f"basis.{basis.value}") for basis in Basis}
_ENDS = {end.value: _ENGLISH(f"end.{end.value}") for end in RetentionEnd}
_OPERATIONS = {operation.value: _ENGLISH(f"operation.{operation.value}") for operation in Operation}
_EVENTS = {
    "block": "processing blocked", "unblock": "block ended", "give_consent": "consent given",
    "refuse_consent": "consent refused", "note_refusal": "refusal noted", "expire_consent": "consent expired",
    "erase": "data destroyed",
    "withdraw_consent": "consent withdrawn", "object": "objection", "withdraw_objection": "objection withdrawn",
}
_REQUESTS = {
    "clarify": "to correct data", "block": "to block data", "destroy": "to destroy data",
    "withdraw_consent": "to withdraw a consent", "object": "to object", "access": "to get the data",
    "stop": "to stop processing", "misconduct": "a report of misconduct",
}
_HIDDEN = {
    "exists": "kept, and not shown here", "type": "kept in a form that cannot be shown here; ask for it",
    "unlisted": "not used for any purpose, and not shown here", "missing": "named by our rules, and not kept",
}
T = TypeVar("T")


class Words:
    """The words of the page.

    :param policy: that the report was made under.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.bases, self.ends = _BASES, _ENDS

    def moment(self, at: datetime) -> str:
        return f"{at:%Y-%m-%d %H:%M}"

    def purpose(self, name: str | None) -> str:
        known = self._policy.purposes.get(name or "")
        return known.title if known else name or "all purposes"

    def category(self, column: Column) -> str:
        if column.category is None:
            return ""
        return self._policy.own_categories.get(column.category, column.category.replace("_", " "))

    def event(self, name: str) -> str:
        return _EVENTS.get(name, name.replace("_", " "))

    def request(self, name: str) -> str:
        return _REQUESTS[name]

    def hidden(self, column: Column) -> str:
        return _HIDDEN[column.shown]

    def value(self, column: Column, row: Row) -> str:
        if column.name not in row.values:
            return "left out: it may be about another person"
        value = row.values[column.name]
        if value is None:
            return "nothing"
        return {"t": "yes", "f": "no"}.get(value, value) if column.type == "boolean" else value

    def kept(self, row: Row) -> str:
        if row.past:
            return "its time is over: nobody sees it any more, and it waits for its end"
        if row.kept_until is None:
            return "the time has not begun to run"
        return "for ever" if row.kept_until == "infinity" else f"until {row.kept_until[:10]}"

    def done(self, operations: Iterable[str]) -> str:
        return ", ".join("read for a report like this" if word == "report" else _OPERATIONS.get(word, word)
                         for word in operations) or "read"


def page(report: AccessReport) -> Iterator[str]:
    """The page, in pieces. All texts are escaped."""
    template = environment().get_template("access_report.html.j2")
    stream = template.generate(
        report=report, head=report.head, words=Words(report.policy), filled=_filled, plain=plain)
    return iter(stream)


def _filled(rows: Iterable[T]) -> Iterable[T] | None:
    """``rows`` where there are any, without reading them all; else None."""
    found = iter(rows)
    for first in found:
        return chain([first], found)
    return None


def plain(text: Any) -> str:
    """``text`` without characters that change how its surroundings are read."""
    return "".join(character if character.isprintable() or character in "\n\t" else "\N{REPLACEMENT CHARACTER}"
                   for character in str(text))
