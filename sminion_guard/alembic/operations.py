"""Operations for migrations of one's own: a policy comes into force in the revision that makes its tables.

    def upgrade():
        op.guard_apply_policy("policies/2026-11-01.toml")

    def downgrade():
        op.guard_remove_policy(previous="policies/2026-11-01.toml")

Alembic knows them by itself: `sminion_guard.alembic.plugin`. Keep a copy of the policy with each revision: a migration
must mean tomorrow what it means today. A relative path starts at the directory of env.py. The masks of rows are not
filled in by a migration, which is one transaction: afterwards `sminion-guard apply` with the same policy does it, and
until then the rows are visible to nobody.
"""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from sminion_guard.alembic import alter_column as alter_column
from sminion_guard.alembic import processing as processing
from sminion_guard.alembic.migration import Source, path_of, policy_of, psycopg_below, shown, tell
from sminion_guard.errors import InstallError
from sminion_guard.migrate.remove import remove_within
from sminion_guard.migrate.report import Report
from sminion_guard.migrate.script import removal_script, script
from sminion_guard.migrate.transaction import joined
from sminion_guard.migrate.within import apply_within


@Operations.register_operation("guard_apply_policy")
class ApplyPolicy(MigrateOperation):
    """Put a policy in force.

    :param policy: the path of its file, where a relative one starts at the directory of env.py, or the policy itself.
    :param previous: the one that it takes the place of: what a downgrade goes back to, and what a script goes by.
    """

    def __init__(self, policy: Source, previous: Source | None = None) -> None:
        self.policy = policy
        self.previous = previous

    @classmethod
    def guard_apply_policy(cls, operations: Operations, policy: Source, previous: Source | None = None) -> None:
        """Put ``policy`` in force, in the transaction of this migration."""
        operations.invoke(cls(policy, previous))

    def reverse(self) -> MigrateOperation:
        """Back to the policy before, or to none."""
        if self.previous is None:
            return RemovePolicy(self.policy)
        return ApplyPolicy(self.previous, self.policy)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What `alembic check` shows."""
        return ("guard_apply_policy", shown(self.policy))


@Operations.register_operation("guard_remove_policy")
class RemovePolicy(MigrateOperation):
    """Take the policy in force away.

    :param previous: the policy that is removed: what the reverse of this operation applies.
    """

    def __init__(self, previous: Source | None = None) -> None:
        self.previous = previous

    @classmethod
    def guard_remove_policy(cls, operations: Operations, previous: Source | None = None) -> None:
        """Take the policy in force away, in the transaction of this migration."""
        operations.invoke(cls(previous))

    def reverse(self) -> MigrateOperation:
        """The policy as it was."""
        if self.previous is None:
            raise InstallError(
                "SG440",
                "the removal of a policy cannot be reversed without the policy",
                hint="pass it: `op.guard_remove_policy(previous=...)`",
            )
        return ApplyPolicy(self.previous)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What `alembic check` shows."""
        return ("guard_remove_policy", None if self.previous is None else shown(self.previous))


@Operations.implementation_for(ApplyPolicy)
def _apply(operations: Operations, operation: ApplyPolicy) -> None:
    policy = policy_of(operations, operation.policy)
    context = operations.get_context()
    if context.as_sql:
        previous = None if operation.previous is None else policy_of(operations, operation.previous)
        for statement in script(policy, previous, transaction=False):
            context.impl.static_output(statement)
        return
    connection = psycopg_below(operations)
    report = Report(policy.name, policy.version)
    with report.listening(connection), joined(connection) as installer:
        apply_within(installer, policy, report)
    tell(report)


@Operations.implementation_for(RemovePolicy)
def _remove(operations: Operations, operation: RemovePolicy) -> None:
    context = operations.get_context()
    if context.as_sql:
        for statement in removal_script(transaction=False):
            context.impl.static_output(statement)
        return
    connection = psycopg_below(operations)
    report = Report("", "")
    with report.listening(connection), joined(connection) as installer:
        remove_within(installer, report)
    tell(report)


@renderers.dispatch_for(ApplyPolicy)
def _render_apply(context: AutogenContext, operation: ApplyPolicy) -> str:
    previous = "" if operation.previous is None else f", previous={path_of(operation.previous)!r}"
    return f"op.guard_apply_policy({path_of(operation.policy)!r}{previous})"


@renderers.dispatch_for(RemovePolicy)
def _render_remove(context: AutogenContext, operation: RemovePolicy) -> str:
    previous = "" if operation.previous is None else f"previous={path_of(operation.previous)!r}"
    return f"op.guard_remove_policy({previous})"
