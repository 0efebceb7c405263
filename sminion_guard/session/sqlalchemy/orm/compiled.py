"""How a statement learns for which purpose it is compiled, and compiled forms by purpose.

SQLAlchemy keeps what it compiled by the statement. A guarded engine keeps it for each purpose apart, so a select of
entities has one form for each, none is compiled twice, and no statement is changed or watched on its way.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from functools import cached_property
from typing import Any

from sqlalchemy import Column, ColumnElement, Engine, FromClause, Table
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import visitors
from sqlalchemy.util import LRUCache

from sminion_guard.errors import ContextMissing
from sminion_guard.policy import Policy
from sminion_guard.session.context import current
from sminion_guard.session.guard import Guard
from sminion_guard.session.sqlalchemy.orm import private
from sminion_guard.session.sqlalchemy.orm.view import (
    MOST_VIEWS,
    NOT_TRANSLATED,
    Translation,
    View,
    translation,
    view_for,
)
from sminion_guard.session.tickets.cache import Home

_KEY = "sminion_guard"
_Compiler: Any = PGDialect_psycopg.statement_compiler


class Forms(MutableMapping[Any, Any]):
    """The compiled statements of an engine, for each purpose apart.

    :param guard: of the engine.
    :param size: how many are kept for each purpose.
    :param said: the ``schema_translate_map`` of the connections that use it.
    """

    def __init__(self, guard: Guard, size: int, said: Translation = NOT_TRANSLATED) -> None:
        self._guard = guard
        self._size = size
        self._said = said
        self._policy: Policy | None = None
        self.home: Home | None = None  # of the connections that were made last
        self._kept: dict[View | None, LRUCache[Any, Any]] = {}
        self._at_hand: dict[str, LRUCache[Any, Any]] = {}  # by purpose, under the policy in force
        self._translated: dict[Translation, Forms] = {}

    @property
    def policy(self) -> Policy | None:
        """The policy in force where the engine connects to; None before it was asked for."""
        if self.home is not None:
            self.judge_by(self._guard.policy_at(self.home))
        return self._policy

    def judge_by(self, policy: Policy | None) -> None:
        """From here on ``policy`` is in force."""
        if policy is not self._policy:
            self._policy, self._at_hand = policy, {}
            for each in list(self._translated.values()):
                each.judge_by(policy)

    def translated(self, said: Translation) -> Forms:
        """Those for connections with a ``schema_translate_map``, by which other tables are meant."""
        found = self._translated.get(said)
        if found is None:
            found = self._translated[said] = Forms(self._guard, self._size, said)
            found.judge_by(self._policy)
        found.home = self.home
        return found

    def view(self, said: Translation | None = None) -> View | None:
        """That of the current purpose; None outside of any."""
        try:
            purpose = current().purpose
        except ContextMissing:
            return None  # nothing will be executed either
        return view_for(self._guard, self.policy, purpose, self._said if said is None else said)

    def _mine(self) -> LRUCache[Any, Any]:
        if self.home is not None and self._guard.policy_at(self.home) is not self._policy:
            self.judge_by(self._guard.policy_at(self.home))
        at_hand = self._at_hand
        try:
            purpose = current().purpose
        except ContextMissing:
            purpose = ""
        found = at_hand.get(purpose)
        if found is None:
            view = self.view()
            if len(self._kept) >= MOST_VIEWS:
                self._kept.clear()
            found = at_hand[purpose] = self._kept.setdefault(view, LRUCache(self._size))
        return found

    def get(self, key: Any, default: Any = None) -> Any:
        """The form of the current purpose."""
        return self._mine().get(key, default)

    def __getitem__(self, key: Any) -> Any:
        return self._mine()[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        # The key says that schemas were translated, but not to which: a map of a single statement's is not kept.
        if _KEY not in vars(value).get("_global_attributes", ()) or _translation(value) == self._said:
            self._mine()[key] = value

    def __delitem__(self, key: Any) -> None:
        del self._mine()[key]

    def __iter__(self) -> Iterator[Any]:
        return iter([key for kept in list(self._kept.values()) for key in kept])

    def __len__(self) -> int:
        return sum(len(kept) for kept in list(self._kept.values()))

    def clear(self) -> None:
        """Forget all."""
        self._kept, self._at_hand = {}, {}
        for each in list(self._translated.values()):
            each.clear()


class MatchingCompiler(_Compiler):  # type: ignore[misc]
    """Compiles statements of the ORM for the current purpose."""

    @cached_property
    def _global_attributes(self) -> dict[Any, Any]:
        # What SQLAlchemy's ORM shares between a statement and its subqueries.
        forms: Forms | None = getattr(self.dialect, "forms", None)
        view = None if forms is None else forms.view(_translation(self))
        return {} if view is None else {_KEY: Matched(view, self.statement)}


class Matched:
    """For whom a statement is compiled.

    :param view: what the purpose may see.
    :param statement: the whole of it.
    """

    def __init__(self, view: View, statement: Any) -> None:
        self.view = view
        self._statement = getattr(statement, "_resolved", statement)

    @cached_property
    def inside(self) -> bool:
        """Whether a closed column of a subquery is read as NULL, which keeps its place.

        Not where the statement speaks of it, which gets the server's refusal; and not where rows are written: what is
        copied from such a select would lose values unseen.
        """
        return not self._statement.is_dml and not any(
            isinstance(base, Column) and not self.view.may_read(base)
            for element in visitors.iterate(self._statement)
            for named in _named_by(element)
            for base in named.base_columns
        )


def matched(compile_state: Any) -> Matched | None:
    """For whom the statement was compiled that is compiled or loaded from; None on an engine without a guard."""
    found: Matched | None = compile_state.global_attributes.get(_KEY)
    return found


def keep_by_purpose(engine: Engine, guard: Guard) -> None:
    """Give ``engine`` a cache of compiled statements for each purpose; none if it has none."""
    forms = Forms(guard, getattr(private.statement_cache(engine), "capacity", 500))
    engine.dialect.forms = forms  # type: ignore[attr-defined]
    if private.statement_cache(engine) is not None:
        private.keep_statements_in(engine, forms)


def _translation(compiled: Any) -> Translation:
    found = getattr(compiled, "schema_translate_map", None)
    return translation({"schema_translate_map": found}) if found else NOT_TRANSLATED


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
