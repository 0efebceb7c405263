"""What a purpose may do, made ready for the rules: computed once per policy and purpose."""

from __future__ import annotations

from dataclasses import dataclass, field

from sminion_guard.policy import Compartment, collects_in, compartments_of, mergeable, reaches
from sminion_guard.policy.access import TableAccess, leading_columns, table_access
from sminion_guard.policy.model import Operation, Policy, Purpose, SubjectColumn

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
    own: frozenset[str]
    """Schemas where the purpose may collect, clarify and delete."""
    paths: dict[tuple[tuple[str, ...], str], tuple[str, ...]] = field(default_factory=dict)
    """Search paths and versions of the catalog, each with the part of the path that the purpose may use."""
    _tables: dict[tuple[str, str], Allowed | None] = field(default_factory=dict)

    def table(self, schema: str, name: str) -> Allowed | None:
        """What the purpose may do with a table; None when the policy does not list it."""
        key = (schema, name)
        if key not in self._tables:
            listed = self.policy.schemas[schema].tables.get(name)
            access = None if listed is None else table_access(self.policy, self.purpose.name, listed)
            self._tables[key] = None if access is None else _allowed(access)
        return self._tables[key]

    def protects(self, schema: str) -> bool:
        return schema in self.policy.schemas

    def mergeable(self, first: str, second: str) -> bool:
        return mergeable(self.policy, first, second)

    def permits(self, operation: Operation) -> bool:
        return operation in self.purpose.may


def frame(policy: Policy, purpose: str, compartment: str | None = None) -> Frame:
    """The frame of a purpose, or of one of its compartments.

    :param compartment: the role of the compartment that the transaction has entered.
    :raises sminion_guard.errors.PolicyError: for a purpose the policy does not know.
    :raises ValueError: for a compartment that is not one of the purpose.
    """
    found = compartments_of(policy, purpose)
    if compartment is not None:
        found = tuple(entry for entry in found if entry.role == compartment)
        if not found:
            raise ValueError(f"`{compartment}` is not a compartment of purpose `{purpose}`")
    return Frame(policy, policy.purposes[purpose], found, reaches(policy, purpose), collects_in(policy, purpose))


def category(policy: Policy, schema: str, table: str, column: str) -> str | None:
    """The category of a column; None when the policy does not list it."""
    listed = policy.schemas[schema].tables.get(table) if schema in policy.schemas else None
    return None if listed is None else listed.columns.get(column)


def is_subject(policy: Policy, schema: str, table: str, column: str) -> bool:
    """Whether the column holds the key of the subject itself."""
    listed = policy.schemas[schema].tables.get(table) if schema in policy.schemas else None
    if listed is None or not isinstance(listed.subject, tuple):
        return False
    return column in leading_columns(listed) and any(isinstance(entry, SubjectColumn) for entry in listed.subject)
