"""SG112: hostile text can stop or mislead the parser."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules.of_facts import of_facts
from sminion_guard.analyzer.statements import Statement


def over_limits(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """A NUL character, 20,000 chained UNION ALL."""
    if statement.facts:
        yield from of_facts(statement, FactKind.LIMIT, "SG112")
