"""Loaders of single attributes, which stand on an object in place of values that were not loaded.

Which columns are open is known when one is touched, for then the purpose is: an object that outlives its transaction is
asked under the next one's. So nothing that a session forgot (``expire``, the end of a transaction) is left for
SQLAlchemy to load by itself: each column gets a loader, which loads the value or refuses to.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.orm import InstanceState, Mapper
from sqlalchemy.orm.base import ATTR_EMPTY, ATTR_WAS_SET, PASSIVE_NO_RESULT, PASSIVE_OFF, SQL_OK

from sminion_guard.errors import DataNotNeeded
from sminion_guard.session.sqlalchemy.orm.session_state import view_begun
from sminion_guard.session.sqlalchemy.orm.view import essential

_replaceable_keys: WeakKeyDictionary[Mapper[Any], frozenset[str]] = WeakKeyDictionary()


class AttributeLoader:
    """Called by SQLAlchemy when the attribute is touched; can be pickled with its object.

    :param key: the attribute.
    :param refusal: why the purpose could not see it when it was not loaded; None when nobody had asked.
    """

    __slots__ = ("key", "refusal")

    def __init__(self, key: str, refusal: DataNotNeeded | None = None) -> None:
        self.key = key
        self.refusal = refusal

    def __call__(self, state: InstanceState[Any], passive: Any = PASSIVE_OFF) -> Any:
        """Load the attribute, with all others that can be loaded.

        :raises DataNotNeeded: when the purpose may not see it.
        """
        if not state.key:
            return ATTR_EMPTY
        if not passive & SQL_OK:
            return PASSIVE_NO_RESULT
        session = state.session
        if session is None and self.refusal is not None:
            raise DataNotNeeded(
                self.refusal.code, self.refusal.message, detail=self.refusal.detail, hint=self.refusal.hint,
                excerpt=self.refusal.excerpt,
            )
        if session is not None:
            view = view_begun(session, state.mapper)
            closed = view.closed(state.mapper.column_attrs[self.key]) if view is not None else None
            if view is not None and closed is not None:
                raise view.unreadable(closed)
        impl: Any = state.manager[self.key].impl
        if impl.callable_ is not None:  # mapped as `deferred()`: alone, or with its group
            state.callables.pop(self.key, None)
            return impl.callable_(state, passive)
        state.manager.expired_attribute_loader(state, {self.key}, passive)
        return ATTR_WAS_SET

    def __reduce__(self) -> tuple[Any, ...]:
        return AttributeLoader, (self.key, self.refusal)


@cache
def _loader_of(key: str) -> AttributeLoader:
    return AttributeLoader(key)


def install(state: InstanceState[Any], loader: AttributeLoader) -> None:
    """Let ``loader`` stand for its attribute, which has no value now."""
    if "callables" not in state.__dict__:
        state.callables = {}
    state.callables[loader.key] = loader
    state.expired_attributes.discard(loader.key)


def replaceable_keys(mapper: Mapper[Any]) -> frozenset[str]:
    """The attributes of ``mapper`` that may get a loader: of columns, but for those that a row is known by."""
    keys = _replaceable_keys.get(mapper)
    if keys is None:
        keys = _replaceable_keys[mapper] = frozenset(
            prop.key for prop in mapper.column_attrs
            if not essential(prop) and mapper.class_manager[prop.key].impl.accepts_scalar_loader
        )
    return keys


def install_loaders(state: InstanceState[Any], keys: Iterable[str] | None = None) -> None:
    """Install loaders for attributes that were expired: all that have no value, or those of ``keys``."""
    mine = replaceable_keys(state.mapper)
    for key in mine if keys is None else mine.intersection(keys):
        if key not in state.dict:
            install(state, _loader_of(key))


def pending(state: InstanceState[Any]) -> set[str]:
    """The attributes before which a loader stands, and which are loaded with others: not those mapped as deferred."""
    return {
        key for key, callable_ in state.callables.items()
        if isinstance(callable_, AttributeLoader) and key not in state.dict and state.manager[key].impl.load_on_unexpire
    }
