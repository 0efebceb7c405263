"""``op.guard_processing``: a block of a migration that acts for a purpose, online or in a script."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from alembic.operations import MigrateOperation, Operations
from psycopg import sql

from sminion_guard.errors import InstallError
from sminion_guard.migrate.processing import opening, processing

_ENTER = "SELECT set_config('sminion.role_before', current_setting('role'), true), set_config('role', 'none', true)"
_LEAVE = (
    "SELECT set_config('role', current_setting('sminion.role_before'), true),"
    " set_config('sminion.token', '', true), set_config('sminion.role_before', '', true)"
)
"""Of a script, which keeps in the session what a block in Python keeps for itself."""


@Operations.register_operation("guard_processing")
class Processing(MigrateOperation):
    """Only a name for the block: nothing of it can be rendered, or reversed by itself."""

    @classmethod
    def guard_processing(
        cls,
        operations: Operations,
        purpose: str,
        *,
        reason: str,
        actor: str | None = None,
        schemas: Sequence[str] | None = None,
        unit: str | None = None,
        basis_ref: str | None = None,
        subject: Any = None,
        kind: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Any:
        """A block in which the migration acts for ``purpose``; the parameters are those of ``migrate.processing``."""
        said: dict[str, Any] = {
            "reason": reason, "actor": actor, "schemas": schemas, "unit": unit, "basis_ref": basis_ref,
            "subject": subject, "kind": kind, "values": values,
        }
        if operations.get_context().as_sql:
            return _in_script(operations, opening(purpose, **said))
        return processing(operations.get_bind(), purpose, **said)


@contextmanager
def _in_script(operations: Operations, call: sql.Composed) -> Iterator[None]:
    context = operations.get_context()
    if not context.impl.transactional_ddl:
        raise InstallError(
            "SG462", "the script is written without transactions",
            hint="leave `transactional_ddl` of context.configure() as it is: a ticket is committed before it is used",
        )
    # A name of its own for each purpose and reason: if a ticket is not opened and the client goes on all the same, it
    # finds no token of another block. To clear one is not enough, because a rollback brings it back.
    text = call.as_string(None)
    opened = f"sminion.opened_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    context.impl.static_output("-- The ticket is committed before it opens anything, and with it what was done so far.")
    context.impl.static_output(
        f"SELECT set_config('{opened}', '', false), set_config('{opened}', {text}, false) IS NOT NULL AS ticket_opened;"
    )
    context.impl.emit_commit()
    context.impl.emit_begin()
    context.impl.static_output(f"{_ENTER};")
    context.impl.static_output(f"SELECT sminion.enter(current_setting('{opened}'));")
    yield
    context.impl.static_output(f"{_LEAVE}, set_config('{opened}', '', false);")
