"""What one purpose may do with mapped columns, and the refusal where it may not.

The columns are those of :func:`~sminion_guard.policy.access.table_access`, from which the grants are made and by which
the analyzer judges. Where this view is blind (tables that the policy does not list or the purpose does not reach) it
finds nothing closed, and leaves the judgement to analyzer and server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Column, Table
from sqlalchemy.orm import ColumnProperty, Mapper
from sqlalchemy.sql import visitors

from sminion_guard.errors import DataNotNeeded, OperationNotAllowed
from sminion_guard.policy import Operation, Policy
from sminion_guard.policy import Table as Listed
from sminion_guard.policy.access import TableAccess, may, table_access, unchangeable
from sminion_guard.session.guard import Guard

Translation = frozenset[tuple[str | None, str | None]]
"""A ``schema_translate_map``."""

NOT_TRANSLATED: Translation = frozenset()
MOST_VIEWS = 1024
"""Kept of one guard: there is one for each purpose, but policies and translations may come and go."""

_views: WeakKeyDictionary[Guard, dict[tuple[int, str, Translation], View]] = WeakKeyDictionary()
_DOES = {Operation.USE: "read", Operation.COLLECT: "fill in", Operation.CLARIFY: "change"}


class View:
    """Shared by the sessions that act for one purpose; hashed by identity, so that statements are cached by it.

    :param policy: the policy that statements are judged by.
    :param purpose: a purpose; of one that the policy does not know nothing is said here.
    :param translation: the schemas that the mapped ones stand for.
    """

    def __init__(self, policy: Policy, purpose: str, translation: Translation) -> None:
        self.policy = policy
        self.purpose = purpose
        self._schemas = dict(translation)
        self._access: dict[tuple[str | None, str], tuple[Listed, TableAccess] | None] = {}
        self._closed: WeakKeyDictionary[Mapper[Any], dict[str, Column[Any] | None]] = WeakKeyDictionary()
        self._permitted: set[tuple[str | None, str, str, Operation]] = set()

    def access(self, table: Table) -> tuple[Listed, TableAccess] | None:
        """What the policy says of ``table``, and what the purpose may do with it; None when neither is known."""
        key = (table.schema, table.name)
        if key not in self._access:
            self._access[key] = self._find(*key)
        return self._access[key]

    def _find(self, schema: str | None, name: str) -> tuple[Listed, TableAccess] | None:
        found = self.policy.schemas.get(self._schemas.get(schema, schema) or "")
        listed = None if found is None else found.tables.get(name)
        if listed is None or self.purpose not in self.policy.purposes:
            return None
        return listed, table_access(self.policy, self.purpose, listed)

    def may_read(self, column: Column[Any]) -> bool:
        """Whether there is nothing against reading ``column`` that is known here."""
        found = self.access(column.table) if isinstance(column.table, Table) else None
        return found is None or not found[1].use or column.name in found[1].use

    def closed(self, prop: ColumnProperty[Any]) -> Column[Any] | None:
        """A column that ``prop`` reads and the purpose may not see; None when it is open.

        What identifies a row (primary key, discriminator, version) is never closed here: an entity without it cannot
        be told from another, so such a select is left to analyzer and server.
        """
        of_mapper = self._closed.setdefault(prop.parent, {})
        if prop.key not in of_mapper:
            of_mapper[prop.key] = None if essential(prop) else next(
                (column for column in columns_of(prop) if not self.may_read(column)), None
            )
        return of_mapper[prop.key]

    def unreadable(self, column: Column[Any]) -> DataNotNeeded:
        """The refusal to read ``column``."""
        found = self.access(column.table)
        assert found is not None
        return self._not_needed(found[0], column.name, Operation.USE)

    def refusal(self, column: Column[Any], operation: Operation) -> DataNotNeeded | OperationNotAllowed | None:
        """Why the purpose may not fill in (collect) or change (clarify) ``column``; None when it may."""
        asked = (column.table.schema, column.table.name, column.name, operation)
        if asked in self._permitted:
            return None
        found = self.access(column.table)
        if found is not None:
            listed, access = found
            if not may(self.policy, self.purpose, listed, operation):
                return self._not_allowed(listed, operation)
            if column.name not in (access.collect if operation is Operation.COLLECT else access.clarify):
                return self._not_needed(listed, column.name, operation)
        self._permitted.add(asked)
        return None

    def refused(self, table: Table, operation: Operation) -> OperationNotAllowed | None:
        """Why the purpose may not do ``operation`` in ``table`` at all; None when it may."""
        asked = (table.schema, table.name, "", operation)
        if asked in self._permitted:
            return None
        found = self.access(table)
        if found is not None and not may(self.policy, self.purpose, found[0], operation):
            return self._not_allowed(found[0], operation)
        self._permitted.add(asked)
        return None

    def _not_needed(self, listed: Listed, column: str, operation: Operation) -> DataNotNeeded:
        others = [name for name in sorted(self.policy.purposes)
                  if column in getattr(table_access(self.policy, name, listed), operation.value)]
        category = listed.columns.get(column)
        if category is None:
            detail, hint = f"`{column}` is not listed in the policy", "list it in the policy with its category"
        else:
            detail = f"`{column}` is of category `{category}`"
            hint = f"leave it alone, or act for {_names(others)}" if others else "leave it alone: no purpose may"
            if operation is Operation.CLARIFY:
                detail, hint = unchangeable(listed, column) or (detail, hint)
        return DataNotNeeded(
            "SG103", f"purpose `{self.purpose}` may not {_DOES[operation]} `{listed.qualified}.{column}`",
            detail=detail, hint=hint,
        )

    def _not_allowed(self, listed: Listed, operation: Operation) -> OperationNotAllowed:
        others = [name for name in sorted(self.policy.purposes) if may(self.policy, name, listed, operation)]
        own = ", ".join(sorted(self.policy.purposes[self.purpose].may)) or "do nothing"
        return OperationNotAllowed(
            "SG104", f"purpose `{self.purpose}` may not {operation} data of `{listed.qualified}`",
            detail=f"it may {own}, and write only what was collected for itself",
            hint=f"act for {_names(others)}" if others else "leave the data as they are: no purpose may",
        )


def view_for(guard: Guard, policy: Policy | None, purpose: str, said: Translation) -> View | None:
    """The view of a purpose, shared by the sessions of one guard; None where the policy is not known yet."""
    if policy is None:
        return None
    known = _views.get(guard)
    if known is None:
        known = _views.setdefault(guard, {})
    key = (id(policy), purpose, said)
    view = known.get(key)
    if view is None:
        if len(known) >= MOST_VIEWS:
            known.clear()
        # it keeps its policy, so that no other one gets the same id
        view = known.setdefault(key, View(policy, purpose, said))
    return view


def columns_of(prop: ColumnProperty[Any]) -> Iterator[Column[Any]]:
    """The columns of tables that ``prop`` is made of, also those inside of an expression."""
    for expression in prop.columns:
        for element in visitors.iterate(expression):
            for column in getattr(element, "base_columns", ()):
                if isinstance(column, Column) and isinstance(column.table, Table):
                    yield column


def essential(prop: ColumnProperty[Any]) -> bool:
    """Whether ``prop`` is what the mapper knows a row, its class or its version by."""
    mapper = prop.parent
    known_by = {*mapper.primary_key, mapper.polymorphic_on, mapper.version_id_col}
    return any(column in known_by or getattr(column, "primary_key", False) for column in prop.columns)


def translation(*options: Mapping[str, Any]) -> Translation:
    """The ``schema_translate_map`` of execution options; the later ones govern."""
    found: Mapping[str | None, str | None] = {}
    for given in options:
        found = given.get("schema_translate_map") or found
    return frozenset(found.items())


def _names(purposes: list[str]) -> str:
    return " or ".join(f"`{name}`" for name in purposes)
