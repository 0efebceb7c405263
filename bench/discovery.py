"""How well discovery knows personal columns by their names: `python -m bench.discovery [LABELS]`.

Each table of the labels becomes one of text columns without keys, so names are all there is. What is printed: which
part of the personal columns was found, which part of the others was taken for personal, and which part of the found
ones has the right category, for the sets that were looked at while building and for those kept aside.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sminion_guard.discovery.classify import classify
from sminion_guard.discovery.model import Column, Relation, Shape
from sminion_guard.policy.model import OPEN_CATEGORIES

LABELS = Path(__file__).parents[1] / "tests" / "unit" / "discovery" / "labels.tsv"


@dataclass(frozen=True)
class Label:
    """A column that a person labelled.

    :param built: it was looked at while discovery was built.
    :param category: the right one; empty where nobody said.
    """

    set: str
    built: bool
    table: str
    column: str
    personal: bool
    category: str


@dataclass
class Tally:
    """Counts of one part of the labels."""

    personal: int = 0
    found: int = 0
    others: int = 0
    mistaken: int = 0
    categorized: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        return self.found / self.personal

    @property
    def false_positives(self) -> float:
        return self.mistaken / self.others

    @property
    def category(self) -> float:
        return self.right / self.categorized

    def __str__(self) -> str:
        parts = [f"{self.found} of {self.personal} personal columns found ({self.recall:.3f})"] if self.personal else []
        if self.others:
            parts.append(f"{self.mistaken} of {self.others} others mistaken ({self.false_positives:.3f})")
        if self.categorized:
            parts.append(f"{self.right} of {self.categorized} categories right ({self.category:.3f})")
        return ", ".join(parts)


def labels(path: Path = LABELS) -> Iterator[Label]:
    """The labels of a file of this form: set, built, table, column, personal, category."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, built, table, column, personal, category = line.split("\t")
            yield Label(name, built == "1", table, column, personal == "1", category.strip("-"))


def measure(found: Iterable[Label]) -> dict[Label, str | None]:
    """The category that discovery gives each labelled column."""
    tables: defaultdict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in found:
        tables[label.set, label.table].append(label)
    answers: dict[Label, str | None] = {}
    for (_, table), columns in tables.items():
        relation = Relation("public", table, {
            label.column: Column(label.column, "text", Shape.TEXT) for label in columns})
        decided = classify(relation)
        answers |= {label: decided[label.column].category for label in columns}
    return answers


def tally(answers: Iterable[tuple[Label, str | None]]) -> Tally:
    """Counts right and wrong answers."""
    found = Tally()
    for label, category in answers:
        hit = category is not None and category not in OPEN_CATEGORIES
        found.personal += label.personal
        found.found += label.personal and hit
        found.others += not label.personal
        found.mistaken += hit and not label.personal
        if hit and label.personal and label.category:
            found.categorized += 1
            found.right += category == label.category
    return found


def main() -> None:
    answers = measure(labels(Path(sys.argv[1]) if len(sys.argv) > 1 else LABELS))
    for name in sorted({label.set for label in answers}):
        print(f"{name}: {tally((label, answer) for label, answer in answers.items() if label.set == name)}")
    for built, title in ((True, "looked at while building"), (False, "kept aside")):
        print(f"{title}: {tally((label, answer) for label, answer in answers.items() if label.built is built)}")
    print(f"all: {tally(answers.items())}")


if __name__ == "__main__":
    main()
