"""The rule that a table's rows must meet, as the other packages ask for it."""

from __future__ import annotations

from sminion_guard.policy.conditions.condition import Condition, values_of
from sminion_guard.policy.conditions.text import condition
from sminion_guard.policy.model import Policy, Table


def rule(table: Table) -> Condition | None:
    """What ``rows`` of ``table`` says; None when it says nothing.

    :raises MalformedCondition: for a policy that was built past the checks.
    """
    return None if table.rows is None else condition(table.rows)


def tables_with_rules(policy: Policy) -> tuple[Table, ...]:
    """The tables whose rows a rule limits, sorted by name."""
    return tuple(table for table in policy.tables() if table.rows is not None)


def explanation(table: Table) -> str:
    """In words, which rows of ``table`` are seen and written.

    :raises ValueError: for a table without a rule.
    """
    found = rule(table)
    if found is None:
        raise ValueError(f"`{table.qualified}` has no rule")
    names = ", ".join(f"`:{name}`" for name in values_of(found))
    said = f"of `{table.qualified}` only rows where {table.rows}"
    return f"{said} ({names} of the ticket)" if names else said
