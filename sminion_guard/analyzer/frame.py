"""What a purpose may do, made ready for the rules: computed once per policy and purpose."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from sminion_guard.analyzer.access import Access
from sminion_guard.policy import Compartment, collects_in, compartments_of, mergeable, reaches
from sminion_guard.policy.access import TableAccess, table_access
from sminion_guard.policy.model import Operation, Policy, Purpose, SubjectColumn, Table

UNPROTECTED = frozenset({"pg_catalog", "information_schema"})


@dataclass(frozen=True, slots=True)
class Allowed:
    """The columns of one table that the purpose may touch."""

    use: frozenset[str]
    collect: frozenset[str]
    clarify: frozenset[str]

    def columns(self, operation: Operation) -> frozenset[str]:
        if operation is Operation.USE:
            return self.use
        return self.collect if operation is Operation.COLLECT else self.clarify


def _allowed(table: TableAccess) -> Allowed:
    return Allowed(frozenset(table.use), frozenset(table.collect), frozenset(table.clarify))


@dataclass(frozen=True)
class Frame:
    """The view that the rules have of the policy."""

    policy: Policy
    purpose: Purpose
    compartments: tuple[Compartment, ...]
    """Those the statement may run in: all of the purpose, or the one that was chosen."""
    reached: frozenset[str]
    """Names of what the purpose may use: schemas, and tables that name their own purposes."""
    own: frozenset[str]
    """Names of that where the purpose may collect, clarify and delete."""
    held: tuple[tuple[str, frozenset[str]], ...]
    """The role of each of the compartments, and what it holds: collections, and schemas with some of its tables."""
    schemas: frozenset[str]
    """The schemas in which that lies which the purpose may use."""
    paths: dict[tuple[tuple[str, ...], str], tuple[str, ...]] = field(default_factory=dict)
    """Search paths and versions of the catalog, each with the part of the path that the purpose may use."""
    _tables: dict[tuple[str, str], Allowed | None] = field(default_factory=dict)
    _collections: dict[tuple[str, str], str] = field(default_factory=dict)

    def table(self, schema: str, name: str) -> Allowed | None:
        """What the purpose may do with a table; None when the policy does not list it."""
        key = (schema, name)
        if key not in self._tables:
            self._tables[key] = self._found(schema, name)
        return self._tables[key]

    def _found(self, schema: str, name: str) -> Allowed | None:
        if self.depersonalized(schema):
            view = self.policy.depersonalized_views.get(f"{schema}.{name}")
            if view is None:
                return None
            shown = frozenset(view.columns) if view.purpose == self.purpose.name else frozenset()
            return Allowed(shown, frozenset(), frozenset())
        listed = self.policy.schemas[schema].tables.get(name)
        return None if listed is None else _allowed(table_access(self.policy, self.purpose.name, listed))

    def protects(self, schema: str) -> bool:
        return schema in self.policy.schemas or self.depersonalized(schema)

    def depersonalized(self, schema: str) -> bool:
        """Whether it is a schema of depersonalized views, which are judged by what the policy says of them."""
        return schema in self.policy.view_schemas

    def listed(self, schema: str, relation: str) -> Table | None:
        """The table of the policy; None for a view, and for what the policy does not list."""
        found = self.policy.schemas.get(schema)
        return None if found is None else found.tables.get(relation)

    def collection(self, schema: str, relation: str) -> str:
        """The name of what a relation of a protected schema belongs to: its schema, or itself."""
        key = (schema, relation)
        name = self._collections.get(key)
        if name is None:
            if self.depersonalized(schema):
                # A view may meet what its table may meet.
                views = self.policy.views_in(schema)
                view = next((entry for entry in views if entry.name == relation), views[0])
                schema, relation = view.source_schema, view.source_table
            name = self._collections[key] = self.policy.collection(schema, relation).name
        return name

    def neutral(self, access: Access) -> bool:
        """Whether every purpose may read what is touched."""
        return (
            access.alone and access.schema in self.policy.schemas
            and self.policy.schemas[access.schema].is_neutral(access.relation)
        )

    def reaches(self, access: Access) -> bool:
        """Whether the purpose reaches what is touched, and it is protected and not neutral."""
        if not self.protects(access.schema) or self.neutral(access):
            return False
        return self.collection(access.schema, access.relation) in self.reached

    def own_view(self, schema: str) -> bool:
        """Whether ``schema`` is that of the purpose's own views, which give no more than the tables behind them."""
        return schema == self.purpose.views

    def usable(self, schema: str) -> bool:
        """Whether the purpose may call what is in a protected schema: it reaches something there."""
        return schema in self.schemas or (schema in self.policy.schemas and bool(self.policy.schemas[schema].neutral))

    def holding(self, names: Set[str]) -> tuple[str, ...]:
        """The roles of the compartments that hold all of ``names``."""
        return tuple(role for role, held in self.held if names <= held)

    def mergeable(self, first: str, second: str) -> bool:
        """Whether two names may be held by one compartment.

        The name of a schema whose tables speak for themselves stands for any of them: for calling its functions.
        """
        sides = (self._meant(first), self._meant(second))
        return any(mergeable(self.policy, left, right) for left in sides[0] for right in sides[1])

    def _meant(self, name: str) -> tuple[str, ...]:
        entry = self.policy.collections[name]
        if entry.collected_for or entry.name != entry.schema:
            return (name,)
        return tuple(other for other, found in self.policy.collections.items() if found.schema == name)

    def permits(self, operation: Operation) -> bool:
        return operation in self.purpose.may


def frame(policy: Policy, purpose: str, compartment: str | None = None) -> Frame:
    """The frame of a purpose, or of one of its compartments.

    :param compartment: the role of the compartment that the transaction has entered.
    :raises sminion_guard.errors.PolicyError: for a purpose the policy does not know.
    :raises ValueError: for a compartment that is not one of the purpose.
    """
    found = compartments_of(policy, purpose)
    schemas = frozenset(schema for entry in found for schema in entry.schemas)
    if compartment is not None:
        found = tuple(entry for entry in found if entry.role == compartment)
        if not found:
            raise ValueError(f"`{compartment}` is not a compartment of purpose `{purpose}`")
    held = tuple((entry.role, frozenset((*entry.collections, *entry.schemas))) for entry in found)
    return Frame(
        policy, policy.purposes[purpose], found, reaches(policy, purpose), collects_in(policy, purpose), held, schemas
    )


def category(policy: Policy, schema: str, table: str, column: str) -> str | None:
    """The category of a column; None when the policy does not list it."""
    listed = policy.schemas[schema].tables.get(table) if schema in policy.schemas else None
    if listed is None:
        view = policy.depersonalized_views.get(f"{schema}.{table}")
        return "depersonalized" if view is not None and column in view.columns else None
    return listed.columns.get(column)


def subject_column(policy: Policy, schema: str, table: str, column: str) -> SubjectColumn | None:
    """What the policy says of a column that holds the key of the subject itself; None of any other."""
    listed = policy.schemas[schema].tables.get(table) if schema in policy.schemas else None
    if listed is None or not isinstance(listed.subject, tuple):
        return None
    return next((entry for entry in listed.subject if entry.column == column), None)
