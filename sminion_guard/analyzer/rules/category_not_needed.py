"""SG103: a purpose gets only the categories of data that it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pglast.keywords import RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS

from sminion_guard.analyzer.access import Access
from sminion_guard.analyzer.frame import Frame, category
from sminion_guard.analyzer.places import span
from sminion_guard.analyzer.reason import Reason
from sminion_guard.analyzer.statements import Statement
from sminion_guard.policy.access import unchangeable
from sminion_guard.policy.model import Operation
from sminion_guard.policy.names import RESERVED_COLUMNS, SYSTEM_COLUMNS

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_RESERVED_WORDS = RESERVED_KEYWORDS | TYPE_FUNC_NAME_KEYWORDS


def category_not_needed(statement: Statement, frame: Frame) -> Iterator[Reason]:
    """``SELECT born_on FROM crm.customer`` for a purpose that needs ``contact`` only."""
    for access in statement.accesses:
        if not frame.reaches(access) or not _charged(access, frame):
            continue
        if access.sequence:
            yield Reason("SG103", f"sequence `{access.qualified}` is open to no purpose", "no column owns it, and no"
                         " default reads it, so that no table says who may use it" + _through(access),
                         f"`ALTER SEQUENCE {access.qualified} OWNED BY` the column that its numbers are for: whoever"
                         " may insert there may use it then", span(statement.text, access.start))
            continue
        if frame.table(access.schema, access.relation) is None:
            yield Reason("SG103", f"`{access.qualified}` is closed to every purpose",
                         "the policy does not list it" + _through(access),
                         "list it in the policy, with a category for each column", span(statement.text, access.start))
            continue
        yield from _columns(statement, frame, access)


def _charged(access: Access, frame: Frame) -> bool:
    if access.operation is Operation.DELETE:
        return frame.listed(access.schema, access.relation) is None
    if not access.definer or not access.via:
        return True
    # The columns of a listed view carry categories of their own; what its owner reads below it is his to answer for.
    schema, _, name = access.via[0].partition(".")
    return frame.table(schema, name) is None if frame.protects(schema) else True


def _columns(statement: Statement, frame: Frame, access: Access) -> Iterator[Reason]:
    table = frame.table(access.schema, access.relation)
    assert table is not None
    own = access.operation is Operation.USE or frame.collection(access.schema, access.relation) in frame.own
    if not frame.permits(access.operation) or not own:
        return  # SG104 says so
    allowed = table.columns(access.operation)
    closed = () if allowed.issuperset(access.columns) else [name for name in access.columns if name not in allowed]
    if not closed:
        if not access.columns and not allowed:
            view = _view_of(frame, access)
            yield Reason("SG103", f"purpose `{frame.purpose.name}` reads `{access.qualified}` in groups of people only",
                         f"`{view}` shows them" + _through(access), f"read `{view}`",
                         span(statement.text, access.start)) if view else \
                Reason("SG103", f"purpose `{frame.purpose.name}` needs nothing of `{access.qualified}`",
                         "no column of it has a category that the purpose needs" + _through(access),
                         "leave the table out", span(statement.text, access.start))
        return
    verbs = {Operation.USE: "read", Operation.COLLECT: "fill in", Operation.CLARIFY: "change"}
    names = ", ".join(f"`{column}`" for column in closed)
    kept = [name for name in closed if name in RESERVED_COLUMNS and not _written_out(statement, access, name)]
    if kept and access.operation is Operation.USE:
        places = dict.fromkeys(access.places.get(name, access.start) for name in kept)
        yield _whole(frame, access, kept, closed,
                     tuple(place for start in places for place in span(statement.text, start)))
        return
    yield Reason(
        "SG103",
        f"purpose `{frame.purpose.name}` may not {verbs[access.operation]} {names} of `{access.qualified}`",
        "; ".join(_why(frame, access, column) for column in closed) + _through(access),
        _hint(frame, access, closed),
        tuple(place for column in closed for place in span(statement.text, access.places.get(column, access.start))),
    )


def _written_out(statement: Statement, access: Access, name: str) -> bool:
    """Whether the text names the column: else it comes with `*` or a whole row."""
    places = span(statement.text, access.places.get(name))
    return any(name.encode() in statement.text.encode("utf-8", "surrogatepass")[start:end] for start, end in places)


def _whole(
    frame: Frame, access: Access, own: Sequence[str], closed: Sequence[str], place: tuple[tuple[int, int], ...]
) -> Reason:
    """``*``, or a whole row: it stands for the guard's columns too, which no policy can open."""
    allowed = frame.table(access.schema, access.relation)
    listed = frame.policy.schemas[access.schema].tables[access.relation].columns
    able = [name for name in listed
            if allowed is not None and name in allowed.use and name not in SYSTEM_COLUMNS]
    names = " and ".join(f"`{name}`" for name in own)
    others = [f"`{name}`" for name in closed if name not in own]
    return Reason(
        "SG103", f"purpose `{frame.purpose.name}` may not read whole rows of `{access.qualified}`",
        f"`*` and whole rows take in {names}, which belong{'s' if len(own) == 1 else ''} to the guard"
        + (f", and {', '.join(others)}" if others else "") + _through(access),
        f"write the columns that the purpose has: `{', '.join(quoted(name) for name in able)}`" if able
        else "leave the table out", place)


def quoted(name: str) -> str:
    """A name as it stands in SQL: in double quotes where it must."""
    return name if _PLAIN.fullmatch(name) and name not in _RESERVED_WORDS else '"' + name.replace('"', '""') + '"'


def _why(frame: Frame, access: Access, column: str) -> str:
    kind = category(frame.policy, access.schema, access.relation, column)
    if kind is None and column in SYSTEM_COLUMNS:
        return f"`{column}` tells when or where a row was written last, by settling a block or objection too"
    if kind is None:
        return f"`{column}` is not listed in the policy"
    fixed = _fixed(frame, access, column)
    return fixed[0] if fixed else f"`{column}` is of category `{kind}`"


def _fixed(frame: Frame, access: Access, column: str) -> tuple[str, str] | None:
    """Why no purpose changes a column, and what to do instead."""
    if access.operation is not Operation.CLARIFY:
        return None
    table = frame.listed(access.schema, access.relation)
    return None if table is None else unchangeable(table, column)


def _hint(frame: Frame, access: Access, closed: Sequence[str]) -> str:
    if SYSTEM_COLUMNS.issuperset(closed):
        listed = ", ".join(f'{column} = "none"' for column in closed)
        return f"list them under `columns` of `[schema.{access.schema}.{access.relation}]`: `{listed}`"
    if not RESERVED_COLUMNS.isdisjoint(closed):
        return "leave the columns out: the guard keeps its own"
    fixed = [found[1] for column in closed if (found := _fixed(frame, access, column)) is not None]
    if fixed:
        return "; ".join(dict.fromkeys(fixed))
    if view := _view_of(frame, access):
        return f"read `{view}`: the purpose gets of these people what it shows, in groups"
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


def _view_of(frame: Frame, access: Access) -> str | None:
    """The depersonalized view through which the purpose reads a table."""
    return next((view.qualified for view in frame.policy.depersonalized_views.values()
                 if view.purpose == frame.purpose.name and view.source == access.qualified), None)


def _through(access: Access) -> str:
    return f"; the statement gets there through {' > '.join(f'`{step}`' for step in access.via)}" if access.via else ""
