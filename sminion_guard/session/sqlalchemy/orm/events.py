"""Listens to events of all sessions and mappers; registered once in a process.

Sessions on engines without a guard pass through untouched.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, SessionTransaction
from sqlalchemy.orm.base import instance_state

from sminion_guard.session.sqlalchemy.orm import private
from sminion_guard.session.sqlalchemy.orm.flush import after_flush, before_flush
from sminion_guard.session.sqlalchemy.orm.loading import attributes_expired, recheck_all, recheck_one
from sminion_guard.session.sqlalchemy.orm.session_state import acting, begin, expire_one, guard_for, guard_of, states
from sminion_guard.session.sqlalchemy.orm.strategies import replace_in, replace_strategies

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
        for mapper in private.mappers_of_all_registries():
            replace_in(mapper)
        event.listen(Mapper, "mapper_configured", lambda mapper, _: replace_in(mapper))
        event.listen(Mapper, "expire", attributes_expired, raw=True)
        event.listen(Session, "after_begin", _begun)
        event.listen(Session, "after_transaction_end", _ended)
        event.listen(Session, "detached_to_persistent", _attached)
        event.listen(Session, "before_flush", before_flush)
        event.listen(Session, "after_flush", after_flush)
        event.listen(Session, "after_soft_rollback", after_flush)


def _execute(execution: ORMExecuteState) -> None:
    bind = execution.session.get_bind(**execution.bind_arguments)
    guard = guard_of(bind)
    if guard is not None:
        acting(execution.session, guard, execution.session.connection(bind_arguments={"bind": bind}))


def _begun(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    guard = guard_of(connection)
    if guard is not None and not transaction.nested:
        if isinstance(session.bind, Connection) and not states(session):
            # Its transaction may end without an event of the session.
            event.listen(session, "do_orm_execute", _execute)
        begin(session, guard, connection)


def _ended(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None and states(session):
        recheck_all(session)


def _attached(session: Session, instance: Any) -> None:
    """Of an object that was loaded elsewhere, perhaps for another purpose."""
    state = instance_state(instance)
    if guard_for(session, state.mapper) is None:
        return
    if states(session):
        expire_one(session, state)
    else:  # the transaction to come will
        recheck_one(state)
