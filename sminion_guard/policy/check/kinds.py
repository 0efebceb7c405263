"""One kind of subjects that may be two: a warning, and of the plainest case alone, since only the database can tell."""

from __future__ import annotations

from sminion_guard.policy.findings import Report
from sminion_guard.policy.model import Policy


def kinds(policy: Policy, report: Report) -> None:
    """Warn of tables whose rows are people by the same column `id`, where the policy names no kinds."""
    if policy.kinds:
        return
    found = [
        table for table in policy.tables()
        if isinstance(table.subject, tuple) and [entry.column for entry in table.subject] == ["id"]
    ]
    for table in found[1:]:
        report.add(
            "SG352", ("schema", table.schema, table.name, "subject"),
            f"the `id` of `{table.qualified}` and of `{found[0].qualified}` are taken for the same people",
            "where they are numbered apart, declare `[subject.KIND]` for each and say `kind` in the tables; where they "
            "are not, one kind for all says so",
        )
