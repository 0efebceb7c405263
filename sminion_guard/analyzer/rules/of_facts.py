"""Facts of one kind as reasons of one code: what most rules of the resolver's facts come to."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.statements import Statement
from sminion_guard.analyzer.verdict import Reason
from sminion_guard.codes import CODES


def of_facts(statement: Statement, kind: FactKind, code: str) -> Iterator[Reason]:
    """One reason for each fact of ``kind``, each once."""
    for fact in dict.fromkeys(statement.facts):
        if fact.kind is kind:
            entry = CODES[code]
            yield Reason(code, fact.message, fact.detail or entry.why, fact.hint or entry.fix,
                         span(statement.text, fact.start))
