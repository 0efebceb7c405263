"""The parts of an access report, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sminion_guard.policy import Purpose, Recipient, Retention
from sminion_guard.policy.model.rights import Operator

ANOTHER = "another person"
"""What stands in place of another person's key; the server writes it."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the report is.

    :param number: of its event in the log.
    :param subject: the key, with the kind before it where the policy names kinds.
    :param at: when it was put on record.
    :param by: the login of the officer.
    :param request: the request that it answers, if any.
    :param other_keys: that belong to the same person: the report covers them too.
    :param timezone: of the policy: times and dates of the data stand in it.
    """

    number: int
    subject: str
    at: datetime
    by: str
    reason: str
    request: int | None
    policy: str
    timezone: str
    operator: Operator | None
    other_keys: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys of the person."""
        return (self.subject, *self.other_keys)


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and what the report shows of it.

    :param category: of the policy; None for a column that it does not list.
    :param shown: always, subject, alone, exists, type, unlisted or missing: see
        ``sql/functions/report/report_columns.sql``.
    """

    name: str
    category: str | None
    type: str
    shown: str

    @property
    def has_values(self) -> bool:
        """Whether rows have a value of it."""
        return self.shown in ("always", "subject", "alone")


@dataclass(frozen=True, slots=True)
class Row:
    """One row about the person.

    :param shared: it is about other people too, so columns that could tell of them are left out.
    :param kept_until: in the time zone of the policy; ``infinity`` for ever; None where the policy gives no date.
    :param past: the retention is over: the row waits for its destruction, and nobody else sees it.
    :param values: of the columns with values; those that a shared row leaves out are not there.
    """

    shared: bool
    kept_until: str | None
    past: bool
    values: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table with data about people of this kind.

    :param title: of its schema.
    :param collected_for: purposes, sorted by name.
    :param incomplete: why rows may be missing; None where all are there.
    :param rows: read when they are iterated, once.
    """

    schema: str
    name: str
    title: str
    collected_for: tuple[Purpose, ...]
    retention: Retention | None
    columns: tuple[Column, ...]
    incomplete: str | None
    rows: Iterable[Row]

    @property
    def left_out(self) -> tuple[str, ...]:
        """Columns that rows about several people leave out."""
        return tuple(column.name for column in self.columns if column.shown == "alone")


@dataclass(frozen=True, slots=True)
class Category:
    """Where data of a category are kept, and what for.

    :param title: as people read it.
    """

    name: str
    title: str
    tables: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A consent, an objection or a block.

    :param schemas: of a block, and of its end, where it is limited.
    :param until: when it ends by itself.
    """

    at: datetime
    event: str
    purpose: str | None
    reason: str
    schemas: list[str] | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """Data that were written for a request. Values are not kept.

    :param columns: that changed, or got a value.
    """

    at: datetime
    who: str
    relation: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A request of the person.

    :param answer: what it was closed with, such as the reason of a refusal.
    :param schemas: the data in these only are contested, or were to be blocked; None for all.
    :param changes: what was written for it, in order.
    """

    id: int
    kind: str
    purpose: str | None
    state: str
    received_at: datetime
    due_on: object
    closed_at: datetime | None
    outcome: str | None
    schemas: list[str] | None
    answer: str | None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Data of the person that a recipient got, as the register of disclosures has it.

    :param categories: of all columns that were read: those that only decided what is sent are among them.
    """

    at: datetime
    recipient: str
    contract: str
    purpose: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody read or changed data of the person.

    :param relations: None for a report like this one, which reads all of them.
    :param home: the database in which the access was made, where that is another one; None for this one.
    """

    at: datetime
    who: str
    unit: str | None
    purpose: str | None
    reason: str | None
    operations: tuple[str, ...]
    relations: tuple[str, ...] | None
    home: str | None
