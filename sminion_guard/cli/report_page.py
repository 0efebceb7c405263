"""An access report as a page for the person: in plain words, without external resources, written piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from sminion_guard.cli.policy_page import environment
from sminion_guard.policy import OPEN_CATEGORIES, Operation, Policy
from sminion_guard.policy.model import CATEGORIES
from sminion_guard.policy.page.words import Words
from sminion_guard.policy.page.words import words as catalogue
from sminion_guard.subjects.report import (
    Access,
    AccessReport,
    Category,
    Change,
    Column,
    PassedOn,
    ReportTable,
    Row,
    Said,
    Told,
)

T = TypeVar("T")


class Sentences:
    """The sentences of the page, in one language.

    :param words: the catalogue.
    :param policy: that the report was made under.
    """

    def __init__(self, words: Words, policy: Policy) -> None:
        self._words, self._policy = words, policy
        self.language = words.language

    def __call__(self, key: str, /, **values: object) -> str:
        return self._words(f"report.{key}", **{name: plain(value) for name, value in values.items()})

    def listed(self, names: Iterable[str]) -> str:
        return self._words.list(names)

    def moment(self, at: datetime) -> str:
        return f"{at:%Y-%m-%d %H:%M}"

    def purpose(self, name: str | None) -> str:
        known = self._policy.purposes.get(name or "")
        return known.title if known else name or self("all_purposes")

    def purposes(self, names: Iterable[str]) -> str:
        return self._words.list([self.purpose(name) for name in names] or [self("no_purpose")])

    def category(self, name: str | None) -> str:
        if name in CATEGORIES:
            return self._words(f"category.{name}")
        return self._policy.own_categories.get(name or "", (name or "").replace("_", " "))

    def used(self, category: Category) -> str:
        return "; ".join(self("purpose", purpose=entry.title, basis=self._words(f"basis.{entry.basis.value}"))
                         for entry in category.purposes) or self("for_nothing")

    def retention(self, table: ReportTable) -> str:
        if table.retention is None:
            return self("kept_open")
        return self("kept", time=self._words.interval(table.retention.keep), column=table.retention.after,
                    end=self._words(f"end.{table.retention.then.value}"))

    def event(self, name: str) -> str:
        return self._words.section("event").get(name, name.replace("_", " "))

    def state(self, entry: Said) -> str:
        text = self.event(entry.event)
        text += f" ({self('only_in', schemas=', '.join(entry.schemas))})" if entry.schemas else ""
        return text + (f", {self('ends', moment=self.moment(entry.until))}" if entry.until else "")

    def request(self, entry: Told) -> str:
        what = self._words(f"request.{entry.kind}") + (f" ({self.purpose(entry.purpose)})" if entry.purpose else "")
        what += f" ({self('only_in', schemas=', '.join(entry.schemas))})" if entry.schemas else ""
        said = {"number": entry.id, "moment": self.moment(entry.received_at), "what": what}
        if entry.closed_at is None:
            return self("request_open", **said, due=entry.due_on)
        closed = self("request_closed", **said, outcome=self._words(f"outcome.{entry.outcome}"),
                      closed=self.moment(entry.closed_at))
        return f"{closed} {entry.answer or ''}"

    def change(self, entry: Change) -> str:
        columns = f" ({', '.join(entry.columns)})" if entry.columns else ""
        return self("change", moment=self.moment(entry.at), who=entry.who, where=entry.relation + columns)

    def hidden(self, column: Column) -> str:
        return self(column.shown)

    def value(self, column: Column, row: Row) -> str:
        if column.name not in row.values:
            return self("left_out")
        value = row.values[column.name]
        if value is None:
            return self("empty")
        return {"t": self("yes"), "f": self("no")}.get(value, value) if column.type == "boolean" else value

    def kept(self, row: Row) -> str:
        if row.past:
            return self("past")
        if row.kept_until is None:
            return self("not_begun")
        return self("for_ever") if row.kept_until == "infinity" else self("until", date=row.kept_until[:10])

    def disclosure(self, entry: PassedOn) -> str:
        known = self._policy.recipients.get(entry.recipient)
        told = ", ".join(self.category(name) for name in entry.categories if name not in OPEN_CATEGORIES)
        return self("disclosure", moment=self.moment(entry.at), what=told or self("presence"),
                    who=known.title if known else entry.recipient, contract=entry.contract,
                    purpose=self.purpose(entry.purpose))

    def access(self, entry: Access) -> str:
        who = f"{self.moment(entry.at)}: {entry.who}" + (f" ({entry.unit})" if entry.unit else "")
        purpose = self("access_for", purpose=self.purpose(entry.purpose)) if entry.purpose else ""
        where = self("access_in", tables=", ".join(entry.relations)) if entry.relations else ""
        home = self("access_home", home=entry.home) if entry.home else ""
        reason = self("access_reason", reason=entry.reason or self("no_reason"))
        return f"{who}{purpose}: {self._done(entry.operations)}{where}{home}. {reason}"

    def _done(self, operations: Iterable[str]) -> str:
        known = {operation.value for operation in Operation}
        return ", ".join(
            self("done_report") if word == "report" else self._words(f"operation.{word}") if word in known else word
            for word in operations) or self("done_read")


def page(report: AccessReport, words: Words | None = None) -> Iterator[str]:
    """The page, in pieces. All texts are escaped.

    :param words: its language; None for English.
    """
    template = environment().get_template("access_report.html.j2")
    say = Sentences(words or catalogue("en"), report.policy)
    stream = template.generate(report=report, head=report.head, say=say, filled=_filled, plain=plain)
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
