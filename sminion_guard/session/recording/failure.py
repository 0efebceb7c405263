"""Why a row of the log is not on disk, as errors of ours."""

from __future__ import annotations

import psycopg

from sminion_guard.codes import raised_by_server
from sminion_guard.errors import AuditUnavailable, GuardError

# Transactions that wait for the log may hold every session that a pooler has: then the log waits for them in turn.
_POOL = "; behind a pooler give the log a pool of its own, by `guard_log`"


def explained(error: Exception) -> GuardError:
    """What the application is told when a row could not be written because of ``error``."""
    if isinstance(error, GuardError):  # each waiter raises its own, with a traceback of its own
        return type(error)(error.code, error.message, detail=error.detail, hint=error.hint, excerpt=error.excerpt)
    if isinstance(error, psycopg.Error):
        diag = error.diag
        ours = raised_by_server(
            error.sqlstate, diag.message_primary or str(error), detail=diag.message_detail, hint=diag.message_hint)
        if ours is not None:
            return ours
    return AuditUnavailable(
        "SG601", "the log cannot be written, so nothing is released", detail=f"{type(error).__name__}: {error}".strip(),
        hint=f"see whether the log's database can be reached, then try again{_POOL}",
    )


def late(patience: float) -> AuditUnavailable:
    """The row is not on disk after ``patience`` seconds."""
    return AuditUnavailable(
        "SG601", f"the log was not written within {patience:g} seconds, so nothing is released",
        hint=f"see whether the log's database can be reached and is fast enough, then try again{_POOL}",
    )
