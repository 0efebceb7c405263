"""Replaces SQLAlchemy's loader strategies of columns by ones that ask the guard first.

A strategy decides whether an attribute's column goes into a select and what becomes of it on the loaded object. Each
kind gets a subclass, registered in its place: for mappers that are configured later by SQLAlchemy's own registry, for
those that are configured already by changing the class of their strategies. A statement without the guard's option
finds them as they were.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Column, cast, null
from sqlalchemy.orm import ColumnProperty, Mapper
from sqlalchemy.orm.interfaces import LoaderStrategy
from sqlalchemy.types import NullType

from sminion_guard.session.sqlalchemy.orm import private
from sminion_guard.session.sqlalchemy.orm.attribute_loader import AttributeLoader, install
from sminion_guard.session.sqlalchemy.orm.compiled import Matched, matched

_UNDEFERRED = ("deferred", False)


class _Matching(LoaderStrategy):
    """Mixed into the strategies of columns, before them."""

    __slots__ = ()
    parent_property: ColumnProperty[Any]

    def setup_query(
        self, compile_state: Any, query_entity: Any, path: Any, loadopt: Any, adapter: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Add the column to the select, unless it is closed.

        :raises DataNotNeeded: when an option of the user's asks for a closed column by name.
        """
        said = matched(compile_state)
        closed = said.view.closed(self.parent_property) if said is not None else None
        within = compile_state.compile_options._render_for_subquery
        if said is None or closed is None or (within and not said.inside):
            super().setup_query(compile_state, query_entity, path, loadopt, adapter, *args, **kwargs)
        elif within:
            column = self.parent_property.columns[0]
            nothing = null() if isinstance(column.type, NullType) else cast(null(), column.type)
            (args[0] if args else kwargs["column_collection"]).append(nothing.label(column.name))
        else:
            self._not_by_name(said, closed, compile_state, path, loadopt)

    def _not_by_name(self, said: Matched, closed: Column[Any], compile_state: Any, path: Any, loadopt: Any) -> None:
        """``undefer(Customer.born_on)`` and ``load_only(Customer.born_on)`` mean this column; a wildcard does not, and
        nor does an option that SQLAlchemy made by itself (which it would reconcile with others). So does
        ``refresh(customer, ["born_on"])``, or a touch of what an option deferred, when no open column is left."""
        names = compile_state.compile_options._only_load_props
        if names and self.key in names and compile_state.compile_options._for_refresh_state:
            props = [private.attribute(self.parent, name) for name in names]
            if all(isinstance(prop, ColumnProperty) and said.view.closed(prop) is not None for prop in props):
                raise said.view.unreadable(closed)
        if loadopt is None or _UNDEFERRED not in (loadopt.strategy or ()) or loadopt._reconcile_to_other:
            return
        if path[self.parent_property]._loader_key in compile_state.attributes:
            raise said.view.unreadable(closed)

    def create_row_processor(
        self, context: Any, query_entity: Any, path: Any, loadopt: Any, mapper: Any, result: Any, adapter: Any,
        populators: Any,
    ) -> None:
        """What is done with each row: a closed attribute gets a loader."""
        said = matched(context.compile_state)
        closed = said.view.closed(self.parent_property) if said is not None else None
        if said is None or closed is None:
            super().create_row_processor(
                context, query_entity, path, loadopt, mapper, result, adapter, populators
            )
            return
        loader = AttributeLoader(self.key, said.view.unreadable(closed))

        def populate(state: Any, dict_: Any, row: Any) -> None:
            dict_.pop(loader.key, None)
            install(state, loader)

        populators["new"].append((self.key, populate))


@cache
def _matching(kind: Any) -> Any:
    return type(f"Matching{kind.__name__.lstrip('_')}", (_Matching, kind), {"__slots__": (), "__module__": __name__})


def replace_strategies() -> None:
    """Let the strategies of all columns, of mappers configured and to be configured, ask the guard first."""
    registered: dict[Any, Any] = ColumnProperty._all_strategies[ColumnProperty]
    for key, kind in list(registered.items()):
        if not issubclass(kind, _Matching):
            registered[key] = _matching(kind)


def replace_in(mapper: Mapper[Any]) -> None:
    """Replace the strategies that ``mapper`` has already."""
    for prop in private.attributes(mapper):
        if isinstance(prop, ColumnProperty):
            for strategy in getattr(prop, "_strategies", {}).values():
                kind: Any = type(strategy)
                if not issubclass(kind, _Matching):
                    strategy.__class__ = _matching(kind)
