"""SG104: each purpose lists the operations it may do, and writes only data collected for itself."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.rules.of_facts import of_facts
from sminion_guard.analyzer.statements import Statement
from sminion_guard.policy.model import Operation


def operation_not_allowed(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``DELETE FROM crm.customer`` for a purpose that may only use."""
    if statement.facts:
        yield from of_facts(statement, FactKind.OPERATION, "SG104")
    for access in statement.accesses:
        purpose, operation = frame.purpose.name, access.operation
        if frame.neutral(access) and operation is not Operation.USE:
            yield Reason("SG104", f"`{access.qualified}` is neutral: every purpose may read it, none may {operation}",
                         "what one purpose writes and all may read would be a place where incompatible data meet",
                         "list the table in the policy with `collected_for`, or write it outside of any purpose",
                         span(statement.text, access.start))
        if not frame.reaches(access):
            continue
        name = frame.collection(access.schema, access.relation)
        if not frame.permits(operation):
            able = sorted(other.name for other in frame.policy.purposes.values()
                          if operation in other.may and other.name in frame.policy.collections[name].collected_for)
            hint = f"act for {' or '.join(f'`{entry}`' for entry in able)}" if able else "no purpose of these data may"
            yield Reason("SG104", f"purpose `{purpose}` may not {operation} data of `{access.qualified}`",
                         f"it may {', '.join(sorted(frame.purpose.may)) or 'do nothing'}", hint,
                         span(statement.text, access.start))
        elif operation is not Operation.USE and name not in frame.own:
            owners = sorted(frame.policy.collections[name].collected_for)
            kind = "schema" if name == access.schema else "table"
            yield Reason("SG104", f"purpose `{purpose}` may use data of `{access.qualified}`, but not {operation} them",
                         f"{kind} `{name}` is collected for {', '.join(f'`{entry}`' for entry in owners)}",
                         f"act for {' or '.join(f'`{entry}`' for entry in owners)}", span(statement.text, access.start))
