"""Where the room is hooked into SQLAlchemy: events of all sessions and mappers, once in a process.

Sessions on engines without a guard pass through untouched.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import UnboundExecutionError
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, SessionTransaction
from sqlalchemy.orm.base import instance_state
from sqlalchemy.orm.context import FromStatement
from sqlalchemy.orm.mapper import _all_registries

from sminion_guard.policy import Operation
from sminion_guard.session.orm.flush import after_flush, before_flush, columns_named, flushing
from sminion_guard.session.orm.loading import doubt, doubt_one, forgotten, not_asked_for
from sminion_guard.session.orm.option import matching
from sminion_guard.session.orm.room import acting, guard_of, open_room, renew_one, rooms, view_for
from sminion_guard.session.orm.strategies import replace_in, replace_strategies
from sminion_guard.session.orm.view import View, translation

_once = Lock()
_listening = False


def listen() -> None:
    """Called for each guarded engine; the first call does it."""
    global _listening
    with _once:
        if _listening:
            return
        _listening = True
        replace_strategies()
        for registry in _all_registries():
            for mapper in registry.mappers:
                replace_in(mapper)
        event.listen(Mapper, "mapper_configured", lambda mapper, _: replace_in(mapper))
        event.listen(Mapper, "expire", forgotten, raw=True)
        event.listen(Session, "do_orm_execute", _execute)
        event.listen(Session, "after_begin", _begun)
        event.listen(Session, "after_transaction_end", _ended)
        event.listen(Session, "detached_to_persistent", _attached)
        event.listen(Session, "before_flush", before_flush)
        event.listen(Session, "after_flush", after_flush)
        event.listen(Session, "after_soft_rollback", after_flush)


def _execute(execution: ORMExecuteState) -> None:
    if not execution.is_orm_statement:
        return
    session = execution.session
    bind = session.get_bind(**execution.bind_arguments)
    guard = guard_of(bind)
    if guard is None:
        return
    room = acting(session, guard, session.connection(bind_arguments={"bind": bind}))
    assert room.context is not None
    options = execution.execution_options
    said = translation(options) if "schema_translate_map" in options else room.translation
    view = view_for(guard, room.policy, room.context.purpose, said)
    if view is None:
        return
    statement: Any = execution.statement
    writes = statement.is_dml
    if writes and not isinstance(statement, FromStatement):
        _judge_rows(execution, view)
        if not statement._returning:
            return
    elif not flushing():
        not_asked_for(execution, view)
    option = matching(view, inside=not writes)
    if option not in statement._with_options:
        execution.statement = statement.options(option)


def _judge_rows(execution: ORMExecuteState, view: View) -> None:
    """Of ``session.execute(insert(Customer), [...])`` and ``update`` likewise, before the first batch is sent.

    :raises DataNotNeeded: for a column that the purpose may not write.
    :raises OperationNotAllowed: where it may not write at all.
    """
    mapper, rows = execution.bind_mapper, execution.parameters
    if mapper is None or not rows or not (execution.is_insert or (execution.is_update and isinstance(rows, list))):
        return
    operation = Operation.COLLECT if execution.is_insert else Operation.CLARIFY
    keys: set[str] = set().union(*(rows if isinstance(rows, list) else [rows]))
    if execution.is_update:
        keys -= set(mapper._primary_key_propkeys)
    for _, column in columns_named(mapper, keys):
        refusal = view.refusal(column, operation)
        if refusal is not None:
            raise refusal


def _begun(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    guard = guard_of(connection)
    if guard is not None and not transaction.nested:
        open_room(session, guard, connection)


def _ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None and rooms(session):
        doubt(session)


def _attached(session: Session, instance: Any) -> None:
    """Of an object that was loaded elsewhere, perhaps for another purpose."""
    state = instance_state(instance)
    try:
        guarded = guard_of(session.get_bind(state.mapper)) is not None
    except UnboundExecutionError:
        return  # the session cannot load it either
    if guarded and rooms(session):
        renew_one(session, state)
    elif guarded:  # the transaction to come will
        doubt_one(state)
