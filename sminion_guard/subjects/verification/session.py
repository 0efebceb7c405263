"""A connection that reads everything, runs no code of others, and leaves the key in no log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row

from sminion_guard import resources
from sminion_guard.subjects.verification.found import OutOfSight

Row = dict[str, Any]

# row_security off: PostgreSQL refuses where a policy would hide rows, and calls no function of a policy.
_FIXED = {"search_path": "pg_catalog, pg_temp", "row_security": "off", "constraint_exclusion": "off", "jit": "off",
          "lock_timeout": "2s", "idle_in_transaction_session_timeout": "0"}
# Parameters of statements go into the log of the server where somebody logs statements.
_QUIET = {"log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0"}
_MODULES = {"auto_explain.log_min_duration": "-1", "pgaudit.log_parameter": "off"}


def prepare(connection: psycopg.Connection[Any]) -> tuple[OutOfSight, ...]:
    """Set what the search needs, for the session; what could not be kept out of the server's log."""
    for name, value in _FIXED.items():
        connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", [name, value])
    loud = [name for name, value in _QUIET.items() if not _set(connection, name, value)]
    for name, value in _MODULES.items():
        ((known,),) = connection.execute("SELECT pg_catalog.current_setting(%s, true)", [name]).fetchall()
        if known is not None and not _set(connection, name, value):
            loud.append(name)
    return tuple(OutOfSight("log of the server", name, "this login may not set it: where statements are logged, the"
                            " search itself may have left the key there") for name in loud)


def _set(connection: psycopg.Connection[Any], name: str, value: str) -> bool:
    try:
        with connection.transaction():
            connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", [name, value])
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


@contextmanager
def reading(connection: psycopg.Connection[Any], seconds: float) -> Iterator[None]:
    """A transaction with one snapshot that writes nothing, whose statements are bounded."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        bound(connection, seconds)
        yield


def bound(connection: psycopg.Connection[Any], seconds: float) -> None:
    """End the statements of this transaction that take longer."""
    milliseconds = max(1, int(seconds * 1000))
    connection.execute("SELECT pg_catalog.set_config('statement_timeout', %s, true)", [f"{milliseconds}ms"])


def ask(connection: psycopg.Connection[Any], query: str, /, **values: object) -> list[DictRow]:
    """The rows of a query of ``sql/queries/verification``."""
    with connection.cursor(row_factory=dict_row) as cursor:
        text = resources.sql_text(f"queries/verification/{query}")
        # Without values psycopg does not read `%%`.
        return cursor.execute(text.encode(), values or {}).fetchall()


def why(error: psycopg.Error) -> str:
    """Why something was not read. Never the server's message of a value, which might name one."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return "it takes longer than the time that was given: pass `--timeout`"
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return f"this login may not read it: {error.diag.message_primary}"
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return "somebody holds a lock on it"
    return f"the server refused it ({error.sqlstate})"
