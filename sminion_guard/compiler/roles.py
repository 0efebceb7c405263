"""Roles of a policy, their members, and what they reach of schemas as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.quoting import array_literal, ident, like, literal
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.policy import Compartment, Policy, holds
from sminion_guard.policy.names import backup_role, office_roles


def roles(policy: Policy, compartments: tuple[Compartment, ...]) -> Iterator[Statement]:
    """The NOLOGIN roles: one for each compartment, the policy's offices, and the one for dumps."""
    dumping = [backup_role(policy.name)] if policy.backup else []
    for name in sorted([*(entry.role for entry in compartments), *office_roles(policy.name), *dumping]):
        values = {
            "role": ident(name),
            "role_literal": literal(name),
            "comment": literal(f"sminion_guard: role of policy {policy.name}"),
        }
        yield from_templates("role", name, values)


def memberships(policy: Policy, compartments: tuple[Compartment, ...]) -> Iterator[Statement]:
    """Logins hold the compartments of their purposes, and of recipients that they export to, and inherit none."""
    for login in sorted(policy.logins.values(), key=lambda entry: entry.name):
        for compartment in compartments:
            if holds(login, compartment):
                values = {
                    "role": ident(compartment.role),
                    "role_literal": literal(compartment.role),
                    "login": ident(login.name),
                    "login_literal": literal(login.name),
                    "may_own": "false" if login.may_own is None else "true",
                }
                yield from_templates("membership", f"{login.name}:{compartment.role}", values)


def closures(policy: Policy) -> Iterator[Statement]:
    """What nobody may have: privileges of PUBLIC and of logins in protected schemas, and places for copies."""
    # An owner keeps what it needs to migrate: taken away, it would grant it to itself again.
    logins = {"logins": array_literal(sorted(login.name for login in policy.logins.values() if login.may_own is None))}
    yield from_templates("closed_database", policy.name, logins)
    for name in sorted(policy.schemas):
        values = logins | {"schema_literal": literal(name)}
        yield from_templates("closed_schema", name, values)


def schema_usage(policy: Policy, compartments: tuple[Compartment, ...]) -> Iterator[Statement]:
    """USAGE on just the schemas of the compartment: the wall against merging, with the privileges of each table.

    And on schemas with neutral tables, which every purpose may read.
    """
    neutral = {schema.name for schema in policy.schemas.values() if schema.neutral}
    for compartment in compartments:
        for schema in sorted(neutral.union(compartment.schemas)):
            values = usage(schema, compartment.role)
            yield from_templates("schema_usage", f"{schema}:{compartment.role}", values)


def neutral_grants(policy: Policy, compartments: tuple[Compartment, ...]) -> Iterator[Statement]:
    """SELECT on the neutral tables, which are found by their names when the statement runs."""
    for name, schema in sorted(policy.schemas.items()):
        for compartment in compartments if schema.neutral else ():
            values = {
                "schema": ident(name),
                "schema_literal": literal(name),
                "patterns": array_literal(sorted(like(pattern) for pattern in schema.neutral)),
                "listed": array_literal(sorted(schema.tables)),
                "role": ident(compartment.role),
                "role_literal": literal(compartment.role),
            }
            yield from_templates("neutral_grant", f"{name}:{compartment.role}", values)


def owner_usage(policy: Policy) -> Iterator[Statement]:
    """The guard's own functions reach the schemas whose masks they keep, and whose objects they recognise."""
    for name in sorted({table.schema for table in policy.tables()}):
        yield from_templates("schema_usage", f"{name}:sminion_owner", usage(name, "sminion_owner"))


def usage(schema: str, role: str) -> dict[str, str]:
    """The values of template ``schema_usage``."""
    return {
        "schema": ident(schema),
        "schema_literal": literal(schema),
        "role": ident(role),
        "role_literal": literal(role),
    }
