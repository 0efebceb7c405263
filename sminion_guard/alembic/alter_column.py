"""``op.guard_alter_column``: another type for a column that row security or a trigger of the guard names.

PostgreSQL refuses to alter the type of a column that a policy or a trigger uses (0A000). So those of the table are
dropped, the column is altered, and they are made again, all in the one transaction of the migration. Row security stays
enabled meanwhile, and the table is locked, so nobody sees a row that the policy does not permit.

The policy in force does not change: tickets stay good. The type must be one that the policy permits (see SG427, SG429).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from alembic.operations import MigrateOperation, Operations

from sminion_guard.alembic.migration import Source, policy_of, psycopg_below, tell
from sminion_guard.compiler import Compiled, Statement, assign_bits, compile_policy
from sminion_guard.errors import InstallError
from sminion_guard.migrate.installed import read_installed
from sminion_guard.migrate.plan import compare
from sminion_guard.migrate.queries import rendered
from sminion_guard.migrate.report import Report
from sminion_guard.migrate.script import installed_purposes
from sminion_guard.migrate.transaction import Installer, joined
from sminion_guard.migrate.within import apply_within

NAMING_KINDS = ("policy", "moved_trigger", "view", "depersonalized_view")
"""Kinds of compiled statements that name columns of their table, as PostgreSQL keeps track of them."""


@Operations.register_operation("guard_alter_column")
class AlterColumn(MigrateOperation):
    """Alter the type of a column of a protected table.

    :param table_name: the table.
    :param column_name: the column.
    :param type_: its new type.
    :param policy: the path of the policy in force, or the policy itself.
    :param schema: the table's schema.
    :param existing_type: its type before, which the reverse goes back to.
    :param postgresql_using: the expression that makes the new values of the old ones.
    """

    def __init__(
        self, table_name: str, column_name: str, *, type_: Any, policy: Source, schema: str,
        existing_type: Any = None, postgresql_using: str | None = None,
    ) -> None:
        self.table_name = table_name
        self.column_name = column_name
        self.type_ = type_
        self.policy = policy
        self.schema = schema
        self.existing_type = existing_type
        self.postgresql_using = postgresql_using

    @classmethod
    def guard_alter_column(
        cls, operations: Operations, table_name: str, column_name: str, *, type_: Any, policy: Source, schema: str,
        existing_type: Any = None, postgresql_using: str | None = None,
    ) -> None:
        """Alter the type of a column that the policy's row security names, in the transaction of this migration.

        :raises InstallError: SG415 when ``policy`` is not the one in force, SG414 when none is.
        :raises PolicyError: SG417 when the policy does not permit the new type.
        """
        operations.invoke(cls(
            table_name, column_name, type_=type_, policy=policy, schema=schema, existing_type=existing_type,
            postgresql_using=postgresql_using,
        ))

    def reverse(self) -> MigrateOperation:
        """The type before.

        :raises InstallError: SG440 when nobody said what it was.
        """
        if self.existing_type is None:
            raise InstallError(
                "SG440", f"the type that `{self.column_name}` had is not known",
                hint="pass it: `op.guard_alter_column(..., existing_type=...)`",
            )
        return AlterColumn(
            self.table_name, self.column_name, type_=self.existing_type, policy=self.policy, schema=self.schema,
            existing_type=self.type_,
        )

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What `alembic check` shows."""
        return ("guard_alter_column", self.schema, self.table_name, self.column_name, self.existing_type, self.type_)

    @property
    def qualified(self) -> str:
        """The table as keys of compiled statements name it."""
        return f"{self.schema}.{self.table_name}"

    def names_column(self, key: str) -> bool:
        """Whether ``key`` is of an object that may name the column."""
        return any(key == f"{kind}:{self.qualified}" or key.startswith(f"{kind}:{self.qualified}:")
                   for kind in NAMING_KINDS)

    def alter(self, operations: Operations) -> None:
        """The ALTER TABLE itself, online or to the script."""
        operations.alter_column(
            self.table_name, self.column_name, schema=self.schema, type_=self.type_,
            existing_type=self.existing_type, postgresql_using=self.postgresql_using,
        )


@Operations.implementation_for(AlterColumn)
def _alter(operations: Operations, operation: AlterColumn) -> None:
    policy = policy_of(operations, operation.policy)
    context = operations.get_context()
    if context.as_sql:
        compiled = compile_policy(policy, assign_bits(policy, installed_purposes(policy)))
        for statement in _lifting(compiled, operation):
            context.impl.static_output(statement)
        operation.alter(operations)
        for statement in _making_again(compiled, operation):
            context.impl.static_output(statement)
        return
    connection = psycopg_below(operations)
    report = Report(policy.name, policy.version)
    with report.listening(connection), joined(connection) as installer:
        installed = read_installed(installer)
        if installed.policy is None:
            raise InstallError("SG414", "no policy is in place in this database", hint="use `op.alter_column`")
        if compare(policy, installed).new_policy:
            raise InstallError(
                "SG415", f"policy `{policy.name}` version {policy.version} is not the one in force",
                detail=f"in force is `{installed.policy.name}` version {installed.policy.version}",
                hint="pass the policy in force, and change policies with `op.guard_apply_policy`",
            )
        for entry in installed.descending():
            if operation.names_column(entry.key) and entry.state != "MISSING":
                installer.run(entry.reverse, as_owner=entry.as_owner, doing=f"the removal of `{entry.key}`")
        _as_installer(installer)
        operation.alter(operations)
        apply_within(installer, policy, report)
    tell(report)


def _as_installer(installer: Installer) -> None:
    installer.run("SELECT 1", doing="acting as the installing role")


def _lifting(compiled: Compiled, operation: AlterColumn) -> Iterable[str]:
    keys = [statement.key for statement in compiled.statements if operation.names_column(statement.key)]
    yield rendered("lock")
    yield rendered("become_installer")
    yield rendered("act_as_owner")
    yield rendered("queries/script/lift", digest=compiled.digest, keys="{" + ",".join(map(_quoted, keys)) + "}")
    yield rendered("act_as_installer")


def _making_again(compiled: Compiled, operation: AlterColumn) -> Iterable[str]:
    again: list[tuple[int, Statement]] = [
        (position, statement) for position, statement in enumerate(compiled.statements)
        if operation.names_column(statement.key)
    ]
    for _, statement in again:
        yield from (rendered("act_as_owner"), f"{statement.sql};", rendered("act_as_installer")) \
            if statement.as_owner else (f"{statement.sql};",)
    yield rendered("act_as_owner")
    for position, statement in again:
        yield rendered(
            "record_object", key=statement.key, position=position, digest=statement.digest,
            reverse=statement.reverse, fingerprint_query=statement.fingerprint_query, given=statement.given,
            as_owner=statement.as_owner,
        )
    yield rendered("act_as_installer")
    yield rendered("roles/release")


def _quoted(key: str) -> str:
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'

