"""Depersonalizing: an operator for listed columns of tables whose expired rows are depersonalized."""

from __future__ import annotations

from sminion_guard.policy.access import leading_columns
from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.model import Policy, RetentionEnd
from sminion_guard.policy.model.depersonalizing import FORM, operator
from sminion_guard.policy.positions import Path


def depersonalized(policy: Policy, report: Report) -> None:
    """Report operators that are unknown, or for columns that are emptied anyway or not there."""
    for table in policy.tables():
        path: Path = ("schema", table.schema, table.name, "depersonalize")
        kept = table.retention
        if kept is not None and kept.then is RetentionEnd.DEPERSONALIZE and table.subject is None:
            report.add("SG376", (*path[:-1], "retention"),
                       f"`{table.qualified}` has no subject, so its rows cannot be depersonalized",
                       "say `then = \"destroy\"`, or name the subject")
        if table.depersonalize and (kept is None or kept.then is not RetentionEnd.DEPERSONALIZE):
            report.add("SG376", path, f"rows of `{table.qualified}` are never depersonalized",
                       "leave `depersonalize` out, or say `then = \"depersonalize\"` in `retention`")
            continue
        for column, text in table.depersonalize.items():
            if column not in table.columns:
                report.add("SG376", (*path, column),
                           f"depersonalized column `{column}` is not listed in `{table.qualified}`",
                           f"list it under `columns`, or {suggestion(column, table.columns.keys())}")
            elif kept is not None and column in {kept.after, *leading_columns(table)}:
                report.add("SG376", (*path, column), f"`{column}` of `{table.qualified}` is emptied in any case",
                           "leave it out: what leads to the person goes, and the time that retention counts from")
            elif operator(text) is None:
                report.add("SG377", (*path, column), f"`{text}` says not what is left of `{column}`", FORM)
