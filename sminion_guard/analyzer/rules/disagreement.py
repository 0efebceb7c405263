"""SG113: the server would read the text differently from the analyzer."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules.of_facts import of_facts
from sminion_guard.analyzer.statements import Statement


def disagreement(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``JSON_TABLE`` on PostgreSQL 15, ``SET standard_conforming_strings = off``."""
    if statement.facts:
        yield from of_facts(statement, FactKind.DISAGREEMENT, "SG113")
