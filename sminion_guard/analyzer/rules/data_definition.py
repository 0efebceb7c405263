"""SG108: new objects can hold copies that the policy does not know."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules.of_facts import of_facts
from sminion_guard.analyzer.statements import Statement


def data_definition(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``CREATE TABLE t AS SELECT ...``, ``GRANT``, ``COMMENT``."""
    if statement.facts:
        yield from of_facts(statement, FactKind.DEFINITION, "SG108")
