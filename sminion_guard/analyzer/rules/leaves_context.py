"""SG106: a session that changes its role, ticket or settings would act without a recorded reason."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.facts import FactKind
from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.resolving.routines import GUARD
from sminion_guard.analyzer.rules.of_facts import of_facts
from sminion_guard.analyzer.statements import Statement


def leaves_context(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``SET ROLE``, ``set_config(...)``, ``COPY ... TO PROGRAM``, ``NOTIFY``, the guard's own tables."""
    if statement.facts:
        yield from of_facts(statement, FactKind.ESCAPE, "SG106", may_set=frame.policy.may_set,
                            may_call=frame.policy.may_call)
    if statement.prepares is not None:
        yield Reason("SG106", f"`PREPARE {statement.prepares}` stays in the session when the transaction ends",
                     "whoever uses the connection next would find it there",
                     "send the statement itself: the driver prepares what comes often")
    for access in statement.accesses:
        if access.schema == GUARD and not access.definer:
            yield Reason("SG106", f"`{access.qualified}` belongs to the guard",
                         hint="auditors read it with a role of their own",
                         spans=span(statement.text, access.start))
