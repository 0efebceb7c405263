"""Statements that need no purpose: what `/health` asks, and monitoring.

A transaction that begins outside of any context runs as the login itself, without role and ticket, READ ONLY, and with
``pg_catalog`` for names. So the server lets it see no row of anybody, and nothing is sent in it but what
:func:`~sminion_guard.analyzer.harmless.harmless` knows. It is not on record: the log is about tickets.
"""

from __future__ import annotations

from dataclasses import dataclass

from sminion_guard.errors import ContextMissing
from sminion_guard.session.judging import Judge
from sminion_guard.session.transaction.statement import Statement, built_in

SETTINGS = (
    b"SET LOCAL ROLE NONE", b"SET LOCAL search_path TO pg_catalog, pg_temp", b"SET TRANSACTION READ ONLY",
)
"""After BEGIN. pg_temp is named, and named last, since PostgreSQL asks it first for types unless it is named."""


@dataclass(frozen=True, slots=True)
class WithoutPurpose:
    """Judges the statements of such a transaction.

    :param missing: why it has no purpose.
    """

    missing: ContextMissing
    judging: Judge

    def judge(self, statement: Statement) -> None:
        """:raises ContextMissing: SG218 for a statement that is not harmless."""
        self.check_types(statement.types)
        if not statement.blank and not self.judging.harmless(statement.text):
            raise self.missing.with_traceback(None)

    def check_types(self, types: tuple[int, ...]) -> None:
        """Judge the types of parameters: to bind one of a domain runs the code of its CHECK.

        :raises ContextMissing: SG218 for a type that is not PostgreSQL's own.
        """
        if not built_in(types):
            raise self.missing.with_traceback(None)
