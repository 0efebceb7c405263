"""What a text may cost: limits that are asked before anything slow runs, and the work that one text may make.

Lists are not limited for being long. What hurts is what makes work or memory grow faster than the text: runs of
operator characters, whose scanner starts again at each of them; stars of stars; and queries that are resolved twice for
each level of nesting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sminion_guard.analyzer.facts import Fact, FactKind

MAX_TEXT = 16_000_000
"""Bytes of a whole text; 65,535 parameters with their casts have 3 million."""
MAX_BYTES = 1_000_000
"""Bytes of a text whose lists are shortened (fold.py)."""
MAX_TREE = 16_000_000
"""Bytes of the parser's JSON; as dicts it takes four to five times as much memory."""
MAX_SETS = 10_000
"""Times that UNION, INTERSECT and EXCEPT occur; so many fit on any stack."""
MAX_COLUMNS = 1664
"""Entries of a select list. The server's own limit (54011), stars expanded."""
MAX_FACTS = 1_000
"""Findings in one statement."""
_SCANNED = 400_000_000
"""Characters that the scanner may look at again within runs of operator characters: a tenth of a second, and one run
of 20,000. It takes `/*/*/*` for an operator first, with all that follows, and again at each `/*`."""
_SIGNS = re.compile(r"[~!@#^&|`?+\-*/%<>=]{64,}")
_SETS = ("union", "intersect", "except")
_BASE, _PER_BYTE = 400_000, 4


class OverBudget(Exception):
    """A statement makes more work than its length explains."""


@dataclass(slots=True)
class Budget:
    """The work that is left for one text, its views and functions included: nodes, columns, and entries of flows.

    A list costs less than one unit for each byte. The base is for short texts over wide tables and deep views.
    """

    left: int
    size: int = 0

    @classmethod
    def of(cls, size: int) -> Budget:
        """For a text of so many bytes."""
        most = _BASE + _PER_BYTE * size
        return cls(most, most)

    @property
    def spent(self) -> int:
        return self.size - self.left

    def spend(self, units: int) -> None:
        """Take ``units`` before the work that they stand for.

        :raises OverBudget: when they are not there.
        """
        self.left -= units
        if self.left < 0:
            raise OverBudget


def over_budget() -> Fact:
    """What stands for the rest of a text that made too much work."""
    return Fact(FactKind.LIMIT, "the statement takes too long to analyze",
                "it resolves more columns and levels than a statement of its length should")


def lexical(sql: str) -> Fact | None:
    """What keeps the text from being given to the scanner; None when nothing does.

    All that scans texts of clients asks this first: the log and the fingerprint as well as the analyzer.
    """
    if "\x00" in sql:
        # The parser reads up to the NUL and is content; what the server gets is another matter.
        return Fact(FactKind.LIMIT, "the text holds a NUL character", start=len(sql[: sql.index("\x00")].encode(
            "utf-8", "surrogatepass")))
    try:
        size = len(sql) if sql.isascii() else len(sql.encode("utf-8"))
    except UnicodeEncodeError as error:
        return Fact(FactKind.LIMIT, "the text is not valid UTF-8", str(error))
    if size > MAX_TEXT:
        return Fact(FactKind.LIMIT, f"the text has {size} bytes, more than {MAX_TEXT}")
    again = 0
    for run in _SIGNS.finditer(sql):
        again += (run.end() - run.start()) ** 2
        if again > _SCANNED:
            return Fact(FactKind.LIMIT, "the text has too long a run of operator characters",
                        "the scanner starts again at each of them, that of the server too",
                        start=len(sql[: run.start()].encode()))
    return None


def too_large(sql: str, size: int) -> Fact | None:
    """What keeps a text of ``size`` bytes, its lists shortened, from being parsed; None when nothing does."""
    if size > MAX_BYTES:
        return Fact(FactKind.LIMIT, f"the text has {size} bytes, more than {MAX_BYTES}")
    if size > MAX_SETS * 6:
        lower = sql.lower()
        if sum(lower.count(word) for word in _SETS) > MAX_SETS:
            return Fact(FactKind.LIMIT, f"the text joins more than {MAX_SETS} queries")
    return None
