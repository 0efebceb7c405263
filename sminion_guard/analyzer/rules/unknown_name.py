"""SG107: the analyzer cannot judge names that are not in the catalog."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules.of_facts import of_facts
from sminion_guard.analyzer.statements import Statement


def unknown_name(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``SELECT * FROM crm.custmer``."""
    if statement.facts:
        yield from of_facts(statement, FactKind.UNKNOWN, "SG107")
