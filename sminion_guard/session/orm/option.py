"""How a statement learns for which purpose it is compiled: an option that is part of its cache key.

SQLAlchemy keeps what it compiled by the statement and its options, so each purpose has its own compiled form of a
select, and none is compiled twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Table
from sqlalchemy.orm.interfaces import CompileStateOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.visitors import InternalTraversal

from sminion_guard.session.orm.view import View

_KEY = "sminion_guard"


class Matching(CompileStateOption):
    """Load what the purpose may see.

    :param view: what that is.
    :param inside: also within subqueries and common table expressions, where a closed column is read as NULL to keep
        its place. Not where rows are written: what is copied from such a select would lose values unseen.
    """

    __slots__ = ("inside", "view")
    _cache_key_traversal = [  # noqa: RUF012 - SQLAlchemy declares it so
        ("view", InternalTraversal.dp_plain_obj), ("inside", InternalTraversal.dp_boolean)
    ]

    def __init__(self, view: View, *, inside: bool) -> None:
        self.view = view
        self.inside = inside

    def process_compile_state(self, compile_state: Any) -> None:
        """Called by SQLAlchemy when the statement is compiled, before its columns are collected."""
        inside = self.inside and not _names_closed_column_of_subquery(compile_state.select_statement, self.view)
        compile_state.global_attributes[_KEY] = self.view, inside

    def process_compile_state_replaced_entities(self, compile_state: Any, mapper_entities: Any) -> None:
        """Called for the entities that ``with_only_columns`` left out."""
        self.process_compile_state(compile_state)


def matching(view: View, *, inside: bool) -> Matching:
    """The option of ``view``, one and the same for all its statements."""
    found: Matching | None = view.options.get(inside)
    if found is None:
        found = view.options[inside] = Matching(view, inside=inside)
    return found


def matched(compile_state: Any) -> tuple[View, bool] | None:
    """What the option said of the statement that is compiled or loaded from; None when it has none.

    The second value tells whether closed columns of subqueries are read as NULL.
    """
    found: tuple[View, bool] | None = compile_state.global_attributes.get(_KEY)
    return found


def _names_closed_column_of_subquery(statement: Any, view: View) -> bool:
    """Whether ``statement`` speaks of a closed column of one of its subqueries: then it gets the server's refusal, not
    a NULL that it would take for the value."""
    return any(
        isinstance(base, Column) and not view.may_read(base)
        for element in visitors.iterate(statement)
        for named in _named_by(element)
        for base in named.base_columns
    )


def _named_by(element: Any) -> Iterator[ColumnElement[Any]]:
    """The columns of subqueries that ``element`` stands for: one, or all of a whole row."""
    table = getattr(element, "table", None)
    if table is not None and not _of_table(table):
        yield element
    for whole in (*getattr(element, "_raw_columns", ()), getattr(element, "scalar_alias", None)):
        # Those of an entity are not taken as a whole: each is asked for when the statement is compiled.
        if isinstance(whole, FromClause) and "parententity" not in whole._annotations and not _of_table(whole):
            yield from whole.columns


def _of_table(selectable: Any) -> bool:
    return isinstance(getattr(selectable, "element", selectable), Table)
