"""What is protected: schemas, their tables, whose rows they hold, and for how long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from sminion_guard.policy.model.words import Anonymous, InReport, RetentionEnd, Shared


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


@lru_cache(maxsize=256)
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """An expression for all of ``patterns``, in which ``*`` alone has a meaning."""
    return re.compile("|".join(".*".join(map(re.escape, entry.split("*"))) for entry in patterns), re.DOTALL)
