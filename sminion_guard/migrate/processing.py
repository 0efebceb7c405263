"""``op.guard_processing``: data migrations under a ticket.

Whoever migrates usually owns the tables, and row security binds owners too: without a ticket they see no row. So a
migration that changes rows says what for, like everybody else, with a purpose that the policy gives to its login:

    def upgrade():
        with op.guard_processing("migration", reason="Countries from postal codes, issue 1234"):
            op.execute("UPDATE crm.customer SET country = ...")

The ticket must be committed before it opens anything, and the migration must not be. So it is opened by a connection of
its own; a script commits in between instead. Within the block the role is that of the compartment, which may change
rows and no tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from alembic.operations import MigrateOperation, Operations
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb
from sqlalchemy.engine import Connection

from sminion_guard.errors import InstallError
from sminion_guard.migrate.failures import translated
from sminion_guard.migrate.migration import driver_connection

_LOCK_TIMEOUT = "5s"
"""For the connection that opens the ticket: the migration may hold a lock that it would wait for, without end."""
_ENTER = "SELECT set_config('sminion.role_before', current_setting('role'), true), set_config('role', 'none', true)"
_LEAVE = (
    "SELECT set_config('role', current_setting('sminion.role_before'), true),"
    " set_config('sminion.token', '', true), set_config('sminion.role_before', '', true)"
)


@contextmanager
def processing(
    connection: Connection | psycopg.Connection[Any],
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
) -> Iterator[None]:
    """A block in which ``connection`` acts for ``purpose``, for data migrations of any login of the policy.

    :param connection: of SQLAlchemy over psycopg 3, or of psycopg; a transaction has begun on it.
    :param purpose: one that the policy gives to the login that is connected.
    :param reason: why, for the log.
    :param actor: who acts; by default the login.
    :param schemas: what is needed, where the purpose has several compartments: schemas, or tables with own purposes.
    :param unit: the unit of the organisation that acts.
    :param basis_ref: what the processing rests on, such as the number of a contract.
    :param subject: whom it is about, for purposes that see blocked people.
    :param kind: the kind of the subject.
    :param values: the values of the ticket, such as a tenant.
    :raises TicketRefused: SG2xx, as `sminion.open_ticket` and `sminion.enter` say.
    :raises InstallError: SG462 outside of a transaction, or where the ticket cannot be opened.
    """
    below = connection if isinstance(connection, psycopg.Connection) else driver_connection(connection)
    if below.autocommit and below.info.transaction_status == TransactionStatus.IDLE:
        raise InstallError(
            "SG462", "the connection is in autocommit, and no transaction has begun",
            detail="purpose and ticket hold until the transaction ends, and each statement would be one",
            hint="begin one: `with connection.transaction():`; in a migration leave `autocommit_block()` first",
        )
    token = _opened(below, opening(
        purpose, reason=reason, actor=actor, schemas=schemas, unit=unit, basis_ref=basis_ref, subject=subject,
        kind=kind, values=values,
    ))
    with translated("entering the purpose"):
        below.execute(_ENTER)
        below.execute("SELECT sminion.enter(%s)", (token,))
    try:
        yield
    finally:
        # After an error there is nothing to take back: the settings end with the transaction, or with its savepoint.
        if below.info.transaction_status == TransactionStatus.INTRANS:
            below.execute(_LEAVE)


def opening(
    purpose: str, *, reason: str, actor: str | None, schemas: Sequence[str] | None, unit: str | None,
    basis_ref: str | None, subject: Any, kind: str | None, values: Mapping[str, Any] | None,
) -> sql.Composed:
    """The call of ``sminion.open_ticket``, with its arguments as literals."""
    said: dict[str, sql.Composable] = {
        "purpose": sql.Literal(purpose),
        "actor": sql.SQL("'migration by ' || session_user") if actor is None else sql.Literal(actor),
        "reason": sql.Literal(reason),
    }
    if schemas is not None:
        said["schemas"] = sql.SQL("{}::text[]").format(sql.Literal(list(schemas)))
    for name, value in (("unit", unit), ("basis_ref", basis_ref), ("kind", kind)):
        if value is not None:
            said[name] = sql.Literal(value)
    if subject is not None:
        said["subject"] = sql.Literal(str(subject))
    if values is not None:
        said["values"] = sql.Literal(Jsonb(dict(values)))
    arguments = sql.SQL(", ").join(
        sql.SQL("{} => {}").format(sql.Identifier(name), value) for name, value in said.items()
    )
    return sql.SQL("sminion.open_ticket({})").format(arguments)


def _opened(below: psycopg.Connection[Any], call: sql.Composed) -> str:
    """A token, from a connection of its own that ends at once."""
    try:
        address = make_conninfo("", **below.info.get_parameters(), connect_timeout="10")
        beside = psycopg.connect(address, password=below.info.password or None, autocommit=True)
    except psycopg.OperationalError as error:
        raise InstallError(
            "SG462", "no second connection could be made to open the ticket",
            detail=str(error).strip(),
            hint="let the login connect twice; a password given to this connection is used again",
        ) from error
    with beside, translated("opening a ticket"):
        beside.execute("SELECT set_config('lock_timeout', %s, false)", (_LOCK_TIMEOUT,))
        row = beside.execute(sql.SQL("SELECT {}").format(call)).fetchone()
    assert row is not None
    return str(row[0])


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
    context.impl.static_output("-- The ticket is committed before it opens anything, and with it what was done so far.")
    context.impl.static_output(
        f"SELECT set_config('sminion.opened', {call.as_string(None)}, false) IS NOT NULL AS ticket_opened;"
    )
    context.impl.emit_commit()
    context.impl.emit_begin()
    context.impl.static_output(f"{_ENTER};")
    context.impl.static_output("SELECT sminion.enter(current_setting('sminion.opened'));")
    yield
    context.impl.static_output(f"{_LEAVE};")
