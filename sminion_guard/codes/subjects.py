"""5xx: subjects' rights and their states."""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.code import Code

SUBJECTS = (
    Code("SG501", "purpose unknown",
         "only purposes of the installed policy have a state",
         "see `sminion-guard policy show`",
         errors.PolicyError),
    Code("SG502", "purpose does not rest on consent",
         "consent changes nothing where another basis stands behind the processing",
         "use `object` for a legitimate interest; a contract or law leaves no choice",
         errors.PolicyError),
    Code("SG503", "purpose does not rest on a legitimate interest",
         "an objection concerns processing by legitimate interest",
         "use `withdraw_consent` for a consent; a contract or law leaves no choice",
         errors.PolicyError),
    Code("SG504", "subject key malformed",
         "the key must be a value of the policy's `subject_key` type",
         "pass the key as it stands in the subject column",
         errors.PolicyError),
    Code("SG505", "history cannot be changed",
         "the record of what happened is append-only",
         "record a correction as a new event",
         errors.GuardError),
    Code("SG506", "reason missing",
         "every change of a subject's state says why",
         "pass a non-empty reason",
         errors.PolicyError),
    Code("SG507", "older transactions still running",
         "a statement that began before a block may still read with its snapshot",
         "end them (pg_locks.virtualtransaction tells the process), or wait longer",
         errors.GuardError),
)
