"""What explains accesses: it can be read, names what there is, and reads no more than its purpose does."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.policy.access import table_access
from sminion_guard.policy.explanation import VALUE, EqualsTicket, OwnRow
from sminion_guard.policy.explanation_text import MalformedExplanation, explanation
from sminion_guard.policy.explanations import table_of
from sminion_guard.policy.findings import Report, suggestion
from sminion_guard.policy.model import Policy
from sminion_guard.policy.positions import Path


def explained(policy: Policy, report: Report) -> None:
    """Report sentences that cannot be read, and names that the policy does not have."""
    for purpose in policy.purposes.values():
        for at, text in enumerate(purpose.explains):
            path: Path = ("purpose", purpose.name, "explains")
            try:
                said = explanation(text)
            except MalformedExplanation as error:
                report.add("SG357", path, f"sentence {at + 1} of `explains` {error}", error.hint)
                continue
            if isinstance(said, OwnRow):
                _names(policy, said, path, report)


def explained_within_reach(policy: Policy, report: Report) -> None:
    """Report sentences about what their purpose may not read: its logins and an auditor could learn it together."""
    for name, said, path in _rows(policy):
        table = table_of(policy, said)
        if table is None:
            continue
        hidden = [column for column in said.columns if column not in table_access(policy, name, table).use]
        for column in hidden:
            report.add(
                "SG359", path,
                f"purpose `{name}` may not read `{said.relation}.{column}`, which would explain its accesses",
                "name a column that the purpose reads, or give it the category and the schema with `needs`"
                " and `collected_for`")


def _names(policy: Policy, said: OwnRow, path: Path, report: Report) -> None:
    table = table_of(policy, said)
    if table is None:
        listed = [entry.qualified for entry in policy.tables() if entry.subject is not None]
        report.add("SG358", path, f"`explains` names table `{said.relation}`, which the policy does not list",
                   suggestion(said.relation, listed))
        return
    if table.subject is None:
        report.add("SG358", path, f"`explains` names `{said.relation}`, whose rows are about nobody",
                   "name a table with a subject: the policy finds the subject's rows by it")
    for column in said.columns:
        if column not in table.columns:
            report.add("SG358", path, f"`explains` compares `{said.relation}.{column}`, which is not listed",
                       suggestion(column, table.columns.keys()))
    for test in said.tests:
        if isinstance(test, EqualsTicket) and test.field.startswith(VALUE):
            value = test.field.removeprefix(VALUE)
            if value not in policy.ticket_values:
                report.add("SG358", path, f"`explains` compares with `ticket.{test.field}`, which is not declared",
                           suggestion(value, policy.ticket_values.keys()) if policy.ticket_values
                           else f"declare it: `[ticket] values = {{ {value} = \"int\" }}`")


def _rows(policy: Policy) -> Iterator[tuple[str, OwnRow, Path]]:
    for purpose in policy.purposes.values():
        for text in purpose.explains:
            said = explanation(text)
            if isinstance(said, OwnRow):
                yield purpose.name, said, ("purpose", purpose.name, "explains")
