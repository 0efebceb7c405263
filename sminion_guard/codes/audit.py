"""6xx: the logs."""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.code import Code

AUDIT = (
    Code("SG601", "log cannot be written",
         "nothing is released before it is on record",
         "see why in the detail, and try again when the log can be written",
         errors.AuditUnavailable),
    Code("SG602", "log has no room for this month",
         "the log is divided by months, which are made ahead",
         "run `SELECT sminion.extend_log()`, and schedule it with `settle`",
         errors.AuditUnavailable),
    Code("SG603", "ticket of another login in the log",
         "each login records what it did itself, under tickets that are committed",
         "record it with the login that opened the ticket",
         errors.AuditUnavailable),
    Code("SG604", "gap in the log",
         "the rows of one writer follow one another, so that none can be missing unseen",
         "open a log of your own with `sminion.open_log`, and send its batches in order",
         errors.AuditUnavailable),
    Code("SG605", "malformed entry of the log",
         "what the log cannot express is not on record, so it is not released",
         "report it, with the detail",
         errors.AuditUnavailable),
    Code("SG606", "log is kept",
         "months that have not ended are never dropped",
         "pass the first day of a month that is to be kept",
         errors.AuditUnavailable),
    Code("SG607", "home of a log refused",
         "the log of a login is kept where its tickets can be looked at, or where the DBA said they cannot",
         "declare a login of its own for the log of another database",
         errors.AuditUnavailable),
)
