"""What explains accesses, as the other packages ask for it."""

from __future__ import annotations

from sminion_guard.policy.explanation import Explanation, OwnRow
from sminion_guard.policy.explanation_text import explanation
from sminion_guard.policy.model import Policy, Purpose, Table


def explanations(purpose: Purpose) -> tuple[Explanation, ...]:
    """What ``explains`` of a purpose says, in its order.

    :raises MalformedExplanation: for a policy that was built past the checks.
    """
    return tuple(explanation(text) for text in purpose.explains)


def table_of(policy: Policy, said: OwnRow) -> Table | None:
    """The table that a sentence names; None where the policy does not list it."""
    schema = policy.schemas.get(said.schema)
    return None if schema is None else schema.tables.get(said.table)


def compared_columns(policy: Policy, table: Table) -> frozenset[str]:
    """The columns of ``table`` that some purpose's explanations compare."""
    return frozenset(
        column for purpose in policy.purposes.values() for said in explanations(purpose)
        if isinstance(said, OwnRow) and (said.schema, said.table) == (table.schema, table.name)
        for column in said.columns)
