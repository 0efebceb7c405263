"""What SQLAlchemy does not document and the session reads or sets: look here first when a new version does not fit.

What is overridden stands in :mod:`~sminion_guard.session.sqlalchemy.orm.strategies` and
:mod:`~sminion_guard.session.sqlalchemy.orm.flush`; whether SQLAlchemy still calls it is proven before the first
connection (:mod:`~sminion_guard.session.sqlalchemy.orm.self_test`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, MutableMapping
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.interfaces import MapperProperty
from sqlalchemy.orm.mapper import _all_registries
from sqlalchemy.orm.state import InstanceState


def mappers_of_all_registries() -> Iterator[Mapper[Any]]:
    """Every mapper of the process, configured or not."""
    for registry in _all_registries():
        yield from registry.mappers


def attribute(mapper: Mapper[Any], key: str) -> MapperProperty[Any] | None:
    """What ``mapper`` maps the attribute ``key`` to. (``mapper.attrs`` would configure all mappers.)"""
    return mapper._props.get(key)


def attributes(mapper: Mapper[Any]) -> Iterable[MapperProperty[Any]]:
    """All that ``mapper`` maps."""
    return mapper._props.values()


def key_attributes(mapper: Mapper[Any]) -> Collection[str]:
    """The names of the attributes that are the primary key."""
    found: Collection[str] = mapper._primary_key_propkeys
    return found


def pending_collections(state: InstanceState[Any]) -> Collection[str]:
    """The collections that were added to before they were loaded."""
    found: Collection[str] = state.__dict__.get("_pending_mutations", {}).keys()
    return found


def expire(session: Session, state: InstanceState[Any]) -> None:
    """Forget all that was loaded of an object."""
    state._expire(state.dict, session.identity_map._modified)


def expire_attributes(state: InstanceState[Any], keys: Iterable[str]) -> None:
    """Forget what was loaded of some attributes of an object."""
    state._expire_attributes(state.dict, keys)


def statement_cache(engine: Engine) -> MutableMapping[Any, Any] | None:
    """Where ``engine`` keeps what it has compiled."""
    return engine._compiled_cache


def keep_statements_in(engine: Engine, cache: Any) -> None:
    """Let ``engine`` keep what it compiles there."""
    engine._compiled_cache = cache
