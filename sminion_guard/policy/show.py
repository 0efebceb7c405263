"""The policy as people read it: purposes, compartments, who reaches what. Values only; how to print is the CLI's."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from sminion_guard.policy.access import TableAccess, table_access
from sminion_guard.policy.check.logins import incompatible_pair
from sminion_guard.policy.compartments import Compartment, collects_in, compartments_of
from sminion_guard.policy.file.kinds import kinds_of
from sminion_guard.policy.model import (
    LOG_MB_PER_MINUTE,
    TICKETS_PER_MINUTE,
    Compatible,
    Further,
    Policy,
    Recipient,
    Retention,
    Table,
)
from sminion_guard.policy.model.depersonalized_views import DepersonalizedView
from sminion_guard.policy.model.rights import Operator, Requests
from sminion_guard.policy.names import backup_role


@dataclass(frozen=True, slots=True)
class CompartmentView:
    """One role of a purpose, and the tables it opens; tables it may do nothing with are left out."""

    role: str
    schemas: tuple[str, ...]
    collections: tuple[str, ...]
    """Schemas as wholes, and tables that name their own purposes."""
    of_schemas: bool
    """Whether it holds schemas as wholes only."""
    tables: tuple[TableAccess, ...]


@dataclass(frozen=True, slots=True)
class PurposeView:
    """A purpose with everything that follows from it; lists are sorted by name."""

    name: str
    title: str
    basis: str
    needs: tuple[str, ...]
    """As the policy says it."""
    data: tuple[str, ...]
    """Those of ``needs`` that columns have which the purpose reaches."""
    may: tuple[str, ...]
    sees_blocked: bool
    views: str | None
    """The schema of views of what it may read."""
    depersonalized: tuple[DepersonalizedView, ...]
    """What it reads in groups of people."""
    explains: tuple[str, ...]
    """What explains an access, in the words of the policy."""
    collected_in: tuple[str, ...]
    """Schemas, and tables that name their own purposes, collected for the purpose itself."""
    logins: tuple[str, ...]
    compartments: tuple[CompartmentView, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """What is kept about people in one table."""

    name: str
    personal: bool
    categories: tuple[str, ...]
    retention: Retention | None
    collected_for: tuple[str, ...] | None
    """Its own purposes; None when the schema says so for all of its tables."""
    reached_by: tuple[str, ...]
    rows: str | None
    """The rule that limits its rows to the values of a ticket."""
    kinds: tuple[str, ...] = ()
    """Of its subjects, sorted; none where the policy names no kinds."""
    report: dict[str, str] = field(default_factory=dict)
    """What access reports do with a column, where it is not the usual."""


@dataclass(frozen=True, slots=True)
class TicketView:
    """What each ticket carries, and what a session may set."""

    values: dict[str, str]
    """Name to type."""
    may_set: tuple[str, ...]
    trusted_operators: tuple[str, ...]
    may_call: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchemaView:
    """A schema, what it was collected for, and who reaches it."""

    name: str
    title: str
    collected_for: tuple[str, ...]
    reached_by: tuple[str, ...]
    """Purposes that reach some of it."""
    tables: tuple[TableView, ...]
    neutral: tuple[str, ...]
    """Patterns of the names of its tables that every purpose may read."""


@dataclass(frozen=True, slots=True)
class LoginView:
    """A login, its purposes, the schemas it may hold although they may not be merged, and why it may own tables."""

    name: str
    purposes: tuple[str, ...]
    incompatible: tuple[str, str] | None
    why: str | None
    owns: str | None = None
    tickets_per_minute: int | None = None
    """Where the policy names another number than the usual one."""
    log_mb_per_minute: int | None = None
    """Likewise."""
    records: tuple[str, ...] = ()
    """Purposes for which it may record consents."""
    transfers_to: tuple[str, ...] = ()
    """Recipients that it may export to."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole policy; every list is sorted by name, so that two orders of one file give one overview."""

    name: str
    version: str
    purposes: tuple[PurposeView, ...]
    schemas: tuple[SchemaView, ...]
    logins: tuple[LoginView, ...]
    compatible: tuple[Compatible, ...]
    further: tuple[Further, ...]
    recipients: tuple[Recipient, ...]
    data: frozenset[str]
    """Categories that some column of a table about people has."""
    ticket: TicketView
    kinds: dict[str, str]
    """Kinds of subjects, name to the type of their keys; none where the policy names no kinds."""
    trusted: dict[str, str | None]
    """Functions whose body the analyzer need not understand, each with the reason that the policy gives."""
    backup: dict[str, str]
    """The role that reads all rows for dumps, with the reason that the policy gives; empty where there is none."""
    operator: Operator | None
    requests: Requests | None


