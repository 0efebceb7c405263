"""What a policy says, as frozen values. Nothing here knows SQL, files or a database.

The words are those of the field: see docs/WORDS.md. Every mapping is read-only and in the order of the file;
nothing that is compiled may depend on that order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from sminion_guard.policy.condition import Kind
from sminion_guard.policy.depersonalized_views import DepersonalizedView, Hierarchy
from sminion_guard.policy.recipient_profiles import Holds, RecipientProfile, TimeUnit
from sminion_guard.policy.rights import Operator, Requests


class Basis(StrEnum):
    """The legal bases; each processing needs one (GDPR art. 6, 152-FZ art. 6)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"
    PUBLIC_DATA = "public_data"
    MANDATORY_DISCLOSURE = "mandatory_disclosure"
    VITAL_INTEREST = "vital_interest"


class ConsentOnChange(StrEnum):
    """What becomes of consents when a new version of the policy widens their purpose."""

    KEEP = "keep"
    RENEW = "renew"


class Operation(StrEnum):
    """What may be done with personal data (clause 2 of the promise)."""

    COLLECT = "collect"
    USE = "use"
    CLARIFY = "clarify"
    DELETE = "delete"
    TRANSFER = "transfer"
    DEPERSONALIZE = "depersonalize"
    BLOCK = "block"
    DESTROY = "destroy"


class SubjectKey(StrEnum):
    """The SQL type of the key that identifies a subject; the value is PostgreSQL's name of the type."""

    BIGINT = "bigint"
    UUID = "uuid"
    TEXT = "text"


class RetentionEnd(StrEnum):
    """What happens to a row when its retention ends."""

    DESTROY = "destroy"
    DEPERSONALIZE = "depersonalize"


class Anonymous(StrEnum):
    """Whether purposes see rows about nobody: rows in which everything that leads to a subject is NULL."""

    HIDDEN = "hidden"
    VISIBLE = "visible"


class Shared(StrEnum):
    """What becomes of a row about several people when the data of one of them are destroyed."""

    LAST = "last"
    """It no longer names the person, and is destroyed with the last of its people; so, too, when nothing is said."""
    FIRST = "first"
    """It is destroyed with the first of them."""
    UNLINK = "unlink"
    """It no longer names the person, and stays, also when it names nobody any more."""


class InReport(StrEnum):
    """What an access report does with a column, where it is not the usual."""

    EXISTS = "exists"
    """Says that it is kept, and never what it holds."""
    SHOW = "show"
    """Shows it in rows about several people too."""


CATEGORIES: frozenset[str] = frozenset(
    {
        "identity", "birth", "contact", "address", "family", "social", "property", "education", "profession",
        "income", "health", "payment", "device", "behaviour", "free_text",
    }
)
"""The built-in categories of personal data; a policy may add its own with ``[category.NAME]``."""

OPEN_CATEGORIES: frozenset[str] = frozenset({"key", "none"})
"""Keys for joins and neutral data: not personal by themselves, and open to every purpose that reaches the table."""

ALL_CATEGORIES = "*"
"""The value of ``needs`` that stands for every category."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is processed: specific, declared in advance, with a legal basis."""

    name: str
    title: str
    basis: Basis
    needs: frozenset[str]
    """Categories the purpose needs; ``"*"`` has been expanded to every category of the policy."""
    may: frozenset[Operation]
    sees_blocked: bool = False
    """The purpose still sees subjects whose processing is suspended: one named subject per ticket."""
    views: str | None = None
    """The schema of views of what the purpose may read; None where nobody asks for them."""
    explains: tuple[str, ...] = ()
    """What explains an access for this purpose, as it was written; read it with
    :func:`sminion_guard.policy.explanations.explanations`."""

    def needs_category(self, category: str) -> bool:
        return category in OPEN_CATEGORIES or category in self.needs


@dataclass(frozen=True, slots=True)
class Compatible:
    """A declared pair of compatible purposes, symmetric: permits merging and, unless ``merge_only``, use."""

    purposes: tuple[str, str]
    why: str
    merge_only: bool = False


@dataclass(frozen=True, slots=True)
class Further:
    """A declared further use: data collected for ``data_of`` may serve (be used by) each of ``may_serve``."""

    data_of: str
    may_serve: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class SubjectColumn:
    """The row's own column that holds a subject key."""

    column: str
    kind: str | None = None
    """The kind of the subject; None where the policy has one kind only, which has no name."""
    optional: bool = False
    """While it is NULL the row is about its other subjects only."""


