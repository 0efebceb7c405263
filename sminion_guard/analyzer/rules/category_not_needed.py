"""SG103: content and amount of the data match the purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sminion_guard.analyzer.access import Access
from sminion_guard.analyzer.frame import Frame, category
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.statements import Statement
from sminion_guard.analyzer.verdict import Reason
from sminion_guard.policy.model import Operation


def category_not_needed(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``SELECT born_on FROM crm.customer`` for a purpose that needs ``contact`` only."""
    for access in statement.accesses:
        if access.schema not in frame.reached or not _charged(access, frame):
            continue
        if frame.table(access.schema, access.relation) is None:
            yield Reason("SG103", f"`{access.qualified}` is closed to every purpose",
                         "the policy does not list it" + _through(access),
                         "list it in the policy, with a category for each column", span(statement.text, access.start))
            continue
        yield from _columns(statement, frame, access)


def _charged(access: Access, frame: Frame) -> bool:
    if access.operation is Operation.DELETE:
        return access.relation not in frame.policy.schemas[access.schema].tables
    if not access.definer or not access.via:
        return True
    # The columns of a listed view carry categories of their own; what its owner reads below it is his to answer for.
    schema, _, name = access.via[0].partition(".")
    return frame.table(schema, name) is None if frame.protects(schema) else True


def _columns(statement: Statement, frame: Frame, access: Access) -> Iterator[Reason]:
    table = frame.table(access.schema, access.relation)
    assert table is not None
    own = access.operation is Operation.USE or access.schema in frame.own
    if not frame.permits(access.operation) or not own:
        return  # SG104 says so
    allowed = table.columns(access.operation)
    closed = () if allowed.issuperset(access.columns) else [name for name in access.columns if name not in allowed]
    if not closed:
        if not access.columns and not allowed:
            yield Reason("SG103", f"purpose `{frame.purpose.name}` needs nothing of `{access.qualified}`",
                         "no column of it has a category that the purpose needs" + _through(access),
                         "leave the table out", span(statement.text, access.start))
        return
    verbs = {Operation.USE: "read", Operation.COLLECT: "fill in", Operation.CLARIFY: "change"}
    names = ", ".join(f"`{column}`" for column in closed)
    yield Reason(
        "SG103",
        f"purpose `{frame.purpose.name}` may not {verbs[access.operation]} {names} of `{access.qualified}`",
        "; ".join(_why(frame, access, column) for column in closed) + _through(access),
        _hint(frame, access, closed),
        tuple(place for column in closed for place in span(statement.text, access.places.get(column, access.start))),
    )


def _why(frame: Frame, access: Access, column: str) -> str:
    kind = category(frame.policy, access.schema, access.relation, column)
    if kind is None:
        return f"`{column}` is not listed in the policy"
    if frame.purpose.needs_category(kind):
        return f"`{column}` says whose row it is, and never changes"
    return f"`{column}` is of category `{kind}`"


def _hint(frame: Frame, access: Access, closed: Sequence[str]) -> str:
    kinds = {category(frame.policy, access.schema, access.relation, column) for column in closed}
    if None in kinds:
        return "leave the columns out, or list them in the policy with their categories"
    others = sorted(
        purpose.name for purpose in frame.policy.purposes.values()
        if all(purpose.needs_category(kind) for kind in kinds if kind) and purpose.name != frame.purpose.name
    )
    if not others:
        return "leave the columns out"
    return f"leave the columns out, or act for {' or '.join(f'`{name}`' for name in others)}"


def _through(access: Access) -> str:
    return f"; the statement gets there through {' > '.join(f'`{step}`' for step in access.via)}" if access.via else ""
