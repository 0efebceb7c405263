"""Random tables of people, and what pyCANON says of them: k-anonymity and l-diversity by an implementation not ours.

pyCANON wants other versions of libraries than we do, so its answers are kept in `pycanon.json`. In an environment of
its own, with `pip install pycanon`, running this file writes them again.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

TABLES = 500
ANSWERS = Path(__file__).with_name("pycanon.json")
Row = tuple[int, str, str]
"""Age, state and illness of one person. An empty state is none: a value like others."""


def table(number: int) -> list[Row]:
    """A table, the same for the same number."""
    rolled = random.Random(f"table {number}")
    rows: list[Row] = []
    for _ in range(rolled.randint(1, 4)):
        alike = rolled.randint(20, 23), rolled.choice(["", "wed", "not"])
        rows += [(*alike, rolled.choice(["flu", "cold", "gout"])) for _ in range(rolled.randint(1, 9))]
    rolled.shuffle(rows)
    return rows


def answers() -> list[tuple[int, int]]:
    """Of each table k and l, as pyCANON found them."""
    return [(k, l_) for k, l_ in json.loads(ANSWERS.read_text(encoding="utf-8"))]


def main() -> None:
    import pandas  # type: ignore[import-not-found,import-untyped,unused-ignore]
    from pycanon import anonymity  # type: ignore[import-not-found,import-untyped,unused-ignore]

    found = []
    for number in range(TABLES):
        frame = pandas.DataFrame(table(number), columns=["age", "state", "ill"])
        found.append(
            [
                int(anonymity.k_anonymity(frame, ["age", "state"])),
                int(anonymity.l_diversity(frame, ["age", "state"], ["ill"])),
            ]
        )
    ANSWERS.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
