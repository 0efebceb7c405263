"""Statements about nobody, which need no purpose: what `/health` asks, and monitoring.

A transaction that begins outside of any context is begun as the login itself, without role and ticket, READ ONLY, and
with ``pg_catalog`` for names, before the temporary schema, which PostgreSQL asks first for types unless it is named. So
the server lets it see no row of anybody, and the guard lets nothing be sent in it but what
:func:`~sminion_guard.analyzer.harmless.harmless` knows. It is not on record: the log is about tickets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sminion_guard.errors import ContextMissing
from sminion_guard.session.begin import IDLE, Row
from sminion_guard.session.choosing import Choosing, Undecided
from sminion_guard.session.context import current
from sminion_guard.session.cursor import UNSEEN
from sminion_guard.session.sent import Sent

if TYPE_CHECKING:
    from psycopg.abc import PQGen

_AS_NOBODY = b"; SET LOCAL ROLE NONE; SET LOCAL search_path TO pg_catalog, pg_temp; SET TRANSACTION READ ONLY"
_BUILT_IN = range(10_000)
"""The OIDs that PostgreSQL gives by hand, all to objects of ``pg_catalog``; 0 leaves the type to the statement."""


class WithoutPurpose(Choosing[Row]):
    """Mixed into psycopg's connections, before them."""

    _missing: ContextMissing | None = None
    """Why the transaction stands under no ticket; None for all others."""
    _begins = b""

    def _start_anew(self) -> None:
        super()._start_anew()
        self._missing = None

    def _begin(self, begin: bytes) -> PQGen[None]:
        try:
            current()
        except ContextMissing as missing:
            # Only where the text is about to be seen: not of a block, of COPY, or of a cursor that somebody declared.
            if self._first is None or self._first is UNSEEN or self._auditor is None:
                raise
            self._start_anew()
            self._choice = None
            self._missing, self._begins = missing, begin
            return
        yield from super()._begin(begin)

    def _judge(self, statement: bytes) -> Sent | None:
        missing = self._missing
        if missing is None or self._unserved or self._auditor is None:
            return super()._judge(statement)
        if not statement.strip(b" \t\r\n\f;"):  # a pool pings by it, outside of any transaction
            return None
        text = statement.decode(self._charset, "surrogateescape")
        if not self._auditor.harmless(text):
            raise missing.with_traceback(None)
        if self.pgconn.transaction_status == IDLE:
            raise Undecided("")
        return None

    def _judge_types(self, types: Sequence[int]) -> None:
        """Judge the parameters of what is about to be sent: to bind one of a domain runs the code of its CHECK.

        :raises ContextMissing: SG218 for a type that is not PostgreSQL's own, outside of a purpose.
        """
        if self._missing is not None and not self._unserved and not all(oid in _BUILT_IN for oid in types):
            raise self._missing.with_traceback(None)

    def _decide(self, role: str) -> PQGen[None]:
        if self._missing is None:
            yield from super()._decide(role)
        elif self.pgconn.transaction_status == IDLE:
            self._by_role.role = ""
            yield from self._converse(self._begins + _AS_NOBODY)

    def _began_outside(self) -> bool:
        """Whether the running transaction began outside of any context, and none is declared now."""
        if self._missing is None:
            return False
        try:
            current()
        except ContextMissing:
            return True
        return False
