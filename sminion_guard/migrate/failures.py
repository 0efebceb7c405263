"""Errors of the server while installing, as errors of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from sminion_guard.codes import raised_by_server
from sminion_guard.errors import GuardError, InstallError


def translate(error: psycopg.Error, doing: str, *, superuser: bool = False) -> GuardError:
    """The error of the catalogue that says what ``error`` means here.

    :param doing: what was under way, such as the key of a compiled statement.
    :param superuser: the installing role is one, so it is not the one that lacks a privilege.
    """
    diag = error.diag
    said = diag.message_primary or str(error).strip() or type(error).__name__
    ours = raised_by_server(diag.sqlstate, said, detail=diag.message_detail, hint=diag.message_hint)
    if ours is not None:
        return ours
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
    if isinstance(error, psycopg.errors.InsufficientPrivilege) and superuser:
        return InstallError(
            "SG413",
            f"a privilege is missing for {doing}, and not to the installing role",
            detail="\n".join(part for part in (said, diag.message_detail, diag.context) if part),
            hint="what the detail names was refused to `sminion_owner`, or by a function of the application: grant it"
            " to that role, or let the function not refuse it",
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


def is_superuser(connection: psycopg.Connection[Any]) -> bool:
    """Whether the role that acts now is a superuser, by what the server last reported."""
    return connection.info.parameter_status("is_superuser") == "on"


@contextmanager
def translated(doing: str, *, superuser: bool = False) -> Iterator[None]:
    """Within it, errors of the server become errors of ours; ``superuser`` as for :func:`translate`."""
    try:
        yield
    except psycopg.Error as error:
        raise translate(error, doing, superuser=superuser) from error