@dataclass(frozen=True, slots=True)
class SubjectPath:
    """The subject is that of the row of ``schema.table`` whose ``key`` equals this row's ``column``."""

    column: str
    schema: str
    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Retention:
    """Rows are kept for ``keep`` after the time in column ``after``; while that is NULL, the time has not begun."""

    after: str
    keep: str
    """A PostgreSQL interval of whole units, such as ``3 years`` (checked when the file is read)."""
    then: RetentionEnd


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a protected schema."""

    schema: str
    name: str
    subject: tuple[SubjectColumn, ...] | SubjectPath | None
    """Own columns (all of them must permit), a path through a parent, or None: the table holds nothing personal."""
    columns: Mapping[str, str]
    """Column name to category. A column that is not listed is closed to every purpose."""
    retention: Retention | None = None
    collected_for: frozenset[str] | None = None
    """Why the data of this table were collected; None when the schema says so for all of its tables."""
    rows: str | None = None
    """The rule of one's own that each row must meet, as it was written; read it with
    :func:`sminion_guard.policy.rows.rule`."""
    anonymous: Anonymous | None = None
    """What becomes of rows about nobody; they are hidden, too, when nothing is said."""
    adopt_policies: tuple[str, ...] = ()
    """Names of row security policies of the application's own that stay in force."""
    report: Mapping[str, InReport] = field(default_factory=lambda: MappingProxyType({}))
    """What an access report does with a column, where it is not the usual."""
    shared: Shared | None = None
    """What becomes of a row about several people when the data of one of them are destroyed."""
    depersonalize: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What is left of a column in a row that is depersonalized, as written; other personal columns are emptied."""

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema and the purposes of its data. Without purposes, only tables with their own are read."""

    name: str
    collected_for: frozenset[str]
    tables: Mapping[str, Table]
    title: str = ""
    """What people call it; empty when the policy gives no title."""
    neutral: tuple[str, ...] = ()
    """Patterns of names of tables with nothing personal, which every purpose may read: ``*`` stands for any letters."""

    def is_neutral(self, relation: str) -> bool:
        """Whether ``relation`` is named by a pattern; a table that is listed is what its listing says."""
        return bool(self.neutral) and relation not in self.tables and bool(_pattern(self.neutral).fullmatch(relation))


@dataclass(frozen=True, slots=True)
class Collection:
    """Data collected for one set of purposes: a schema, or a table with its own purposes.

    It is the unit of which compartments are made.

    :param name: ``schema``, or ``schema.table``.
    """

    name: str
    schema: str
    collected_for: frozenset[str]


TICKETS_PER_MINUTE = 60_000
"""Where the policy names no number: a thousand a second, more than an application with a reason for each request."""


LOG_MB_PER_MINUTE = 2_000
"""Where the policy names no number: about fifteen times what a guarded session writes at 5,000 statements a second."""


@dataclass(frozen=True, slots=True)
class Login:
    """A PostgreSQL login role and the purposes it may act for."""

    name: str
    purposes: tuple[str, ...]
    may_hold_incompatible: str | None = None
    """Why this login may hold purposes whose schemas are not all mergeable; shown by `sminion-guard policy show`."""
    may_own: str | None = None
    """Why this login may own what is protected, as the one that runs migrations does."""
    tickets_per_minute: int = TICKETS_PER_MINUTE
    """How many tickets it may open in a minute."""
    log_mb_per_minute: int = LOG_MB_PER_MINUTE
    """How many MB of the log it may write in a minute."""
    may_record_consent: tuple[str, ...] = ()
    """Purposes for which it may record the consent or refusal that it was just given."""
    transfers_to: tuple[str, ...] = ()
    """The recipients that it may export to, and for which it reads what they may get, and nothing else."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A third party that data may be disclosed to."""

    name: str
    title: str
    contract: str
    purposes: tuple[str, ...]
    never: frozenset[str]
    gives: frozenset[str] | None = None
    """The only categories that the contract covers; None: all that the purpose needs."""
    until: date | None = None
    """The last day of the contract; None: it has no end."""
    profile: RecipientProfile | None = None
    """Its kind, which says what it never gets; that is in ``never`` already. Its texts are scanned."""
    times: TimeUnit | None = None
    """The finest time that it gets; None: as fine as the data."""
    k: int | None = None
    """The smallest group of persons in anything that is sent there; None: it may get rows of one person."""

    def receives(self, category: str) -> bool:
        """Whether data of a category may be disclosed to it; a column of category `none` tells of nobody."""
        if category in self.never:
            return False
        return category == "none" or self.gives is None or category in self.gives


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


@lru_cache(maxsize=256)
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """An expression for all of ``patterns``, in which ``*`` alone has a meaning."""
    return re.compile("|".join(".*".join(map(re.escape, entry.split("*"))) for entry in patterns), re.DOTALL)
