"""What a policy says, as frozen values. Nothing here knows SQL, files or a database.

The words are those of the field: see docs/WORDS.md. Every mapping is read-only and in the order of the file;
nothing that is compiled may depend on that order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class Basis(StrEnum):
    """The legal conditions of which at least one stands behind each processing (GDPR art. 6, 152-FZ art. 6)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"
    PUBLIC_DATA = "public_data"
    MANDATORY_DISCLOSURE = "mandatory_disclosure"
    VITAL_INTEREST = "vital_interest"


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
    """The SQL type of the key that identifies a subject; the value is the type's name in PostgreSQL."""

    BIGINT = "bigint"
    UUID = "uuid"
    TEXT = "text"


class RetentionEnd(StrEnum):
    """What happens to a row when its retention ends."""

    DESTROY = "destroy"
    DEPERSONALIZE = "depersonalize"


CATEGORIES: frozenset[str] = frozenset(
    {
        "identity", "birth", "contact", "address", "family", "social", "property", "education", "profession",
        "income", "health", "payment", "device", "behaviour", "free_text",
    }
)
"""The built-in categories of personal data; a policy may add its own with ``[category.NAME]``."""

OPEN_CATEGORIES: frozenset[str] = frozenset({"key", "none"})
"""Not personal by themselves, and open to every purpose that reaches the table: keys for joins, and neutral data."""

ALL_CATEGORIES = "*"
"""The value of ``needs`` that stands for every category."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is processed: specific, declared before, with a legal basis."""

    name: str
    title: str
    basis: Basis
    needs: frozenset[str]
    """Categories the purpose needs; ``"*"`` has been expanded to every category of the policy."""
    may: frozenset[Operation]
    sees_blocked: bool = False
    """The purpose still sees subjects whose processing is suspended: one named subject per ticket."""

    def needs_category(self, category: str) -> bool:
        return category in OPEN_CATEGORIES or category in self.needs


@dataclass(frozen=True, slots=True)
class Compatible:
    """A declared pair of compatible purposes: symmetric, speaks of merging and, unless ``merge_only``, of use."""

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


@dataclass(frozen=True, slots=True)
class SubjectPath:
    """The subject is that of the row of ``schema.table`` whose ``key`` equals this row's ``column``."""

    column: str
    schema: str
    table: str
    key: str


@dataclass(frozen=True, slots=True)
class Retention:
    """Rows are kept for ``keep`` after the moment in column ``after``; while that is NULL the time has not begun."""

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

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema and the purposes its data were collected for; with none, nobody reads it."""

    name: str
    collected_for: frozenset[str]
    tables: Mapping[str, Table]
    title: str = ""
    """What people call it; empty when the policy gives no title."""


@dataclass(frozen=True, slots=True)
class Login:
    """A PostgreSQL login role and the purposes it may act for."""

    name: str
    purposes: tuple[str, ...]
    may_hold_incompatible: str | None = None
    """Why this login may hold purposes whose schemas are not all mergeable; shown by the doctor for ever."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A third party that data may be disclosed to."""

    name: str
    title: str
    contract: str
    purposes: tuple[str, ...]
    never: frozenset[str]


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy. Build it with :func:`sminion_guard.policy.load`."""

    name: str
    version: str
    subject_key: SubjectKey
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
    trusted_functions: frozenset[str] = frozenset()
    """Schema-qualified names of functions whose body the analyzer need not understand."""
    accept_upsert_leak: str | None = None
    """Why a purpose may get INSERT and UPDATE on one table on a server whose ON CONFLICT reads hidden rows."""

    @property
    def categories(self) -> frozenset[str]:
        return CATEGORIES | self.own_categories.keys()

    def tables(self) -> tuple[Table, ...]:
        """Every table, sorted by qualified name."""
        found = [table for schema in self.schemas.values() for table in schema.tables.values()]
        return tuple(sorted(found, key=lambda table: (table.schema, table.name)))
