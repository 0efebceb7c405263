"""The policy as its file says beside the one in force: a difference becomes `op.guard_apply_policy` in a revision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from sminion_guard.alembic.freezing import FrozenPolicy
from sminion_guard.alembic.operations import ApplyPolicy
from sminion_guard.errors import InstallError
from sminion_guard.migrate.queries import text
from sminion_guard.policy import Policy, load
from sminion_guard.policy.document import from_document

OPTION = "guard_policy"
"""Of ``context.configure()``, of alembic.ini, or of ``[tool.alembic]``: the path of the policy file."""


def policy_file(context: AutogenContext) -> Path | None:
    """The policy file that env.py or alembic.ini names; a relative path starts at the directory of alembic.ini."""
    environment = context.migration_context.environment_context
    config = None if environment is None else environment.config
    named: Any = context.opts.get(OPTION)
    if named is None and config is not None:
        named = config.get_alembic_option(OPTION)
    if not named:
        return None
    beside = None if config is None else config.config_file_name or config.toml_file_name
    return (Path(beside).absolute().parent if beside else Path.cwd()) / str(named)


def policy_in_force(connection: Connection) -> Policy | None:
    """The policy in force; None where there is none, or the guard is not installed.

    The installing role may not read it as itself: within a savepoint it becomes a member of ``sminion_owner``.

    :raises InstallError: SG451 for another role.
    """
    installed = connection.exec_driver_sql("SELECT pg_catalog.to_regnamespace('sminion') IS NOT NULL").scalar_one()
    if not installed:
        return None
    try:
        row = _read(connection, as_owner=False)
    except DBAPIError:
        try:
            row = _read(connection, as_owner=True)
        except DBAPIError as error:
            raise InstallError(
                "SG451", "the policy in force cannot be read",
                detail=str(error.orig).strip(),
                hint="run autogenerate as the installing role, or take `guard_policy` out of Alembic's configuration",
            ) from error
    return None if row is None else from_document(row)


def add_drift(context: AutogenContext, upgrade: ops.UpgradeOps, wanted: Policy, source: Path) -> None:
    """Let ``upgrade`` put ``wanted`` in force where it is not.

    :raises InstallError: SG451 when the policy in force cannot be read.
    """
    connection = context.connection
    assert connection is not None
    before = policy_in_force(connection)
    if before == wanted:
        return
    environment = context.migration_context.environment_context
    directory = source.parent if environment is None else Path(environment.script.dir)
    change = ApplyPolicy(
        FrozenPolicy(wanted, directory, source), None if before is None else FrozenPolicy(before, directory)
    )
    # What the policy names must be there when it is applied, and what it no longer names is dropped afterwards.
    dropped = _take_drops(upgrade)
    upgrade.ops.extend([change, *dropped])


def read_policy(source: Path) -> Policy:
    """:raises PolicyError: for a file that cannot be read, or has errors."""
    return load(source)


def _read(connection: Connection, *, as_owner: bool) -> Any:
    savepoint = connection.begin_nested()
    try:
        if as_owner:
            inherits = " WITH INHERIT TRUE" if connection.dialect.server_version_info >= (16,) else ""  # type: ignore[operator]
            connection.exec_driver_sql(f"GRANT sminion_owner TO CURRENT_USER{inherits}")
        return connection.exec_driver_sql(text("policy_in_force")).scalar()
    finally:
        savepoint.rollback()


def _take_drops(upgrade: ops.UpgradeOps) -> list[ops.MigrateOperation]:
    """Remove what drops tables and columns from ``upgrade``, and return it in its order."""
    kept: list[ops.MigrateOperation] = []
    dropped: list[ops.MigrateOperation] = []
    for operation in upgrade.ops:
        if isinstance(operation, ops.DropTableOp):
            dropped.append(operation)
        elif isinstance(operation, ops.ModifyTableOps):
            last = [entry for entry in operation.ops if isinstance(entry, ops.DropColumnOp)]
            operation.ops = [entry for entry in operation.ops if not isinstance(entry, ops.DropColumnOp)]
            if not operation.is_empty():
                kept.append(operation)
            if last:
                dropped.append(ops.ModifyTableOps(operation.table_name, last, schema=operation.schema))
        else:
            kept.append(operation)
    upgrade.ops[:] = kept
    return dropped
