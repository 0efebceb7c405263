"""Row security of one table: forced, a floor that no later policy can widen, and what each purpose may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sminion_guard.compiler import names, predicates
from sminion_guard.compiler.adoption import adopted
from sminion_guard.compiler.quoting import array_literal, ident, literal, qualified
from sminion_guard.compiler.rows import rows_condition
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.policy import Basis, Compartment, Policy, Table
from sminion_guard.policy.access import table_access
from sminion_guard.policy.names import backup_role

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
    backup = backup_role(policy.name) if policy.backup else None
    dumping = "" if backup is None else f", {literal(backup)}"
    yield from_templates("row_security", table.qualified, {
        "table": name,
        "table_literal": literal(name),
        "backup": dumping.replace("'", "''"),  # it stands within a text
    })
    collection = policy.collection_of(table).name
    inside = tuple(entry for entry in compartments if collection in entry.collections)
    known = tuple(entry.role for entry in inside)
    yield _policy(table, ("floor",), "RESTRICTIVE", "ALL", ("PUBLIC",), predicates.known_role(known, backup))
    # Without a permissive policy PostgreSQL answers with no rows, and asks none of the others.
    yield _policy(table, ("refused",), "PERMISSIVE", "ALL", ("PUBLIC",), "false")
    yield from_templates("others", table.qualified, {
        "table": name,
        "table_literal": literal(name),
        "known": array_literal([*sorted(known), predicates.OWNER]),
        "condition": literal(predicates.refused(known, name, backup)),
        "backup": dumping,
    })
    for compartment in inside:
        blocked = policy.purposes[compartment.purpose].sees_blocked
        ticket = predicates.ticket_floor(policy, table, compartment.role, sees_blocked=blocked)
        seen, written = (
            ticket if permitted == "true" else f"{ticket} AND {permitted}"
            for permitted in (
                predicates.permission(policy, table, bits[compartment.purpose], written=writes)
                for writes in (False, True)
            )
        )
        roles = (ident(compartment.role),)
        yield _policy(table, ("floor", compartment.role), "RESTRICTIVE", "ALL", roles, seen, written)
        rule = rows_condition(policy, table, compartment.role)
        if rule is not None:
            # A part of the floor, but a policy of its own: the server names the one that a new row violates.
            yield _policy(table, ("rows", compartment.role), "RESTRICTIVE", "ALL", roles, rule)
    yield from adopted(inside, table)
    yield from _permissions(policy, inside, table)
    if table.subject is not None or table.retention is not None:
        yield _policy(table, ("owner",), "PERMISSIVE", "ALL", (predicates.OWNER,), "true")
    if table.subject is not None:
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
        of_purpose = [entry for entry in inside if entry.purpose == purpose]
        for command, wanted in granted.items():
            if wanted:
                # What is sent to a recipient is read, and nothing is written with it.
                reads = command == "SELECT"
                roles = tuple(ident(entry.role) for entry in of_purpose if reads or entry.recipient is None)
                parts = (purpose, command.lower())
                if table.adopt_policies:
                    yield _permission(table, ("unless", *parts), command, roles)
                else:
                    yield _policy(table, parts, "PERMISSIVE", command, roles, "true")


def _permission(table: Table, parts: tuple[str, ...], command: str, roles: tuple[str, ...]) -> Statement:
    """What a purpose may do, where no permissive policy of the table's own says which rows there are."""
    values = _values(table, parts, command, roles, "true") | {"adopted": array_literal(sorted(table.adopt_policies))}
    return from_templates("permission", f"{table.qualified}:{names.policy_name(*parts)}", values)


def _policy(
    table: Table, parts: tuple[str, ...], permissive: str, command: str, roles: tuple[str, ...], condition: str,
    written: str | None = None,
) -> Statement:
    """One policy.

    :param written: the condition of rows that are written, where it is another one.
    """
    values = _values(table, parts, command, roles, condition) | {"permissive": permissive}
    if written not in (None, condition):
        values["clauses"] += f" WITH CHECK ({written})"
    return from_templates("policy", f"{table.qualified}:{names.policy_name(*parts)}", values)


def _values(
    table: Table, parts: tuple[str, ...], command: str, roles: tuple[str, ...], condition: str
) -> dict[str, str]:
    name = names.policy_name(*parts)
    on = qualified(table.schema, table.name)
    return {
        "policy": ident(name),
        "policy_literal": literal(name),
        "table": on,
        "table_literal": literal(on),
        "command": command,
        "roles": ", ".join(roles),
        "clauses": _CLAUSES[command].format(condition),
    }


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


