"""What a checker says of an object, and why that is no fault here."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding.

    :param checker: who says so.
    :param rule: what is said, by the checker's own name for it.
    :param place: the object that it is said of.
    """

    checker: str
    rule: str
    place: str

    def __str__(self) -> str:
        return f"{self.checker}: {self.rule}: {self.place}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why findings of a rule are no fault.

    :param places: patterns, as the shell has them.
    """

    checker: str
    rule: str
    places: tuple[str, ...]
    why: str

    def of(self, finding: Finding, pattern: str) -> bool:
        """Whether it explains ``finding`` by this pattern of its places."""
        return (finding.checker, finding.rule) == (self.checker, self.rule) and fnmatchcase(finding.place, pattern)


def explanations() -> tuple[Explanation, ...]:
    """All that is explained in explained.toml."""
    said = tomllib.loads((HERE / "explained.toml").read_text(encoding="utf-8"))
    return tuple(
        Explanation(checker, entry["rule"], tuple(entry["places"]), entry["why"])
        for checker, entries in said.items() for entry in entries
    )


def unexplained(findings: Iterable[Finding], known: Iterable[Explanation]) -> Iterator[Finding]:
    """Findings that nothing explains."""
    entries = [(entry, pattern) for entry in known for pattern in entry.places]
    for finding in sorted(set(findings)):
        if not any(entry.of(finding, pattern) for entry, pattern in entries):
            yield finding


def gone(findings: Iterable[Finding], known: Iterable[Explanation]) -> Iterator[str]:
    """Explanations, and places of them, of what no longer occurs."""
    found = set(findings)
    for entry in known:
        for pattern in entry.places:
            if not any(entry.of(finding, pattern) for finding in found):
                yield f"{entry.checker}: {entry.rule}: {pattern}"
