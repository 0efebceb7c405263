"""SG105: the analyzer cannot judge a statement that it cannot resolve before it runs."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules.of_facts import of_facts
from sminion_guard.analyzer.statements import Statement


def opaque(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """Dynamic SQL, functions in C, ``EXECUTE p`` and ``FETCH FROM c`` of what nobody saw being made."""
    if statement.facts:
        yield from of_facts(statement, FactKind.OPAQUE, "SG105", may_call=frame.policy.may_call)
    if statement.executes is not None:
        yield Reason("SG105", f"prepared statement `{statement.executes}` is not known to the analyzer",
                     hint="send the statement itself")
    if statement.fetches is not None:
        yield Reason("SG105", f"cursor `{statement.fetches}` is not known to the analyzer",
                     hint="declare the cursor in this transaction, through this connection")
