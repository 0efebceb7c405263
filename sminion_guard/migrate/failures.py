"""Errors of the server while installing, as errors of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from sminion_guard.codes import CODES, error_class
from sminion_guard.errors import GuardError, InstallError


def translate(error: psycopg.Error, doing: str) -> GuardError:
    """The error of the catalogue that says what ``error`` means here.

    :param doing: what was under way, such as the key of a compiled statement.
    """
    diag = error.diag
    said = diag.message_primary or str(error).strip() or type(error).__name__
    if diag.sqlstate in CODES:
        kind = error_class(diag.sqlstate)
        return kind(diag.sqlstate, said, detail=diag.message_detail, hint=diag.message_hint)
    if isinstance(error, psycopg.errors.LockNotAvailable) or _conflict(error):
        return InstallError(
            "SG410",
            f"another session was in the way of {doing}",
            detail=f"{said}: another installation, or a long transaction on one of the tables",
            hint="see pg_locks and pg_stat_activity for the holder, then repeat it: nothing was changed",
        )
    if isinstance(error, psycopg.errors.InvalidSchemaName) and '"sminion"' in said:
        return InstallError(
            "SG409", "the guard is not installed in this database", hint="run `sminion-guard install` first"
        )
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return InstallError(
            "SG413",
            f"the installing role lacks a privilege for {doing}",
            detail=said,
            hint="install as superuser, or as owner of the tables with CREATEROLE and, from 16 on, ADMIN on the roles",
        )
    detail = "\n".join(part for part in (said, diag.message_detail, diag.context) if part)
    return InstallError("SG418", f"the server refused {doing}", detail=detail, hint=diag.message_hint)


def is_transient(error: GuardError) -> bool:
    """Whether the same transaction, tried again, may well succeed."""
    return isinstance(error.__cause__, psycopg.Error) and _conflict(error.__cause__)


def _conflict(error: psycopg.Error) -> bool:
    if isinstance(error, (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)):
        return True
    # Roles are cluster-wide, and the lock of an installation is not: the catalogs themselves refuse the second.
    if isinstance(error, psycopg.errors.UniqueViolation):
        return error.diag.schema_name == "pg_catalog"
    return isinstance(error, psycopg.errors.InternalError_) and "concurrently" in (error.diag.message_primary or "")


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Within it, errors of the server become errors of ours."""
    try:
        yield
    except psycopg.Error as error:
        raise translate(error, doing) from error
