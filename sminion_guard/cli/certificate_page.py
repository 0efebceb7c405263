"""The certificate of a destruction as a page to print and sign, without external resources, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sminion_guard.cli.policy_page import environment
from sminion_guard.cli.report_page import plain
from sminion_guard.policy.model import CATEGORIES
from sminion_guard.policy.page.words import Words
from sminion_guard.policy.page.words import words as catalogue
from sminion_guard.subjects import Certificate, KeptCertificate
from sminion_guard.subjects.certificate import GONE, UNVERIFIED


class Sentences:
    """The sentences of the page."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self.language = words.language

    def __call__(self, key: str, /, **values: object) -> str:
        return self._words(f"certificate.{key}", **{name: plain(value) for name, value in values.items()})

    def moment(self, at: datetime) -> str:
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    def of_json(self, at: str) -> str:
        return self.moment(datetime.fromisoformat(at))

    def day(self, at: datetime) -> str:
        return f"{at.astimezone(UTC):%Y-%m-%d}"

    def categories(self, names: Iterable[str]) -> str:
        return ", ".join(
            self._words(f"category.{name}") if name in CATEGORIES else plain(name.replace("_", " "))
            for name in names) or self("none")

    def dead(self, said: str) -> str:
        return {GONE: self("clean"), UNVERIFIED: self("unknown")}.get(said, said)

    def vacuumed(self, said: str) -> str:
        known = {GONE: "dead_gone", UNVERIFIED: "dead_unverified"}
        return self(known[said]) if said in known else self("dead_left", count=said)

    def event(self, event: Mapping[str, Any]) -> str:
        name = self(f"event_{event['event']}")
        if event["number"] is None:
            return self("event_open", event=name)
        return self("event_number", event=name, number=event["number"])


def page(found: Certificate, kept: KeptCertificate | None = None, words: Words | None = None) -> str:
    """The page. All texts are escaped.

    :param kept: what the database keeps of it.
    :param words: its language; None for English.
    """
    made = environment()
    made.filters["zip"] = lambda one, other: list(zip(one, other, strict=True))
    return made.get_template("certificate.html.j2").render(
        found=found, kept=kept, hash=kept and sha256(kept.document.encode()).hexdigest(), plain=plain,
        say=Sentences(words or catalogue("en")))
