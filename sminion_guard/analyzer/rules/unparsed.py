"""SG111: the analyzer cannot judge a text that it cannot parse."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules.of_facts import of_facts
from sminion_guard.analyzer.statements import Statement


def unparsed(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``SELEC 1``."""
    if statement.facts:
        yield from of_facts(statement, FactKind.UNPARSED, "SG111")
