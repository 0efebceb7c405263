"""Rules of rows in a flush: an object that contradicts the ticket is refused before anything is sent.

Only what can be told without the server: values that the mapper sends as they are. For the rest the server refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Boolean, Column, Date, Enum, Integer, String, Table, Uuid
from sqlalchemy.orm import ColumnProperty, InstanceState

from sminion_guard.errors import TicketRefused
from sminion_guard.policy.conditions.condition import Condition, columns_of, values_of
from sminion_guard.policy.conditions.truth import UNTOLD, truth
from sminion_guard.policy.rows import explanation, rule
from sminion_guard.session.context import current
from sminion_guard.session.sqlalchemy.orm import private
from sminion_guard.session.sqlalchemy.orm.view import View
from sminion_guard.session.values import typed

_PLAIN = (Boolean, Date, Integer, String, Uuid)
"""Types whose values reach the server as Python has them; a TypeDecorator is none of them."""


def judge_row(state: InstanceState[Any], view: View) -> None:
    """Refuse the new or changed object of ``state`` when a rule of its tables does not hold for it.

    :raises TicketRefused: SG227.
    """
    for table in state.mapper.tables:
        found = view.access(table) if isinstance(table, Table) else None
        said = None if found is None else rule(found[0])
        if found is None or said is None:
            continue
        row = dict(_row(state, table))
        values = typed(current().values, view.policy)
        if values.keys() >= set(values_of(said)) and truth(said, row, values) in (False, None):
            raise TicketRefused(
                "SG227", f"this row of `{found[0].qualified}` is none that the ticket opens",
                detail=_evidence(said, row, values), hint=f"write rows that agree with it: {explanation(found[0])}",
            )


def _row(state: InstanceState[Any], table: Any) -> Iterator[tuple[str, object]]:
    """The columns of ``table`` whose value is certain."""
    for key, value in state.dict.items():
        prop = private.attribute(state.mapper, key)
        for column in prop.columns if isinstance(prop, ColumnProperty) else ():
            if isinstance(column, Column) and column.table is table and _is_plain(column, value):
                yield column.name, value


def _is_plain(column: Column[Any], value: object) -> bool:
    if value is None:  # left out of an INSERT where the column has a default
        return column.default is None and column.server_default is None and column.computed is None
    return isinstance(column.type, _PLAIN) and not isinstance(column.type, Enum)


def _evidence(said: Condition, row: dict[str, object], values: Any) -> str:
    columns = [f"`{name}` is {row[name]!r}" for name in columns_of(said) if row.get(name, UNTOLD) is not UNTOLD]
    ticket = [f"`:{name}` is {values[name]!r}" for name in values_of(said)]
    return ", ".join(columns + ticket)
