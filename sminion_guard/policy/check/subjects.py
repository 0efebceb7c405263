"""Subjects: each row of a table with personal data leads to the person it is about."""

from __future__ import annotations

from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.model import OPEN_CATEGORIES, Policy, Shared, SubjectPath, Table
from sminion_guard.policy.positions import Path


def subjects(policy: Policy, report: Report) -> None:
    """Report tables whose rows lead to nobody, or not to one certain person."""
    for table in policy.tables():
        path: Path = ("schema", table.schema, table.name, "subject")
        if table.subject is None and table.anonymous is not None:
            report.add("SG336", (*path[:-1], "anonymous"),
                       f"`{table.qualified}` has no subject, so its rows are about nobody anyway",
                       "leave `anonymous` out, or name the subject")
        if table.shared is not None:
            _shared(table, (*path[:-1], "shared"), report)
        if table.subject is None:
            _personal(policy, table, path, report)
            continue
        if isinstance(table.subject, SubjectPath):
            _holds_key(table, table.subject.column, path, report)
            _path(policy, table, table.subject, path, report)
            continue
        columns = [entry.column for entry in table.subject]
        _kinds(policy, table, path, report)
        for column in columns:
            _holds_key(table, column, path, report)
        if len(set(columns)) < len(columns):
            report.add("SG318", path, f"`{table.qualified}` names a subject column twice", "name it once")


def _kinds(policy: Policy, table: Table, path: Path, report: Report) -> None:
    """The kind of each subject is one that the policy declares, and said where it declares any."""
    for entry in table.subject if isinstance(table.subject, tuple) else ():
        if entry.kind is None:
            if policy.kinds:
                report.add("SG351", path, f"of which kind the subjects of `{table.qualified}` are is not said",
                           f"add `kind = ...`; {suggestion('', policy.kinds.keys())}")
                return
        elif not policy.kinds:
            report.add("SG350", path, f"`{table.qualified}` says kind `{entry.kind}`, and the policy declares none",
                       "leave it out, or declare `[subject.KIND]` for each kind")
            return
        elif entry.kind not in policy.kinds:
            report.add_unknown("SG350", path, "kind of subjects", entry.kind, policy.kinds.keys())


def _shared(table: Table, path: Path, report: Report) -> None:
    """``shared`` is about rows that name several people, and can stop naming each of them."""
    several = table.subject if isinstance(table.subject, tuple) and len(table.subject) > 1 else ()
    if not several:
        report.add("SG373", path, f"rows of `{table.qualified}` are about one person only",
                   "leave `shared` out, or name several subject columns")
    elif table.shared is not Shared.FIRST:
        fixed = [entry.column for entry in several if not entry.optional]
        if fixed:
            listed = ", ".join(f"`{column}`" for column in fixed)
            report.add("SG374", path,
                       f"rows of `{table.qualified}` cannot stop naming a person: {listed} must name one",
                       f"mark what may be empty with `?`, such as `{fixed[0]}?`, or write `shared = \"first\"`")


def _personal(policy: Policy, table: Table, path: Path, report: Report) -> None:
    personal = [column for column, category in table.columns.items() if category not in OPEN_CATEGORIES]
    # What was collected for no purpose is readable by nobody (server logs): its rows need no subject.
    if personal and policy.collection_of(table).collected_for:
        listed = ", ".join(f"`{column}`" for column in personal)
        report.add("SG325", path, f"`{table.qualified}` has no subject but personal columns: {listed}",
                   "name the subject column or a path to it, or give neutral columns category `none`")


def _holds_key(table: Table, column: str, path: Path, report: Report) -> None:
    if column not in table.columns:
        report.add("SG318", path, f"subject column `{column}` is not listed in `{table.qualified}`",
                   f"list it as `{column} = \"key\"`, or {suggestion(column, table.columns.keys())}")
    elif table.columns[column] == "none":
        report.add("SG318", path, f"subject column `{column}` of `{table.qualified}` has category `none`",
                   "what leads to a person is not neutral: give it category `key`")


def _path(policy: Policy, table: Table, first: SubjectPath, place: Path, report: Report) -> None:
    """Follow a path from parent to parent to its end: one subject column."""
    seen = [table.qualified]
    step = first
    while True:
        qualified = f"{step.schema}.{step.table}"
        if qualified in seen:
            report.add("SG317", place, f"subject path of `{table.qualified}` runs in a circle: "
                       + " -> ".join(f"`{name}`" for name in (*seen, qualified)),
                       "give one of these tables a subject column of its own")
            return
        seen.append(qualified)
        schema = policy.schemas.get(step.schema)
        parent = schema.tables.get(step.table) if schema else None
        if parent is None:  # broken itself, and reported there
            return
        if step.key not in parent.columns:
            report.add("SG317", place, f"subject path of `{table.qualified}` leads to unknown column "
                       f"`{qualified}.{step.key}`", suggestion(step.key, parent.columns.keys()))
            return
        if isinstance(parent.subject, SubjectPath):
            step = parent.subject
            continue
        if parent.subject is None:
            report.add("SG317", place, f"subject path of `{table.qualified}` ends nowhere: `{qualified}` has no "
                       "subject", "let it lead to a table with a subject column")
        elif len(parent.subject) > 1:
            report.add("SG317", place, f"subject path of `{table.qualified}` ends at {len(parent.subject)} subjects "
                       f"in `{qualified}`", "give the table its own subject columns")
        return
