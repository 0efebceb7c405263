"""The one catalogue of codes: every error of sminion_guard, in Python, SQL, CLI and docs, is one of these.

A number is never reused. A code raised by the server is the SQLSTATE itself. One module a range: 1xx judgement of a
statement, 2xx tickets and context, 3xx the policy file, 4xx installing, 5xx subjects' rights, 6xx audit (from 650 on
the sealed log), 7xx disclosure, 8xx the command line, the embedded server and the plugin for pytest, 9xx the doctor.
docs/CODES.md is made from it.
"""

from __future__ import annotations

from sminion_guard import errors
from sminion_guard.codes.audit import AUDIT
from sminion_guard.codes.code import Code
from sminion_guard.codes.command_line import COMMAND
from sminion_guard.codes.context import CONTEXT
from sminion_guard.codes.ddl import DDL
from sminion_guard.codes.disclosure import DISCLOSURE
from sminion_guard.codes.doctor import DOCTOR
from sminion_guard.codes.embedded import EMBEDDED
from sminion_guard.codes.extension import EXTENSION
from sminion_guard.codes.installing import INSTALL
from sminion_guard.codes.judgement import JUDGEMENT
from sminion_guard.codes.policy_file import POLICY
from sminion_guard.codes.proofs import PROOFS
from sminion_guard.codes.subjects import SUBJECTS
from sminion_guard.codes.testing import TESTING

__all__ = ["CODES", "Code", "error_class", "raised_by_server"]

CODES: dict[str, Code] = {
    entry.code: entry
    for group in (
        JUDGEMENT, CONTEXT, POLICY, INSTALL, DDL, EXTENSION, SUBJECTS, EMBEDDED, AUDIT, PROOFS, COMMAND, TESTING,
        DOCTOR, DISCLOSURE,
    )
    for entry in group
}
"""The catalogue: maps a code to its entry: what happened, why it is refused, what to do, and its exception class."""


PREFIX = "SG"
"""Of every code, and so of the SQLSTATEs of the guard."""


def error_class(code: str) -> type[errors.GuardError]:
    """The class that ``code`` is raised as; :class:`~sminion_guard.errors.GuardError` itself for an unknown code."""
    entry = CODES.get(code)
    return entry.error if entry else errors.GuardError


def raised_by_server(
    state: str | None, message: str, *, detail: str | None = None, hint: str | None = None
) -> errors.GuardError | None:
    """The error that the guard's SQL raised; None for an SQLSTATE that is none of the guard's.

    A code that is not in the catalogue is one of a newer version in the database: a refusal all the same.

    :param hint: where the server gave none, what the catalogue says to do.
    """
    if state is None or not state.startswith(PREFIX):
        return None
    entry = CODES.get(state)
    return error_class(state)(state, message, detail=detail, hint=hint or (entry.fix if entry else None))