def overview(policy: Policy) -> Overview:
    """Everything that `policy show` prints.

    :raises TooManyCompartments: for a policy that was built past the checks.
    """
    purposes = tuple(_purpose(policy, name) for name in sorted(policy.purposes))
    reached = {
        (view.name, name)
        for view in purposes for compartment in view.compartments
        for name in (*compartment.schemas, *compartment.collections)
    }
    schemas = tuple(
        SchemaView(
            name=name,
            title=schema.title,
            collected_for=tuple(sorted(schema.collected_for)),
            reached_by=_who(reached, name),
            tables=tuple(_table(policy, schema.tables[table], reached) for table in sorted(schema.tables)),
            neutral=tuple(sorted(schema.neutral)),
        )
        for name, schema in sorted(policy.schemas.items())
    )
    logins = tuple(
        LoginView(name, tuple(sorted(login.purposes)), incompatible_pair(policy, login), login.may_hold_incompatible,
                  login.may_own,
                  None if login.tickets_per_minute == TICKETS_PER_MINUTE else login.tickets_per_minute,
                  None if login.log_mb_per_minute == LOG_MB_PER_MINUTE else login.log_mb_per_minute,
                  tuple(sorted(set(login.may_record_consent))), tuple(sorted(login.transfers_to)))
        for name, login in sorted(policy.logins.items())
    )
    return Overview(
        name=policy.name,
        version=policy.version,
        purposes=purposes,
        schemas=schemas,
        logins=logins,
        compatible=tuple(sorted(policy.compatible, key=lambda pair: sorted(pair.purposes))),
        further=tuple(sorted(policy.further, key=lambda entry: (entry.data_of, entry.may_serve))),
        recipients=tuple(recipient for _, recipient in sorted(policy.recipients.items())),
        data=frozenset(
            category for table in policy.tables() if table.subject is not None for category in table.columns.values()
        ),
        ticket=TicketView(
            {name: kind.value for name, kind in sorted(policy.ticket_values.items())}, tuple(sorted(policy.may_set)),
            tuple(sorted(policy.trusted_operators)), tuple(sorted(policy.may_call)),
        ),
        trusted={name: policy.trusted_why.get(name) for name in sorted(policy.trusted_functions)},
        kinds={name: key.value for name, key in sorted(policy.kinds.items())},
        backup={backup_role(policy.name): policy.backup} if policy.backup else {},
        operator=policy.operator,
        requests=policy.requests,
    )


def _purpose(policy: Policy, name: str) -> PurposeView:
    purpose = policy.purposes[name]
    compartments = tuple(_compartment(policy, found) for found in compartments_of(policy, name))
    return PurposeView(
        name=name,
        title=purpose.title,
        basis=purpose.basis.value,
        needs=tuple(sorted(purpose.needs)),
        data=_data(policy, compartments),
        may=tuple(sorted(operation.value for operation in purpose.may)),
        sees_blocked=purpose.sees_blocked,
        views=purpose.views,
        depersonalized=tuple(view for _, view in sorted(policy.depersonalized_views.items()) if view.purpose == name),
        explains=purpose.explains,
        collected_in=tuple(sorted(collects_in(policy, name))),
        logins=tuple(sorted(login.name for login in policy.logins.values() if name in login.purposes)),
        compartments=compartments,
    )


def _data(policy: Policy, compartments: tuple[CompartmentView, ...]) -> tuple[str, ...]:
    columns = {table.qualified: table.columns for table in policy.tables() if table.subject is not None}
    return tuple(sorted({
        columns[access.table][name]
        for compartment in compartments for access in compartment.tables if access.table in columns
        for name in (*access.use, *access.collect, *access.clarify)
    }))


def _compartment(policy: Policy, found: Compartment) -> CompartmentView:
    held = [table for table in policy.tables() if policy.collection_of(table).name in found.collections]
    access = (table_access(policy, found.purpose, table) for table in held)
    return CompartmentView(
        role=found.role,
        schemas=found.schemas,
        collections=found.collections,
        of_schemas=policy.schemas.keys() >= set(found.collections),
        tables=tuple(entry for entry in access if entry.any),
    )


def _who(reached: Set[tuple[str, str]], name: str) -> tuple[str, ...]:
    return tuple(sorted(purpose for purpose, found in reached if found == name))


def _table(policy: Policy, table: Table, reached: Set[tuple[str, str]]) -> TableView:
    return TableView(
        name=table.name,
        personal=table.subject is not None,
        categories=tuple(sorted(set(table.columns.values()))),
        retention=table.retention,
        collected_for=None if table.collected_for is None else tuple(sorted(table.collected_for)),
        reached_by=_who(reached, policy.collection_of(table).name),
        rows=None if table.rows is None else " ".join(table.rows.split()),
        report={column: word.value for column, word in sorted(table.report.items())},
        kinds=tuple(sorted({kind for kind in kinds_of(policy, table) if kind is not None})),
    )
