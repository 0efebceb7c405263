"""Column privileges: of the columns whose category the purpose needs, for the operations it may do."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.compiler.depersonalized import read_columns
from sminion_guard.compiler.quoting import columns, ident, literal, qualified
from sminion_guard.compiler.statement import Statement, from_templates
from sminion_guard.compiler.subjects import GUARD_SUBJECT, children_of, parent_of, subject_columns
from sminion_guard.policy import OPEN_CATEGORIES, Compartment, InReport, Policy, RetentionEnd, SubjectPath, Table
from sminion_guard.policy.access import TableAccess, compartment_access, table_access
from sminion_guard.policy.explanations import compared_columns


def column_grants(policy: Policy, compartments: tuple[Compartment, ...], table: Table) -> Iterator[Statement]:
    """The privileges of each compartment on ``table``, and of the sequences behind its defaults."""
    for compartment in compartments:
        if policy.collection_of(table).name not in compartment.collections:
            continue
        access = compartment_access(policy, compartment, table)
        if not access.any:
            continue
        values = _values(table, compartment.role)
        key = f"{table.qualified}:{compartment.role}"
        yield from_templates("column_grant", key, values | {"privileges": privileges(access)})
        if access.collect:
            yield from_templates("sequence_usage", key, values)


def privileges(access: TableAccess) -> str:
    """The list of a GRANT. Columns only, but for DELETE, which has no columns."""
    listed = [
        f"{verb} ({columns(names)})"
        for verb, names in (("SELECT", access.use), ("INSERT", access.collect), ("UPDATE", access.clarify))
        if names
    ]
    return ", ".join([*listed, "DELETE"] if access.delete else listed)


def owner_grant(policy: Policy, table: Table) -> Statement:
    """What row triggers, settling, access reports and destruction need.

    To read subjects and what reports show, to set masks, to delete; and to empty what destruction empties.
    """
    # ctid and tableoid: settling and filling in find rows by their place.
    if table.subject is None:
        return _purge_grant(table)
    read = {"guard_mask", "ctid", "tableoid", *subject_columns(table)}
    read.update(name for name in table.columns if table.report.get(name) is not InReport.EXISTS)
    if table.retention is not None:
        read.add(table.retention.after)  # a report says until when a row is kept
    parent = parent_of(policy, table)
    if parent is not None:
        read.add(parent.column)
    if children_of(policy, table):
        # whether the transaction that writes a child wrote its parent too
        read.add("xmin")
    # what explains accesses: sminion.explained_accesses compares it, and only true or false comes out
    read.update(compared_columns(policy, table))
    read.update(child.subject.key for child in children_of(policy, table) if isinstance(child.subject, SubjectPath))
    read.update(read_columns(policy, table))
    written = {"guard_mask"} if parent is None else {"guard_mask", GUARD_SUBJECT}
    written.update(_emptied(table))
    listed = f"SELECT ({columns(sorted(read))}), UPDATE ({columns(sorted(written))}), DELETE"
    values = _values(table, "sminion_owner") | {"privileges": listed}
    return from_templates("column_grant", f"{table.qualified}:sminion_owner", values)


def _purge_grant(table: Table) -> Statement:
    """What purging needs where rows are about nobody: UPDATE of one column, without which it could lock no row."""
    assert table.retention is not None
    after = columns([table.retention.after])
    listed = f"SELECT ({columns(['ctid', 'tableoid', table.retention.after])}), UPDATE ({after}), DELETE"
    values = _values(table, "sminion_owner") | {"privileges": listed}
    return from_templates("column_grant", f"{table.qualified}:sminion_owner", values)


def _emptied(table: Table) -> frozenset[str]:
    """The columns that destruction empties in rows that stay."""
    leads = frozenset(entry.column for entry in table.subject) if isinstance(table.subject, tuple) else frozenset()
    if table.retention is not None and table.retention.then is RetentionEnd.DEPERSONALIZE:
        personal = frozenset(name for name, category in table.columns.items() if category not in OPEN_CATEGORIES)
        personal |= {table.retention.after, *table.depersonalize}
        path = {table.subject.column} if isinstance(table.subject, SubjectPath) else set()
        return personal | leads | path
    return leads if len(leads) > 1 else frozenset()


def upserts(policy: Policy) -> tuple[tuple[str, str], ...]:
    """(purpose, table) pairs with SELECT, INSERT and UPDATE on one table.

    With these, ON CONFLICT reads hidden rows on servers before 15.20, 16.16, 17.12 and 18.7.
    """
    found = []
    for purpose in sorted(policy.purposes):
        for table in policy.tables():
            access = table_access(policy, purpose, table)
            if access.use and access.collect and access.clarify:
                found.append((purpose, table.qualified))
    return tuple(found)


def _values(table: Table, role: str) -> dict[str, str]:
    name = qualified(table.schema, table.name)
    return {"table": name, "table_literal": literal(name), "role": ident(role), "role_literal": literal(role)}
