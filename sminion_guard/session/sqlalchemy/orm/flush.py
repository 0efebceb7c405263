"""Flushes write only what the purpose may collect or clarify, and read back only what it may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.orm import ColumnProperty, InstanceState, Mapper, Session
from sqlalchemy.orm.base import instance_state

from sminion_guard.policy import Operation
from sminion_guard.session.sqlalchemy.orm import private
from sminion_guard.session.sqlalchemy.orm.loading import prepare
from sminion_guard.session.sqlalchemy.orm.rows import judge_row
from sminion_guard.session.sqlalchemy.orm.session_state import acting, guard_of
from sminion_guard.session.sqlalchemy.orm.view import View, view_for

Views = dict[Mapper[Any], View | None]

_flushing: ContextVar[Views | None] = ContextVar("sminion_guard.flushing", default=None)


def before_flush(session: Session, *_: Any) -> None:
    """Begin the transaction, so that everything is judged by its purpose, and refuse before anything is sent.

    :raises DataNotNeeded: for a value that the purpose may not fill in or change.
    :raises OperationNotAllowed: where the purpose may not collect, clarify or delete.
    :raises TicketRefused: SG227 for a row that the values of the ticket do not open.
    """
    _flushing.set(None)
    views: Views = {}
    changed = [obj for obj in session.dirty if _is_changed(instance_state(obj))]
    for objects, judge in ((session.new, _judge_new), (changed, _judge_changed), (session.deleted, _judge_deleted)):
        for obj in objects:
            state = instance_state(obj)
            view = _view(session, state.mapper, views)
            if view is not None:
                judge(state, view)
                if judge is not _judge_deleted:
                    judge_row(state, view)
    if any(view is not None for view in views.values()):
        for mapper in views:
            _narrow(mapper)
        _flushing.set(views)


def after_flush(session: Session, *_: Any) -> None:
    """The flush has ended, well or not."""
    _flushing.set(None)


def _is_changed(state: InstanceState[Any]) -> bool:
    """As ``session.is_modified``, which would touch what a composite is made of."""
    if private.pending_collections(state):
        return True
    return any(state.attrs[key].history.has_changes() for key in state.committed_state)


def _view(session: Session, mapper: Mapper[Any], views: Views) -> View | None:
    if mapper not in views:
        bind = session.get_bind(mapper)
        guard = guard_of(bind)
        if guard is None:
            views[mapper] = None
        else:
            prepare(mapper)
            known = acting(session, guard, session.connection(bind_arguments={"bind": bind}))
            assert known.context is not None
            view = view_for(guard, known.policy, known.context.purpose, known.translation)
            # SQLAlchemy asks any mapper of the hierarchy what is read back from a table that they share.
            views |= dict.fromkeys(mapper.base_mapper.self_and_descendants, view)
    return views[mapper]


def columns_named(mapper: Mapper[Any], keys: Iterable[str]) -> Iterator[tuple[str, Column[Any]]]:
    """The columns of its tables that ``mapper`` writes for the attributes ``keys``."""
    for key in sorted(keys):
        prop = private.attribute(mapper, key)
        if isinstance(prop, ColumnProperty):
            for column in prop.columns:
                if isinstance(column, Column) and column.table in mapper.tables:
                    yield key, column


def _judge_new(state: InstanceState[Any], view: View) -> None:
    for table in state.mapper.tables:
        refusal = view.refused(table, Operation.COLLECT) if isinstance(table, Table) else None
        if refusal is not None:
            raise refusal
    for key, column in columns_named(state.mapper, state.dict):
        if state.dict[key] is not None:
            reason = view.refusal(column, Operation.COLLECT)
            if reason is not None:
                raise reason


def _judge_changed(state: InstanceState[Any], view: View) -> None:
    for key, column in columns_named(state.mapper, state.committed_state):
        if state.attrs[key].history.has_changes():
            reason = view.refusal(column, Operation.CLARIFY)
            if reason is not None:
                raise reason


def _judge_deleted(state: InstanceState[Any], view: View) -> None:
    for table in state.mapper.tables:
        refusal = view.refused(table, Operation.DELETE) if isinstance(table, Table) else None
        if refusal is not None:
            raise refusal


class _Narrowed(dict[Any, frozenset[Any]]):
    """One of the tables by which SQLAlchemy knows what a mapper writes or reads back; in a guarded flush narrower.

    :param mapper: whose it is.
    :param known: the table as SQLAlchemy made it.
    :param fetched: whether it says what is read back (columns), or else what is filled in with NULL (their keys).
    """

    def __init__(self, mapper: Mapper[Any], known: Any, *, fetched: bool) -> None:
        super().__init__(known)
        self._mapper = mapper
        self._fetched = fetched

    def __getitem__(self, table: Any) -> frozenset[Any]:
        known = super().__getitem__(table)
        view = (_flushing.get() or {}).get(self._mapper)
        if view is None or not isinstance(table, Table):
            return known
        if not self._fetched:
            return frozenset(key for key in known if view.refusal(table.c[key], Operation.COLLECT) is None)
        # Where nothing is left, the key: RETURNING without columns would mean all that have a default.
        return frozenset(filter(view.may_read, known)) or frozenset(table.primary_key)


class _NarrowedKeys:
    """The attributes that ``eager_defaults`` would fetch by a select of their own; in a guarded flush fewer.

    No set, whose intersection with another would not ask it.
    """

    def __init__(self, mapper: Mapper[Any], known: Iterable[str]) -> None:
        self._mapper = mapper
        self._known = known

    def __iter__(self) -> Iterator[str]:
        view = (_flushing.get() or {}).get(self._mapper)
        for key in self._known:
            prop = private.attribute(self._mapper, key)
            if view is None or not isinstance(prop, ColumnProperty) or view.closed(prop) is None:
                yield key


_KEYS = "_server_default_plus_onupdate_propkeys"
_TABLES = {"_insert_cols_as_none": False, "_server_default_cols": True, "_server_onupdate_default_cols": True}


def _narrow(mapper: Mapper[Any]) -> None:
    """A column that has no value is left out of an INSERT, not filled in with NULL, when the purpose may not collect
    it: one more column in its list would need one more privilege."""
    for name, fetched in _TABLES.items():
        known = getattr(mapper, name)
        if not isinstance(known, _Narrowed):
            mapper.__dict__[name] = _Narrowed(mapper, known, fetched=fetched)
    keys = getattr(mapper, _KEYS)
    if not isinstance(keys, _NarrowedKeys):
        mapper.__dict__[_KEYS] = _NarrowedKeys(mapper, keys)
