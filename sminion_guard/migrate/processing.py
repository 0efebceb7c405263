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
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb
from sqlalchemy.engine import Connection

from sminion_guard.errors import InstallError
from sminion_guard.migrate.driver import driver_connection
from sminion_guard.migrate.failures import translated

_LOCK_TIMEOUT = "5s"
"""For the connection that opens the ticket: the migration may hold a lock that it would wait for, without end."""
_GONE = ("25P01", "3B001")
"""The server knows no transaction, or not the savepoint of the block."""


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
    :raises InstallError: SG462 outside of a transaction, within another block, where the ticket cannot be opened, or
        when the block is left and the transaction that it began in has ended.
    """
    below = connection if isinstance(connection, psycopg.Connection) else driver_connection(connection)
    if below.autocommit and below.info.transaction_status == TransactionStatus.IDLE:
        raise InstallError(
            "SG462", "the connection is in autocommit, and no transaction has begun",
            detail="purpose and ticket hold until the transaction ends, and each statement would be one",
            hint="begin one: `with connection.transaction():`; in a migration leave `autocommit_block()` first",
        )
    role = _role_outside(below)
    token = _opened(below, opening(
        purpose, reason=reason, actor=actor, schemas=schemas, unit=unit, basis_ref=basis_ref, subject=subject,
        kind=kind, values=values,
    ))
    # Without it, a savepoint made in the block could be rolled back to after it, and would bring back role and ticket.
    below.execute("SAVEPOINT sminion_processing")
    try:
        with translated("entering the purpose"):
            below.execute("SELECT pg_catalog.set_config('role', 'none', true)")
            below.execute("SELECT sminion.enter(%s)", (token,))
        yield
    except BaseException as error:
        # Nothing to take back where the transaction is over, or the connection is lost.
        if below.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
            _leave(below, "ROLLBACK TO sminion_processing", error)
        raise
    _leave(below, sql.SQL(
        "SELECT pg_catalog.set_config('role', {}, true), pg_catalog.set_config('sminion.token', '', true)"
    ).format(sql.Literal(role)))
    _leave(below, "RELEASE sminion_processing")


def _role_outside(below: psycopg.Connection[Any]) -> str:
    """The role to return to, as SET ROLE takes it; kept here, since code that the block calls can change settings."""
    with translated("entering the purpose"), below.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT pg_catalog.current_setting('role'), pg_catalog.current_setting('sminion.token', true)").fetchone()
    assert row is not None
    if row[1]:
        raise InstallError(
            "SG462", "a purpose was entered in this transaction already",
            detail="blocks cannot be nested: a transaction acts for one purpose at a time",
            hint="leave the other block first, or write one block for both",
        )
    return str(row[0])


def _leave(below: psycopg.Connection[Any], statement: Any, error: BaseException | None = None) -> None:
    try:
        if below.info.transaction_status != TransactionStatus.IDLE:
            below.execute(statement)
            return
    except psycopg.Error as refused:
        if refused.sqlstate not in _GONE:
            raise
        error = error or refused
    raise InstallError(
        "SG462", "the transaction of the block ended within it",
        detail="purpose and ticket ended with it; what came after it ran without them",
        hint="commit or roll back after the block, and begin another block in the next transaction",
    ) from error


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
