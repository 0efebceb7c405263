"""What autogenerate makes of a database that has the guard: three steps around Alembic's own comparison."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.util import PriorityDispatchResult
from sqlalchemy import Column

from sminion_guard.alembic.drift import add_drift, policy_file, read_policy
from sminion_guard.alembic.filters import without_guard
from sminion_guard.alembic.guard_objects import SCHEMAS, GuardObjects
from sminion_guard.alembic.notice import Notice
from sminion_guard.policy import Policy

_log = logging.getLogger("alembic.autogenerate.sminion_guard")


def leave_schema_out(
    context: AutogenContext, upgrade: ops.UpgradeOps, schemas: set[str | None]
) -> PriorityDispatchResult:
    """Before tables are read: the schemas of the guard, with their months and partitions, are not compared."""
    schemas -= SCHEMAS
    return PriorityDispatchResult.CONTINUE


def leave_guard_out(context: AutogenContext, upgrade: ops.UpgradeOps) -> PriorityDispatchResult:
    """After all comparisons: nothing of the guard's is altered or dropped, and the policy is compared.

    :raises GuardError: where `guard_policy` names a file with errors, or the policy in force cannot be read.
    """
    connection = context.connection
    assert connection is not None
    guard = GuardObjects.read(connection, connection.dialect.default_schema_name)
    without_guard(upgrade, guard)
    source = policy_file(context)
    wanted = None if source is None else read_policy(source)
    closed = list(_closed(upgrade, guard, wanted))
    if closed:
        upgrade.ops.insert(0, Notice(*closed))
        for line in closed:
            _log.warning(line)
    if wanted is not None and source is not None:
        add_drift(context, upgrade, wanted, source)
    return PriorityDispatchResult.CONTINUE


def _closed(upgrade: ops.UpgradeOps, guard: GuardObjects, wanted: Policy | None) -> Iterator[str]:
    """New tables and columns of protected schemas that the policy does not list, which nobody will see."""
    for schema, table, columns in _added(upgrade.ops):
        qualified = f"{schema or guard.default_schema}.{table}"
        if columns is None:
            if guard.protects(schema) and _listed(wanted, schema or guard.default_schema, table) is None:
                yield f"`{qualified}` is closed to every purpose until the policy lists it"
            continue
        listed = _listed(wanted, schema or guard.default_schema, table)
        if guard.protects(schema, table):
            for name in columns:
                if listed is None or name not in listed:
                    yield f"`{qualified}.{name}` is closed to every purpose until the policy gives it a category"


def _added(operations: list[ops.MigrateOperation]) -> Iterator[tuple[str | None, str, list[str] | None]]:
    """Schema and table of what is created, with the names of columns that are added to a table there is."""
    for operation in operations:
        if isinstance(operation, ops.CreateTableOp):
            yield operation.schema, operation.table_name, None
        elif isinstance(operation, ops.ModifyTableOps):
            columns = [entry.column for entry in operation.ops if isinstance(entry, ops.AddColumnOp)]
            yield operation.schema, operation.table_name, [
                str(column.name) for column in columns if isinstance(column, Column)
            ]


def _listed(policy: Policy | None, schema: str, table: str) -> frozenset[str] | None:
    """The columns that the policy lists of a table; None when it does not list the table."""
    found = None if policy is None or schema not in policy.schemas else policy.schemas[schema].tables.get(table)
    return None if found is None else frozenset(found.columns)
