"""Retention: after which moment rows are kept for how long."""

from __future__ import annotations

from sminion_guard.policy import interval
from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.model import Policy
from sminion_guard.policy.positions import Path


def retained(policy: Policy, report: Report) -> None:
    """Report retention rules that name no listed column or no usable length of time."""
    for table in policy.tables():
        if table.retention is None:
            continue
        path: Path = ("schema", table.schema, table.name, "retention")
        after = table.retention.after
        if after not in table.columns:
            report.add("SG319", (*path, "after"), f"retention column `{after}` is not listed in `{table.qualified}`",
                       f"list it as `{after} = \"none\"`, or {suggestion(after, table.columns.keys())}")
        if problem := interval.problem(table.retention.keep):
            report.add("SG312", (*path, "keep"), problem, interval.FORM)
