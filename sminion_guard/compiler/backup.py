"""The role that reads all rows for dumps, of a policy that says why there is one."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.quoting import array_literal, ident, literal, qualified
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.policy import Policy, Table
from sminion_guard.policy.names import backup_role

VERSION_SCHEMA = "sminion_migrations"
"""Where the version of the database side is kept; a dump has it too."""


def backup_policy(policy: Policy, table: Table) -> Iterator[Statement]:
    """The permissive policy by which the role sees every row. It is let through the floor by name."""
    if policy.backup:
        yield from_templates("backup_policy", table.qualified, _values(policy, table))


def backup_grant(policy: Policy, table: Table) -> Iterator[Statement]:
    """SELECT on a table of the policy and its partitions, once its row security is in place.

    Before that the floor would hide every row from the role, and a dump would lack them without a word.
    """
    if policy.backup:
        role = backup_role(policy.name)
        yield from_templates("backup_grant", f"{table.qualified}:{role}", _values(policy, table))


def backup_schemas(policy: Policy) -> Iterator[Statement]:
    """SELECT on what else is in the protected schemas: sequences, and tables that the policy does not list."""
    if policy.backup:
        listed = array_literal([qualified(table.schema, table.name) for table in policy.tables()])
        for schema in sorted({*policy.schemas, VERSION_SCHEMA}):
            values = _of_role(policy) | {
                "schema": ident(schema), "schema_literal": literal(schema), "listed": listed,
            }
            yield from_templates("backup_schema", schema, values)


def _values(policy: Policy, table: Table) -> dict[str, str]:
    name = qualified(table.schema, table.name)
    return _of_role(policy) | {"table": name, "table_literal": literal(name)}


def _of_role(policy: Policy) -> dict[str, str]:
    role = backup_role(policy.name)
    return {"role": ident(role), "role_literal": literal(role)}
