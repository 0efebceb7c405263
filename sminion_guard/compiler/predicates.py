"""The conditions of row security: one integer test a row, and everything else once a statement.

What is asked once a statement is an uncorrelated sub-select, which keeps indexes and parallel plans.
"""

from __future__ import annotations

from collections.abc import Iterable

from sminion_guard.compiler.quoting import array, ident, literal
from sminion_guard.compiler.subjects import SubjectOfRow, subject_columns, subjects_of
from sminion_guard.policy import Anonymous, Policy, Table

OWNER = "sminion_owner"


def known_role(roles: Iterable[str], backup: str | None = None) -> str:
    """The floor under everybody: only compartments and the guard's own functions see rows at all.

    A later permissive policy for anybody else, the owner of the table included, opens nothing.

    :param backup: the role for dumps, where there is one.
    """
    also = [] if backup is None else [backup]
    return f"(SELECT current_user = ANY ({array([*sorted(roles), *also, OWNER])}::name[]))"


def refused(roles: Iterable[str], relation: str, backup: str | None = None) -> str:
    """The condition for whoever else holds a privilege on the table: it raises while the statement is planned.

    :param relation: the table, as SQL names it.
    :param backup: the role for dumps, which it lets through, where there is one.
    """
    also = "" if backup is None else f", {literal(backup)}"
    return f"sminion.refuse_others({literal(relation)}::regclass, {array(sorted(roles))}::name[]{also})"


def ticket_floor(policy: Policy, table: Table, role: str, *, sees_blocked: bool) -> str:
    """The floor under one compartment role: a ticket, and none of the withheld subjects.

    The role stands in the condition as a constant beside ``current_user``. A policy is chosen when the statement is
    planned, ``current_user`` is read when its first row is tested: a cursor opened as one role and fetched as another
    would else be read under the other's ticket.
    """
    call = f"({literal(role)}, current_user)"
    held = subject_columns(table)
    # The inner cast is evaluated once; the outer one only keeps ANY from taking the sub-select for a list of rows.
    if not held:
        return f"(SELECT sminion.context{call} IS DISTINCT FROM '{{}}')"
    subjects = subjects_of(policy, table)
    known = " AND ".join(_not_withheld(entry, call) for entry in subjects)
    if table.anonymous is not Anonymous.VISIBLE:
        # The mask of such a row permits nothing. But a table may have shown rows about nobody until now, and their
        # masks are filled in anew after the policy is in force.
        known += "".join(f" AND {ident(entry.column)} IS NOT NULL" for entry in subjects if not entry.optional)
    if not sees_blocked:
        return known
    named = " OR ".join(
        f"{ident(entry.column)} = (SELECT {_asked('named_subject', entry, call)}::{entry.key.value})"
        for entry in subjects
    )
    if len(subjects) > 1:
        every = ", ".join(entry.text(ident(entry.column)) for entry in subjects)
        known += f" AND sminion.named_alone({literal(role)}, current_user, {literal(table.schema)}, ARRAY[{every}])"
    return f"({named}) AND {known}"


def _not_withheld(subject: SubjectOfRow, call: str) -> str:
    # The context is NULL while nobody is withheld, and then so is the comparison, without a look at the row. So is that
    # with a NULL subject, whose mask says whether the row is seen.
    key = subject.key.value
    withheld = f"(SELECT {_asked('context', subject, call)}::{key}[])"
    return f"({ident(subject.column)} = ANY ({withheld}::{key}[])) IS NOT TRUE"


def _asked(function: str, subject: SubjectOfRow, call: str) -> str:
    """The call of ``sminion.context`` or ``sminion.named_subject``, for keys of one kind where there are several."""
    if subject.kind is None:
        return f"sminion.{function}{call}"
    return f"sminion.{function}_of_kind{call[:-1]}, {literal(subject.kind)})"


def permission(policy: Policy, table: Table, bit: int, *, written: bool = False) -> str:
    """What one purpose sees: rows whose subjects permit it, and that are within their retention.

    It belongs into the floor too: in a permissive policy, any later permissive policy would widen it.

    :param written: for rows that are written: one past its retention is refused with a code of ours, and what to do.
    """
    kept = retention(policy, table)
    if kept and written and table.retention is not None:
        named = ", ".join(map(literal, (table.qualified, table.retention.after, table.retention.keep)))
        kept = f"CASE WHEN {kept} THEN true ELSE sminion.refuse_expired({named}) END"
    if not subject_columns(table):
        return kept or "true"
    test = f"(guard_mask & {1 << bit}::bigint) <> 0"
    return f"{test} AND {kept}" if kept else test


def retention(policy: Policy, table: Table) -> str | None:
    """The test that a row is within its retention, or None when the table declares none.

    While the column is NULL the time has not begun: a contract that has not ended is not past its end.
    The time zone is that of the policy: the session's is the client's to choose.
    """
    if table.retention is None:
        return None
    column = ident(table.retention.after)
    length, zone = literal(table.retention.keep), literal(policy.timezone)
    return f"({column} IS NULL OR sminion.within_retention({column}, interval {length}, {zone}))"
