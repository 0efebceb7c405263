"""The whole policy, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from sminion_guard.policy.conditions.condition import Kind
from sminion_guard.policy.model.data import Collection, Schema, SubjectPath, Table
from sminion_guard.policy.model.depersonalized_views import DepersonalizedView, Hierarchy
from sminion_guard.policy.model.parties import Login, Recipient
from sminion_guard.policy.model.purposes import Compatible, Further, Purpose
from sminion_guard.policy.model.recipient_profiles import Holds
from sminion_guard.policy.model.rights import Operator, Requests
from sminion_guard.policy.model.words import CATEGORIES, ConsentOnChange, SubjectKey


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy. Build it with :func:`sminion_guard.policy.load`."""

    name: str
    version: str
    subject_key: SubjectKey | None
    """The type of the keys; None where the policy names kinds of subjects, each with a type of its own."""
    ticket_lifetime: timedelta
    require_tls: bool
    purposes: Mapping[str, Purpose]
    schemas: Mapping[str, Schema]
    compatible: tuple[Compatible, ...] = ()
    further: tuple[Further, ...] = ()
    logins: Mapping[str, Login] = field(default_factory=lambda: MappingProxyType({}))
    recipients: Mapping[str, Recipient] = field(default_factory=lambda: MappingProxyType({}))
    own_categories: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The policy's own categories, name to title."""
    holds: Mapping[str, Holds] = field(default_factory=lambda: MappingProxyType({}))
    """Of these what their values hold, where the policy says it."""
    trusted_functions: frozenset[str] = frozenset()
    """Schema-qualified names of functions whose body the analyzer need not understand."""
    trusted_why: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of these the reasons, where the policy gives them."""
    accept_upsert_leak: str | None = None
    """Why a purpose may get INSERT and UPDATE on one table on a server whose ON CONFLICT reads hidden rows."""
    widens: str | None = None
    """Why somebody may see or do more than under the policy before; `apply` asks for it."""
    consent: ConsentOnChange = ConsentOnChange.KEEP
    """Whether people are asked again when a new version widens a purpose that they consented to."""
    backup: str | None = None
    """Why there is a role that reads all rows of all tables, for dumps; None where there is none."""
    timezone: str = "UTC"
    """The time zone that retention and the terms of requests are counted in."""
    operator: Operator | None = None
    """Who is responsible; None where the policy does not say it."""
    requests: Requests | None = None
    """The terms of people's requests; None where none are recorded here."""
    ticket_values: Mapping[str, Kind] = field(default_factory=lambda: MappingProxyType({}))
    """The values that each ticket carries, such as a tenant, name to type."""
    may_set: frozenset[str] = frozenset()
    """Settings of the application's own that a guarded session may set for its transaction, in lower case."""
    may_call: frozenset[str] = frozenset()
    """Functions of PostgreSQL that a guarded session may call although they act beyond the transaction."""
    trusted_operators: frozenset[str] = frozenset()
    """Operators that rules of rows may use although PostgreSQL does not call them leakproof."""
    kinds: Mapping[str, SubjectKey] = field(default_factory=lambda: MappingProxyType({}))
    """Kinds of subjects, name to the type of their keys; none where all subjects are of one kind."""
    depersonalized_views: Mapping[str, DepersonalizedView] = field(default_factory=lambda: MappingProxyType({}))
    """Depersonalized views by qualified name."""
    hierarchies: Mapping[str, Hierarchy] = field(default_factory=lambda: MappingProxyType({}))
    """Of the values of columns, by name."""
    collections: Mapping[str, Collection] = field(init=False, repr=False, compare=False)
    """Every collection by its name; it follows from the schemas."""
    view_schemas: frozenset[str] = field(init=False, repr=False, compare=False)
    """The schemas of depersonalized views."""
    _tables: tuple[Table, ...] = field(init=False, repr=False, compare=False)
    _children: Mapping[tuple[str, str], tuple[Table, ...]] = field(init=False, repr=False, compare=False)
    _viewed: frozenset[tuple[str, str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Asked thousands of times while a large policy is compiled.
        listed = [table for schema in self.schemas.values() for table in schema.tables.values()]
        object.__setattr__(self, "_tables", tuple(sorted(listed, key=lambda table: (table.schema, table.name))))
        children: dict[tuple[str, str], tuple[Table, ...]] = {}
        for table in self._tables:
            if isinstance(table.subject, SubjectPath):
                parent = table.subject.schema, table.subject.table
                children[parent] = (*children.get(parent, ()), table)
        object.__setattr__(self, "_children", MappingProxyType(children))
        found = [Collection(schema.name, schema.name, schema.collected_for) for schema in self.schemas.values()]
        found += [
            Collection(table.qualified, table.schema, table.collected_for)
            for table in self.tables() if table.collected_for is not None
        ]
        viewed = frozenset((view.purpose, view.source) for view in self.depersonalized_views.values())
        object.__setattr__(self, "_viewed", viewed)
        schemas = frozenset(view.schema for view in self.depersonalized_views.values())
        object.__setattr__(self, "view_schemas", schemas)
        object.__setattr__(self, "collections", MappingProxyType({entry.name: entry for entry in found}))

    @property
    def categories(self) -> frozenset[str]:
        return CATEGORIES | self.own_categories.keys()

    def key_of(self, kind: str | None) -> SubjectKey:
        """The type of the keys of a kind of subjects; None is the one kind of a policy that names none.

        :raises KeyError: for a kind the policy does not know.
        """
        return self.subject_keys[kind or ""]

    @property
    def subject_keys(self) -> Mapping[str, SubjectKey]:
        """The types of keys by kind; the name of the only kind of a policy that names none is empty."""
        return self.kinds if self.subject_key is None else {"": self.subject_key}

    def tables(self) -> tuple[Table, ...]:
        """Every table, sorted by qualified name."""
        return self._tables

    def children(self, table: Table) -> tuple[Table, ...]:
        """Tables whose subject is reached through ``table``, sorted."""
        return self._children.get((table.schema, table.name), ())

    def views_only(self, purpose: str, table: Table) -> bool:
        """Whether a purpose reads a table through a depersonalized view, and so in no other way."""
        return (purpose, table.qualified) in self._viewed

    def views_in(self, schema: str) -> tuple[DepersonalizedView, ...]:
        """The depersonalized views in a schema, sorted by name."""
        found = (view for view in self.depersonalized_views.values() if view.schema == schema)
        return tuple(sorted(found, key=lambda view: view.name))

    def source_of(self, view: DepersonalizedView) -> Table:
        """The table that a depersonalized view shows.

        :raises KeyError: when the policy does not know it.
        """
        return self.schemas[view.source_schema].tables[view.source_table]

    def collection(self, schema: str, relation: str) -> Collection:
        """What ``schema.relation`` belongs to: itself, or its schema, as every relation that the policy does not list.

        :raises KeyError: for a schema the policy does not know.
        """
        listed = self.schemas[schema].tables.get(relation)
        return self.collections[schema if listed is None or listed.collected_for is None else listed.qualified]

    def collection_of(self, table: Table) -> Collection:
        """What a table of the policy belongs to."""
        return self.collection(table.schema, table.name)
