"""Facts of one kind as reasons of one code: what most rules of the resolver's facts come to."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.builtins import PERMISSIBLE, WITHOUT_DATA
from sminion_guard.analyzer.facts import Fact, FactKind
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.statements import Statement
from sminion_guard.codes import CODES


def of_facts(
    statement: Statement, kind: FactKind, code: str, *, may_set: frozenset[str] = frozenset(),
    may_call: frozenset[str] = frozenset(),
) -> Iterator[Reason]:
    """One reason for each fact of ``kind``, each once.

    :param may_set: settings that may be made for a transaction.
    :param may_call: functions of PostgreSQL that may be called.
    """
    for fact in dict.fromkeys(statement.facts):
        if fact.kind is kind and fact.setting not in may_set and not _permitted(statement, fact, may_call):
            entry = CODES[code]
            yield Reason(code, fact.message, fact.detail or entry.why, fact.hint or entry.fix,
                         span(statement.text, fact.start))


def _permitted(statement: Statement, fact: Fact, may_call: frozenset[str]) -> bool:
    if fact.call is None:
        return False
    if fact.call in may_call:
        return statement.without_data or not PERMISSIBLE[fact.call]
    return statement.without_data and fact.call in WITHOUT_DATA
