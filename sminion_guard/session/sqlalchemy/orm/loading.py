"""How attributes that were expired are loaded again: in one select, those that the purpose may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import ColumnProperty, InstanceState, Mapper, Session

from sminion_guard.session.sqlalchemy.orm import private
from sminion_guard.session.sqlalchemy.orm.attribute_loader import AttributeLoader, install, install_loaders, pending
from sminion_guard.session.sqlalchemy.orm.session_state import acting, guard_for, guard_of, states, view_begun
from sminion_guard.session.sqlalchemy.orm.view import View

Loader = Callable[[InstanceState[Any], set[str], Any], None]


class Loading:
    """Wraps SQLAlchemy's own loader of expired attributes, one for each mapped class.

    :param inner: that one.
    """

    __slots__ = ("inner",)

    def __init__(self, inner: Loader) -> None:
        self.inner = inner

    def __call__(self, state: InstanceState[Any], toload: set[str], passive: Any) -> None:
        """Load ``toload`` and the attributes that have loaders of ours, without closed columns.

        :raises ContextMissing: SG218.
        """
        session = state.session
        if session is None:
            self.inner(state, toload, passive)
            return
        bind = session.get_bind(state.mapper)
        guard = guard_of(bind)
        if guard is None:
            self.inner(state, toload, passive)
            return
        # First the transaction: its beginning may expire more.
        acting(session, guard, session.connection(bind_arguments={"bind": bind}))
        view = view_begun(session, state.mapper)
        expired = {key for key in state.expired_attributes if state.manager[key].impl.load_on_unexpire}
        wanted = (toload | expired).intersection(state.unmodified) | pending(state)
        if view is not None:
            wanted -= _closed(state, view, wanted)
        self.inner(state, wanted or set(private.key_attributes(state.mapper)), passive)


def _closed(state: InstanceState[Any], view: View, keys: set[str]) -> set[str]:
    found = set()
    for key in keys:
        prop = private.attribute(state.mapper, key)
        column = view.closed(prop) if isinstance(prop, ColumnProperty) else None
        if column is not None:
            install(state, AttributeLoader(key, view.unreadable(column)))
            found.add(key)
    return found


def prepare(mapper: Mapper[Any]) -> None:
    """Put :class:`Loading` before the loader of ``mapper``; once."""
    manager = mapper.class_manager
    if not isinstance(manager.expired_attribute_loader, Loading):
        manager.expired_attribute_loader = Loading(manager.expired_attribute_loader)


def attributes_expired(state: InstanceState[Any], keys: Any) -> None:
    """The event ``expire``: loaders of ours instead of what SQLAlchemy would load by itself."""
    session = state.session
    if session is not None and states(session) and guard_for(session, state.mapper) is not None:
        prepare(state.mapper)
        install_loaders(state, keys)


def recheck_all(session: Session) -> None:
    """A transaction ended. What stays readable (``expire_on_commit=False``) is memory; ``get`` asks the server anew."""
    mine: dict[Mapper[Any], bool] = {}
    for state in session.identity_map.all_states():
        mapper = state.mapper
        if mapper not in mine:
            mine[mapper] = guard_for(session, mapper) is not None
        if mine[mapper] and not state.expired:
            recheck_one(state)


def recheck_one(state: InstanceState[Any]) -> None:
    """Let ``get`` ask the server for one object again."""
    prepare(state.mapper)
    state.expired = True
    install_loaders(state, set(state.expired_attributes))
