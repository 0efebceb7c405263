"""SG102: data is used for the purposes it was collected for, and compatible ones."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.analyzer.frame import UNPROTECTED, Frame
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.resolving.routines import GUARD
from sminion_guard.analyzer.statements import Statement


def out_of_reach(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``SELECT * FROM hr.salary`` for a purpose that data of ``hr`` may not serve."""
    seen = set()
    for access in statement.accesses:
        schema = access.schema
        if schema in UNPROTECTED or schema == GUARD or frame.own_view(schema):
            continue
        if frame.protects(schema):
            name = frame.collection(schema, access.relation)
            if name not in frame.reached and name not in seen and not frame.neutral(access):
                seen.add(name)
                yield _protected(statement, frame, name, access.qualified, access.via, access.start)
        elif not access.public and not access.definer:
            yield Reason("SG102", f"`{access.qualified}` is open to no purpose",
                         f"schema `{schema}` is not in the policy, and PUBLIC has no right to it",
                         "add the schema to the policy, or leave the relation out", span(statement.text, access.start))
    for schema, start in statement.schemas.items():
        if schema in frame.policy.schemas and not frame.usable(schema) and schema not in seen:
            seen.add(schema)
            yield _protected(statement, frame, schema, f"a function of {schema}", (), start)
        elif not frame.protects(schema):
            yield Reason("SG102", f"the functions of `{schema}` are open to no purpose",
                         f"schema `{schema}` is not in the policy, and PUBLIC may not use it",
                         f"grant USAGE on schema `{schema}` to PUBLIC, or leave the call out",
                         span(statement.text, start))


def _protected(
    statement: Statement, frame: Frame, name: str, what: str, via: tuple[str, ...], start: int
) -> Reason:
    collected = sorted(frame.policy.collections[name].collected_for)
    detail = f"data of `{name}` were collected for {', '.join(f'`{entry}`' for entry in collected) or 'no purpose'}"
    if via:
        detail += f"; the statement gets there through {' > '.join(f'`{step}`' for step in via)}"
    purpose = frame.purpose.name
    if collected:
        hint = (f"act for {' or '.join(f'`{entry}`' for entry in collected)}, or declare in the policy that data of"
                f" `{collected[0]}` may serve `{purpose}`")
    elif any(table.collected_for for table in frame.policy.tables() if table.schema == name):
        # The schema leaves it to its tables, and this one is not listed, or does not say it.
        hint = f"list `{what}` in the policy with a `collected_for` of its own"
    else:
        hint = f"name a purpose under `collected_for` of `{name}` in the policy"
    return Reason("SG102", f"purpose `{purpose}` does not reach `{what}`", detail, hint, span(statement.text, start))
