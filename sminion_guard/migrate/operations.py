"""Operations for migrations of one's own: a policy comes into force in the revision that makes its tables.

    import sminion_guard.migrate.operations  # in env.py, once

    def upgrade():
        op.guard_apply_policy("policies/2026-11-01.toml")

    def downgrade():
        op.guard_remove_policy(previous="policies/2026-11-01.toml")

Keep a copy of the policy with each revision: a migration must mean tomorrow what it means today. A relative path starts
at the directory of env.py. The masks of rows are not filled in by a migration, which is one transaction: afterwards
`sminion-guard apply` with the same policy does it, and until then the rows are visible to nobody.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import psycopg
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations

from sminion_guard.errors import InstallError
from sminion_guard.migrate.apply import apply_within
from sminion_guard.migrate.remove import remove_within
from sminion_guard.migrate.report import Report
from sminion_guard.migrate.script import removal_script, script
from sminion_guard.migrate.transaction import joined
from sminion_guard.policy import Policy, load

_log = logging.getLogger("alembic.runtime.migration")

Source = str | Path | Policy


@Operations.register_operation("guard_apply_policy")
class ApplyPolicy(MigrateOperation):
    """Put a policy in force.

    :param policy: the path of its file, or the policy itself.
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
        return ("guard_apply_policy", _shown(self.policy))


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
        return ("guard_remove_policy", None if self.previous is None else _shown(self.previous))


@Operations.implementation_for(ApplyPolicy)
def _apply(operations: Operations, operation: ApplyPolicy) -> None:
    policy = _policy(operations, operation.policy)
    context = operations.get_context()
    if context.as_sql:
        previous = None if operation.previous is None else _policy(operations, operation.previous)
        for statement in script(policy, previous, transaction=False):
            context.impl.static_output(statement)
        return
    connection = _psycopg(operations)
    report = Report(policy.name, policy.version)
    with report.listening(connection), joined(connection) as installer:
        apply_within(installer, policy, report)
    _tell(report)


@Operations.implementation_for(RemovePolicy)
def _remove(operations: Operations, operation: RemovePolicy) -> None:
    context = operations.get_context()
    if context.as_sql:
        for statement in removal_script(transaction=False):
            context.impl.static_output(statement)
        return
    connection = _psycopg(operations)
    report = Report("", "")
    with report.listening(connection), joined(connection) as installer:
        remove_within(installer, report)
    _tell(report)


@renderers.dispatch_for(ApplyPolicy)
def _render_apply(context: AutogenContext, operation: ApplyPolicy) -> str:
    previous = "" if operation.previous is None else f", previous={_path(operation.previous)!r}"
    context.imports.add("import sminion_guard.migrate.operations")
    return f"op.guard_apply_policy({_path(operation.policy)!r}{previous})"


@renderers.dispatch_for(RemovePolicy)
def _render_remove(context: AutogenContext, operation: RemovePolicy) -> str:
    previous = "" if operation.previous is None else f"previous={_path(operation.previous)!r}"
    context.imports.add("import sminion_guard.migrate.operations")
    return f"op.guard_remove_policy({previous})"


def _path(source: Source) -> str:
    """:raises InstallError: SG440 for a policy that is no file, which a migration could not name."""
    if isinstance(source, Policy):
        raise InstallError(
            "SG440", f"policy `{source.name}` has no file that a migration could name",
            hint="write it to a file beside the migrations, and pass its path",
        )
    return Path(source).as_posix()


def _shown(source: Source) -> str:
    return f"{source.name} {source.version}" if isinstance(source, Policy) else Path(source).as_posix()


def _policy(operations: Operations, source: Source) -> Policy:
    if isinstance(source, Policy):
        return source
    path = Path(source)
    environment = operations.get_context().environment_context
    if not path.is_absolute() and environment is not None:
        path = Path(environment.script.dir) / path
    return load(path)


def _psycopg(operations: Operations) -> psycopg.Connection[Any]:
    """The connection below SQLAlchemy's.

    :raises InstallError: SG416 when the migration runs over another driver.
    """
    driver = operations.get_bind().connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise InstallError(
            "SG416",
            f"the migration runs over `{type(driver).__module__}`",
            hint="let env.py use a `postgresql+psycopg://` URL, or write a script with `--sql`",
        )
    return driver


def _tell(report: Report) -> None:
    for line in [*(problem.render() for problem in report.problems), *report.skipped, *report.warnings]:
        _log.warning(line)
    for line in [*(f"repaired: {entry}" for entry in report.repaired), *report.notices]:
        _log.info(line)
