"""What discovery reads from a database, and what it decides, as frozen values. Nothing here knows SQL or TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Name = tuple[str, str]
"""A table: schema and name."""


class Shape(StrEnum):
    """What kind of values a column holds, as far as its type says."""

    TEXT = "text"
    NUMBER = "number"
    UUID = "uuid"
    BOOLEAN = "boolean"
    TIME = "time"
    NETWORK = "network"
    ENUM = "enum"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    :param kind: its type, that below a domain, as PostgreSQL writes it.
    :param limit: the longest text it takes; None where nothing limits it.
    :param numbered: it is an identity column, or takes its default from a sequence.
    :param comment: what COMMENT ON says of it.
    """

    name: str
    kind: str
    shape: Shape
    limit: int | None = None
    required: bool = False
    numbered: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key of one column.

    :param declared: False: the database has none, and the name of the column suggests it.
    """

    column: str
    parent: Name
    key: str
    declared: bool = True


@dataclass(frozen=True, slots=True)
class Relation:
    """An ordinary or partitioned table that is no partition, child or part of an extension.

    :param keys: columns that identify a row by themselves: the primary key first, then unique ones that are never NULL.
    :param primary: the columns of the primary key.
    :param compound: columns of foreign keys with several columns, or to what is no such table.
    """

    schema: str
    name: str
    columns: Mapping[str, Column]
    primary: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    references: tuple[ForeignKey, ...] = ()
    compound: frozenset[str] = frozenset()
    comment: str = ""

    @property
    def id(self) -> Name:
        return self.schema, self.name

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Database:
    """What was read.

    :param others: relations that a policy does not list, such as views, with what they are.
    """

    name: str
    relations: Mapping[Name, Relation]
    others: Mapping[Name, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Which part of the values of a column has a form: name of the form to a share between 0 and 1.

    :param rows: how many values were looked at.
    """

    rows: int
    shares: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a column is.

    :param category: a category of personal data, ``key`` or ``none``; None: not known, so the column stays closed.
    :param rule: the rule that decided.
    :param reason: why, for people.
    :param confidence: between 0 and 1; a guess to sort by, not a probability.
    """

    category: str | None
    rule: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subjects: the table in which each person has one row."""

    name: str
    table: Name
    column: str
    key: str
    staff: bool
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the rows of a table are about.

    :param columns: subject columns, each with the name of its kind and whether it may be NULL.
    :param path: the foreign key that leads to a parent with a subject.
    :param known: False: the question is open, and the table is closed.
    :param doubtful: an open question that is one for the tables below as well.
    """

    reason: str
    confidence: float
    columns: tuple[tuple[str, str, bool], ...] = ()
    path: ForeignKey | None = None
    known: bool = True
    doubtful: bool = False

    @property
    def leads(self) -> bool:
        return bool(self.columns or self.path)


@dataclass(frozen=True, slots=True)
class Draft:
    """A first policy: everything that was decided.

    :param unsampled: tables whose values could not be looked at, with the reason.
    """

    database: Database
    kinds: tuple[Kind, ...]
    subjects: Mapping[Name, Subject]
    columns: Mapping[Name, Mapping[str, Decision]]
    sampled: bool = False
    unsampled: Mapping[Name, str] = field(default_factory=dict)
