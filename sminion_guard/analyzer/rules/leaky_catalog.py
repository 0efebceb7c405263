"""SG109: statistics and activity views hold samples of data and of other sessions' statements."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.builtins import leaky_relation
from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules.of_facts import of_facts
from sminion_guard.analyzer.statements import Statement
from sminion_guard.codes import CODES


def leaky_catalog(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``SELECT most_common_vals FROM pg_stats``, ``EXPLAIN ANALYZE``."""
    if statement.facts:
        yield from of_facts(statement, FactKind.LEAKY, "SG109")
    for access in statement.accesses:
        if leaky_relation(access.schema, access.relation):
            yield Reason("SG109", f"`{access.qualified}` tells of data beyond the purpose", CODES["SG109"].why,
                         CODES["SG109"].fix, span(statement.text, access.start))
