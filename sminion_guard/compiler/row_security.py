"""Row security of one table: forced, a floor that no later policy can widen, and what each purpose may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sminion_guard.compiler import names, predicates
from sminion_guard.compiler.quoting import ident, literal, qualified
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.policy import Basis, Compartment, Policy, Table
from sminion_guard.policy.access import table_access

_CLAUSES = {
    "SELECT": "USING ({0})",
    "INSERT": "WITH CHECK ({0})",
    "UPDATE": "USING ({0}) WITH CHECK ({0})",
    "DELETE": "USING ({0})",
    "ALL": "USING ({0})",
}


def row_security(
    policy: Policy, compartments: tuple[Compartment, ...], bits: Mapping[str, int], table: Table
) -> Iterator[Statement]:
    """ENABLE and FORCE, then the policies, then the statistics that let the planner estimate them."""
    name = qualified(table.schema, table.name)
    yield from_templates("row_security", table.qualified, {"table": name, "table_literal": literal(name)})
    inside = tuple(entry for entry in compartments if table.schema in entry.schemas)
    floor = predicates.known_role(entry.role for entry in inside)
    yield _policy(table, ("floor",), "RESTRICTIVE", "ALL", ("PUBLIC",), floor)
    for compartment in inside:
        seen = policy.purposes[compartment.purpose].sees_blocked
        ticket = predicates.ticket_floor(policy, table, compartment.role, sees_blocked=seen)
        permitted = predicates.permission(table, bits[compartment.purpose])
        condition = ticket if permitted == "true" else f"{ticket} AND {permitted}"
        yield _policy(table, ("floor", compartment.role), "RESTRICTIVE", "ALL", (ident(compartment.role),), condition)
    yield from _permissions(policy, inside, table)
    if table.subject is not None:
        yield _policy(table, ("owner",), "PERMISSIVE", "ALL", (predicates.OWNER,), "true")
        yield from _statistics(policy, inside, bits, table)


def _permissions(policy: Policy, inside: tuple[Compartment, ...], table: Table) -> Iterator[Statement]:
    # Row security wants a permissive policy beside the floor, which says everything: these say what may be done at all.
    for purpose in sorted({entry.purpose for entry in inside}):
        access = table_access(policy, purpose, table)
        granted = {
            "SELECT": bool(access.use),
            "INSERT": bool(access.collect),
            "UPDATE": bool(access.clarify),
            "DELETE": access.delete,
        }
        roles = tuple(ident(entry.role) for entry in inside if entry.purpose == purpose)
        for command, wanted in granted.items():
            if wanted:
                yield _policy(table, (purpose, command.lower()), "PERMISSIVE", command, roles, "true")


def _policy(
    table: Table, parts: tuple[str, ...], permissive: str, command: str, roles: tuple[str, ...], condition: str
) -> Statement:
    name = names.policy_name(*parts)
    on = qualified(table.schema, table.name)
    values = {
        "policy": ident(name),
        "policy_literal": literal(name),
        "table": on,
        "table_literal": literal(on),
        "permissive": permissive,
        "command": command,
        "roles": ", ".join(roles),
        "clauses": _CLAUSES[command].format(condition),
    }
    return from_templates("policy", f"{table.qualified}:{name}", values)


def _statistics(
    policy: Policy, inside: tuple[Compartment, ...], bits: Mapping[str, int], table: Table
) -> Iterator[Statement]:
    # Only where subjects decide: by default nearly every row passes, and the planner's guess is that anyway.
    for purpose in sorted({entry.purpose for entry in inside}):
        if policy.purposes[purpose].basis not in (Basis.CONSENT, Basis.LEGITIMATE_INTEREST):
            continue
        name = names.statistics_name(table.name, purpose)
        values = {
            "statistics": qualified(table.schema, name),
            "statistics_literal": literal(name),
            "schema_literal": literal(table.schema),
            "bit": f"{1 << bits[purpose]}::bigint",
            "table": qualified(table.schema, table.name),
        }
        yield from_templates("statistics", f"{table.schema}.{name}", values)


