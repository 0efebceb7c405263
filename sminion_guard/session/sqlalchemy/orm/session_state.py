"""What is known of a session on guarded engines: for whom its transactions began, and what they may see."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import UnboundExecutionError
from sqlalchemy.orm import InstanceState, Mapper, Session

from sminion_guard.errors import ContextMissing
from sminion_guard.policy import Policy
from sminion_guard.session.context import Context, current
from sminion_guard.session.guard import Guard
from sminion_guard.session.sqlalchemy.orm import private
from sminion_guard.session.sqlalchemy.orm.view import NOT_TRANSLATED, View, translation, view_for
from sminion_guard.session.tickets.cache import Home

_KEY = "sminion_guard"


class SessionState:
    """Of one session on one guarded engine; kept in ``session.info`` from the first transaction on.

    :ivar context: in which the running transaction began or last acted, None when that was in none.
    :ivar translation: the ``schema_translate_map`` of its connection.
    """

    __slots__ = ("_guard", "_home", "context", "translation")

    def __init__(self, guard: Guard, connection: Connection) -> None:
        self._guard = guard
        self._home: Home = connection.connection.driver_connection._home  # type: ignore[union-attr]
        options = connection.get_execution_options()
        self.translation = translation(options) if "schema_translate_map" in options else NOT_TRANSLATED
        try:
            self.context: Context | None = current()
        except ContextMissing:
            self.context = None  # the first statement says more

    @property
    def policy(self) -> Policy | None:
        """The policy in force, which its statements are judged by; None before the server was asked for it."""
        return self._guard.policy_at(self._home)


def guard_of(bind: Engine | Connection) -> Guard | None:
    """The guard of an engine, or of the engine of a connection; None when it is not guarded."""
    found = getattr(bind.dialect, "guard", None)
    return found if isinstance(found, Guard) else None


def guard_for(session: Session, mapper: Mapper[Any]) -> Guard | None:
    """The guard of the engine through which ``session`` loads ``mapper``; None also when it cannot load it."""
    try:
        return guard_of(session.get_bind(mapper))
    except UnboundExecutionError:
        return None


def states(session: Session) -> dict[Engine, SessionState]:
    """The states of ``session`` by engine; empty while it has used no guarded engine."""
    found: dict[Engine, SessionState] | None = session.info.get(_KEY)
    return {} if found is None else found


def begin(session: Session, guard: Guard, connection: Connection) -> None:
    """A transaction of ``session`` began on ``connection``: nothing that was loaded before is served in it."""
    known = session.info.setdefault(_KEY, {})[connection.engine] = SessionState(guard, connection)
    forms = connection.dialect.forms  # type: ignore[attr-defined]
    forms.judge_by(known.policy)
    if known.translation:
        connection.execution_options(compiled_cache=forms.translated(known.translation))
    expire_all(session, connection.engine)


def acting(session: Session, guard: Guard, connection: Connection) -> SessionState:
    """The state of ``session`` on the engine of ``connection``, in the current context.

    A session on a connection of the user's may see the transaction end without an event; what it loaded for another
    purpose is expired then.

    :raises ContextMissing: SG218.
    """
    found = states(session).get(connection.engine)
    context = current()
    if found is None:
        begin(session, guard, connection)
        return states(session)[connection.engine]
    if found.context is not context and found.context != context:
        found.context = context
        expire_all(session, connection.engine)
    return found


def view_begun(session: Session, mapper: Mapper[Any]) -> View | None:
    """What the current purpose may see of ``mapper``, without going to the server; None on an engine without guard.

    :raises ContextMissing: SG218.
    """
    bind = session.get_bind(mapper)
    guard = guard_of(bind)
    if guard is None:
        return None
    context = current()
    known = states(session).get(bind.engine)
    if known is None:
        return view_for(guard, bind.dialect.forms.policy, context.purpose,  # type: ignore[attr-defined]
                        translation(bind.get_execution_options()))
    return view_for(guard, known.policy, context.purpose, known.translation)


def expire_all(session: Session, engine: Engine) -> None:
    """Forget what ``session`` loaded through ``engine``, but for changes that it has not sent yet."""
    mine: dict[Mapper[Any], bool] = {}
    for state in session.identity_map.all_states():
        mapper = state.mapper
        if mapper not in mine:
            mine[mapper] = guard_for(session, mapper) is not None and session.get_bind(mapper).engine is engine
        if mine[mapper]:
            expire_one(session, state)


def expire_one(session: Session, state: InstanceState[Any]) -> None:
    """Forget what was loaded of one object, but for changes that were not sent yet."""
    if not state.modified:
        private.expire(session, state)
        return
    changed = {*state.committed_state, *private.pending_collections(state)}
    known_by = private.key_attributes(state.mapper)
    private.expire_attributes(
        state, [key for key in state.dict if key in state.manager and key not in changed and key not in known_by])
    state.expired = True  # `get` asks the server whether the row is still to be seen
