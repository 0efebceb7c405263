"""SG101: data collected for incompatible purposes are never merged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from sminion_guard.analyzer.frame import Frame
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.statements import Statement


def incompatible_merge(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``SELECT * FROM crm.customer c JOIN web_log.visit v ON ...``."""
    found = touched(statement, frame)
    if len(found) > 1:
        for first, second in combinations(sorted(found), 2):
            if not frame.mergeable(first, second):
                yield _merge(statement, frame, (first, found[first]), (second, found[second]))
    if len(frame.compartments) == 1:
        ((role, held),) = frame.held
        for name, (what, start) in found.items():
            if name not in held and (name in frame.reached or name in frame.schemas):
                holds = ", ".join(f"`{entry}`" for entry in frame.compartments[0].collections)
                yield Reason("SG101", f"`{what}` is not in the compartment of this transaction",
                             f"compartment `{role}` holds {holds}",
                             f"turn to `{name}` in another transaction; or name all `schemas` that this one needs in"
                             " `processing`, where one compartment holds them", span(statement.text, start))


def touched(statement: Statement, frame: Frame) -> dict[str, tuple[str, int]]:
    """What a statement needs of its compartment by name, each with what stands for it and its place.

    A foreign key that deletes rows elsewhere brings no data together, and the server asks nobody for it.

    That is the collection of each protected relation, which is its schema or itself; and to call a function, which
    holds no data, the schema.
    """
    found: dict[str, tuple[str, int]] = {}
    for access in statement.accesses:
        if not frame.protects(access.schema) or frame.neutral(access) or access.apart:
            continue
        name = frame.collection(access.schema, access.relation)
        if name not in found or not access.via:
            found.setdefault(name, (access.qualified, access.start))
            if not access.via and access.start < found[name][1]:
                found[name] = (access.qualified, access.start)
    for schema, start in statement.schemas.items():
        if schema in frame.policy.schemas and not frame.policy.schemas[schema].neutral:
            found.setdefault(schema, (f"a function of {schema}", start))
    return found


def _merge(
    statement: Statement, frame: Frame, first: tuple[str, tuple[str, int]], second: tuple[str, tuple[str, int]]
) -> Reason:
    (left, (left_name, left_start)), (right, (right_name, right_start)) = first, second
    sides = []
    for name in (left, right):
        purposes = sorted(frame.policy.collections[name].collected_for)
        sides.append(f"`{name}` for {', '.join(f'`{name}`' for name in purposes) or 'no purpose'}")
    return Reason(
        "SG101", f"`{left_name}` and `{right_name}` may not be merged",
        f"their data were collected for incompatible purposes: {sides[0]}, {sides[1]}",
        pair_needed(frame, left, right), span(statement.text, left_start) + span(statement.text, right_start),
    )


def pair_needed(frame: Frame, left: str, right: str) -> str:
    """The declaration that would permit the merge, as an action."""
    sides = [sorted(frame.policy.collections[name].collected_for) for name in (left, right)]
    if not all(sides):
        empty = left if not sides[0] else right
        return f"leave `{empty}` out: its data were collected for no purpose"
    pair = f'purposes = ["{sides[0][0]}", "{sides[1][0]}"]'
    return f"query one side only, or declare `[[compatible]] {pair}` in the policy, with a reason"
