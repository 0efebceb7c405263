"""Scopes: which names a place in a statement can see. A scope knows no rules and no policy.

``SELECT (SELECT max(o.total) FROM sales.orders o WHERE o.customer_id = c.id) FROM crm.customer c`` has two scopes: the
inner one holds the item ``o``, its parent the item ``c``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sminion_guard.analyzer.access import NOTHING, Flow, join
from sminion_guard.analyzer.catalog import Relation


class Item:
    """One entry of a FROM clause, or anything else that columns can be taken from."""

    __slots__ = ("flows", "index", "name", "names", "open", "relation", "wild")

    def __init__(
        self,
        name: str | None,
        names: Sequence[str],
        flows: Sequence[Flow],
        *,
        index: Mapping[str, Flow] | None = None,
        relation: Relation | None = None,
        wild: Flow | None = None,
        open: bool = True,
    ) -> None:
        self.name = name
        """The alias, or the relation's name; None: no qualified name reaches it (an unaliased join)."""
        self.names = names
        self.flows = flows
        self.index = by_name(names, flows) if index is None else index
        self.relation = relation
        """Of a relation without alias: so that `schema.relation.column` finds it."""
        self.wild = wild
        """Not None: its columns are not known, and any name may be one of them, with this flow."""
        self.open = open
        """Unqualified names reach its columns."""

    def whole(self) -> Flow:
        """The flow of the whole row."""
        return join(*self.flows, self.wild or NOTHING)


def by_name(names: Sequence[str], flows: Sequence[Flow]) -> Mapping[str, Flow]:
    """Flows by name. A name that stands twice gets both: the server refuses it as ambiguous, so more is harmless."""
    index: dict[str, Flow] = {}
    for name, flow in zip(names, flows, strict=True):
        index[name] = join(index[name], flow) if name in index else flow
    return index


@dataclass(slots=True)
class Cte:
    """A WITH query: its columns, once they are known."""

    names: Sequence[str]
    flows: Sequence[Flow]
    wild: Flow | None = None


@dataclass(slots=True)
class Scope:
    """The items of one query level; names that it does not know are looked up in ``parent``."""

    parent: Scope | None = None
    items: list[Item] = field(default_factory=list)
    ctes: dict[str, Cte | None] | None = None
    """None as a value: a name of a WITH RECURSIVE that is being resolved has no columns yet."""
    variables: Mapping[str, Flow] | None = None
    """Parameters of a function and variables of PL/pgSQL, found after columns."""

    def beside(self, start: int | None = None) -> Scope:
        """A scope at the same level that sees only the items from ``start`` on; none of them without ``start``."""
        items = [] if start is None else self.items[start:]
        return Scope(self.parent, items, self.ctes, self.variables)

    def cte(self, name: str) -> tuple[bool, Cte | None]:
        """Whether ``name`` is a WITH query visible here, and which."""
        level: Scope | None = self
        while level is not None:
            if level.ctes is not None and name in level.ctes:
                return True, level.ctes[name]
            level = level.parent
        return False, None

    def column(self, name: str) -> Flow | None:
        """The flow of an unqualified column; None when no level knows it."""
        level: Scope | None = self
        guessed: Flow | None = None
        while level is not None:
            found: Flow | None = None
            for item in level.items:
                if item.open:
                    flow = item.index.get(name)
                    if flow is not None:
                        found = flow if found is None else join(found, flow)
                    elif item.wild is not None:
                        guessed = item.wild if guessed is None else join(guessed, item.wild)
            if found is not None:
                return found if guessed is None else join(found, guessed)
            if level.variables is not None:
                found = level.variables.get(name)
                if found is not None:
                    return found if guessed is None else join(found, guessed)
            level = level.parent
        return guessed

    def item(self, name: str) -> Item | None:
        """The item called ``name`` of the innermost level that has one."""
        level: Scope | None = self
        while level is not None:
            for item in level.items:
                if item.name == name:
                    return item
            level = level.parent
        return None

    def item_of(self, schema: str, name: str) -> Item | None:
        """The item of the unaliased relation ``schema.name``."""
        level: Scope | None = self
        while level is not None:
            for item in level.items:
                relation = item.relation
                if relation is not None and item.name == relation.name == name and relation.schema == schema:
                    return item
            level = level.parent
        return None

    def variable(self, name: str) -> Flow | None:
        """The flow of a parameter or variable."""
        level: Scope | None = self
        while level is not None:
            if level.variables is not None and name in level.variables:
                return level.variables[name]
            level = level.parent
        return None
