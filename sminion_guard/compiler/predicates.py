"""The conditions of row security: one integer test a row, and everything else once a statement.

What is asked once a statement is an uncorrelated sub-select, which keeps indexes and parallel plans.
"""

from __future__ import annotations

from collections.abc import Iterable

from sminion_guard.compiler.quoting import array, ident, literal
from sminion_guard.compiler.subjects import subject_columns
from sminion_guard.policy import Policy, Table

OWNER = "sminion_owner"


def known_role(roles: Iterable[str]) -> str:
    """The floor under everybody: only compartments and the guard's own functions see rows at all.

    A later permissive policy for anybody else, the owner of the table included, opens nothing.
    """
    return f"(SELECT current_user = ANY ({array([*sorted(roles), OWNER])}::name[]))"


def ticket_floor(policy: Policy, table: Table, role: str, *, sees_blocked: bool) -> str:
    """The floor under one compartment role: a ticket, and none of the withheld subjects.

    The role stands in the condition as a constant beside ``current_user``. A policy is chosen when the statement is
    planned, ``current_user`` is read when its first row is tested: a cursor opened as one role and fetched as another
    would else be read under the other's ticket.
    """
    call = f"({literal(role)}, current_user)"
    held = subject_columns(table)
    # The inner cast is evaluated once; the outer one only keeps ALL from taking the sub-select for a list of rows.
    if not held:
        return f"(SELECT sminion.context{call} IS NOT NULL)"
    key = policy.subject_key.value
    if sees_blocked:
        named = " OR ".join(f"{ident(column)} = (SELECT sminion.named_subject{call}::{key})" for column in held)
        return f"({named})"
    return " AND ".join(
        f"{ident(column)} IS NOT NULL AND {ident(column)} <> ALL ((SELECT sminion.context{call}::{key}[])::{key}[])"
        for column in held
    )


def permission(table: Table, bit: int) -> str:
    """What one purpose sees: rows whose subjects permit it, and that are within their retention.

    It belongs into the floor too: in a permissive policy, any later permissive policy would widen it.
    """
    if not subject_columns(table):
        return retention(table) or "true"
    test = f"(guard_mask & {1 << bit}::bigint) <> 0"
    kept = retention(table)
    return f"{test} AND {kept}" if kept else test


def retention(table: Table) -> str | None:
    """The test that a row is within its retention, or None when the table declares none.

    While the column is NULL the time has not begun: a contract that has not ended is not past its end.
    """
    if table.retention is None:
        return None
    column = ident(table.retention.after)
    return f"({column} IS NULL OR {column} > (now() - interval {literal(table.retention.keep)}))"
