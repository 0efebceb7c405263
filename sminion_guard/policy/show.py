"""The policy as people read it: purposes, compartments, who reaches what. Values only; how to print is the CLI's."""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.policy.access import TableAccess, table_access
from sminion_guard.policy.check.logins import incompatible_pair
from sminion_guard.policy.compartments import collects_in, compartments_of
from sminion_guard.policy.model import Compatible, Further, Policy, Recipient, Retention, Table


@dataclass(frozen=True, slots=True)
class CompartmentView:
    """One role of a purpose, and the tables it opens; tables it may do nothing with are left out."""

    role: str
    schemas: tuple[str, ...]
    tables: tuple[TableAccess, ...]


@dataclass(frozen=True, slots=True)
class PurposeView:
    """A purpose with everything that follows from it; lists are sorted by name."""

    name: str
    title: str
    basis: str
    needs: tuple[str, ...]
    may: tuple[str, ...]
    sees_blocked: bool
    collected_in: tuple[str, ...]
    """Schemas collected for the purpose itself."""
    logins: tuple[str, ...]
    compartments: tuple[CompartmentView, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """What is kept about people in one table."""

    name: str
    personal: bool
    categories: tuple[str, ...]
    retention: Retention | None


@dataclass(frozen=True, slots=True)
class SchemaView:
    """A schema, what it was collected for, and who reaches it."""

    name: str
    title: str
    collected_for: tuple[str, ...]
    reached_by: tuple[str, ...]
    tables: tuple[TableView, ...]


@dataclass(frozen=True, slots=True)
class LoginView:
    """A login, its purposes, and the pair of schemas it may hold although they may not be merged."""

    name: str
    purposes: tuple[str, ...]
    incompatible: tuple[str, str] | None
    why: str | None


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


def overview(policy: Policy) -> Overview:
    """Everything that `policy show` prints.

    :raises TooManyCompartments: for a policy that was built past the checks.
    """
    purposes = tuple(_purpose(policy, name) for name in sorted(policy.purposes))
    reached = {
        (view.name, schema) for view in purposes for compartment in view.compartments for schema in compartment.schemas
    }
    schemas = tuple(
        SchemaView(
            name=name,
            title=schema.title,
            collected_for=tuple(sorted(schema.collected_for)),
            reached_by=tuple(sorted(purpose for purpose, found in reached if found == name)),
            tables=tuple(_table(schema.tables[table]) for table in sorted(schema.tables)),
        )
        for name, schema in sorted(policy.schemas.items())
    )
    logins = tuple(
        LoginView(name, tuple(sorted(login.purposes)), incompatible_pair(policy, login), login.may_hold_incompatible)
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
    )


def _purpose(policy: Policy, name: str) -> PurposeView:
    purpose = policy.purposes[name]
    return PurposeView(
        name=name,
        title=purpose.title,
        basis=purpose.basis.value,
        needs=tuple(sorted(purpose.needs)),
        may=tuple(sorted(operation.value for operation in purpose.may)),
        sees_blocked=purpose.sees_blocked,
        collected_in=tuple(sorted(collects_in(policy, name))),
        logins=tuple(sorted(login.name for login in policy.logins.values() if name in login.purposes)),
        compartments=tuple(
            CompartmentView(
                compartment.role,
                compartment.schemas,
                tuple(
                    access
                    for table in policy.tables()
                    if table.schema in compartment.schemas and (access := table_access(policy, name, table)).any
                ),
            )
            for compartment in compartments_of(policy, name)
        ),
    )


def _table(table: Table) -> TableView:
    return TableView(
        name=table.name,
        personal=table.subject is not None,
        categories=tuple(sorted(set(table.columns.values()))),
        retention=table.retention,
    )
