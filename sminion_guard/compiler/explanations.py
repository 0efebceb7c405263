"""What explains accesses, as the database keeps it: names and constants, from which its own functions make queries."""

from __future__ import annotations

from typing import Any

from sminion_guard.policy import Policy
from sminion_guard.policy.explanation import EqualsText, EqualsTicket, HandledRequest, OwnRow, Test
from sminion_guard.policy.explanations import explanations


def explanations_of(policy: Policy) -> list[dict[str, Any]]:
    """The rows of ``sminion.explanation``."""
    return [
        {"purpose": name, "place": place, "words": said.words, "request": isinstance(said, HandledRequest)}
        | ({"schema": said.schema, "table": said.table, "tests": [_test(test) for test in said.tests]}
           if isinstance(said, OwnRow) else {})
        for name, purpose in sorted(policy.purposes.items())
        for place, said in enumerate(explanations(purpose), 1)
    ]


def _test(test: Test) -> dict[str, Any]:
    if isinstance(test, EqualsTicket):
        return {"column": test.column, "field": test.field}
    if isinstance(test, EqualsText):
        return {"column": test.column, "text": test.text}
    return {"column": test.column, "days": test.days}
