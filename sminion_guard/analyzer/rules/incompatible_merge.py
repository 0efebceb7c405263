"""SG101: data collected for incompatible purposes are never merged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.statements import Statement
from sminion_guard.analyzer.verdict import Reason


def incompatible_merge(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``SELECT * FROM crm.customer c JOIN web_log.visit v ON ...``."""
    touched = touched_schemas(statement, frame)
    if len(touched) > 1:
        for first, second in combinations(sorted(touched), 2):
            if not frame.mergeable(first, second):
                yield _merge(statement, frame, (first, touched[first]), (second, touched[second]))
    if len(frame.compartments) == 1:
        held = frame.compartments[0]
        for schema, (what, start) in touched.items():
            if schema in frame.reached and schema not in held.schemas:
                yield Reason("SG101", f"`{what}` is not in the compartment of this transaction",
                             f"compartment `{held.role}` holds {', '.join(f'`{name}`' for name in held.schemas)}",
                             f"turn to `{schema}` in another transaction; or name all `schemas` that this one needs in"
                             " `processing`, where one compartment holds them", span(statement.text, start))


def touched_schemas(statement: Statement, frame: Frame) -> dict[str, tuple[str, int]]:
    """The protected schemas that a statement touches, each with what stands for it and its place."""
    found: dict[str, tuple[str, int]] = {}
    for access in statement.accesses:
        if access.schema in frame.policy.schemas and (access.schema not in found or not access.via):
            found.setdefault(access.schema, (access.qualified, access.start))
            if not access.via and access.start < found[access.schema][1]:
                found[access.schema] = (access.qualified, access.start)
    for schema, start in statement.schemas.items():
        if schema in frame.policy.schemas:
            found.setdefault(schema, (f"a function of {schema}", start))
    return found


def _merge(
    statement: Statement, frame: Frame, first: tuple[str, tuple[str, int]], second: tuple[str, tuple[str, int]]
) -> Reason:
    (left, (left_name, left_start)), (right, (right_name, right_start)) = first, second
    sides = []
    for schema in (left, right):
        purposes = sorted(frame.policy.schemas[schema].collected_for)
        sides.append(f"`{schema}` for {', '.join(f'`{name}`' for name in purposes) or 'no purpose'}")
    return Reason(
        "SG101", f"`{left_name}` and `{right_name}` may not be merged",
        f"their data were collected for incompatible purposes: {sides[0]}, {sides[1]}",
        pair_needed(frame, left, right), span(statement.text, left_start) + span(statement.text, right_start),
    )


def pair_needed(frame: Frame, left: str, right: str) -> str:
    """The declaration that would permit the merge, as an action."""
    sides = [sorted(frame.policy.schemas[schema].collected_for) for schema in (left, right)]
    if not all(sides):
        empty = left if not sides[0] else right
        return f"leave `{empty}` out: its data were collected for no purpose"
    pair = f'purposes = ["{sides[0][0]}", "{sides[1][0]}"]'
    return f"query one side only, or declare `[[compatible]] {pair}` in the policy, with a reason"
