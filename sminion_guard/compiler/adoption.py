"""Row security that a table had before: the application's own policies that stay in force beside the guard's."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.quoting import array_literal, ident, literal, qualified
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.policy import Compartment, Policy, Table


def adopted(inside: tuple[Compartment, ...], table: Table) -> Iterator[Statement]:
    """The adopted policies, so that a change of one is seen, with twins of those that are for certain roles.

    :param inside: the compartments that hold the table.
    """
    if table.adopt_policies and inside:
        on = qualified(table.schema, table.name)
        values = {
            "table": on,
            "table_literal": literal(on),
            "adopted": array_literal(sorted(table.adopt_policies)),
            "roles": ", ".join(ident(entry.role) for entry in inside),
        }
        yield from_templates("adopted", table.qualified, values)


def adopted_policies(policy: Policy) -> dict[str, dict[str, list[str]]]:
    """Schema to table to the names that it adopts, for every table: the argument of ``sminion.foreign_policies``."""
    found: dict[str, dict[str, list[str]]] = {}
    for table in policy.tables():
        found.setdefault(table.schema, {})[table.name] = sorted(table.adopt_policies)
    return found
