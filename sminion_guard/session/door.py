"""The one door of a guarded connection: which statements it lets in, and as what the server's refusals come out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import make_conninfo

from sminion_guard.errors import ContextEscape, GuardError
from sminion_guard.session.begin import CHANGED, IDLE, Row, sets_transaction, statement_text
from sminion_guard.session.context import Context, current
from sminion_guard.session.cursor import guarded
from sminion_guard.session.errors_from_server import NOT_PERMITTED, explain
from sminion_guard.session.guard import Guard
from sminion_guard.session.sent import Sent
from sminion_guard.session.without_purpose import WithoutPurpose

if TYPE_CHECKING:
    from psycopg.abc import PQGen, Query


class Door(WithoutPurpose[Row]):
    """Mixed into psycopg's connections, before them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._announced: Query | None = None
        self._sent = b""
        super().__init__(*args, **kwargs)

    def be_guarded_by(self, guard: Guard) -> None:
        """Called once, before the connection is handed out."""
        info = self.info
        self._home = (info.host, info.hostaddr, info.port, info.dbname, info.encoding, info.user)
        self._guard = guard
        self._gathers = guard.audit == "strict_transaction"

    @property
    def guard(self) -> Guard:
        """What this connection shares with the others."""
        return self._guard

    @property
    def cursor_factory(self) -> Any:
        """The class of client-side cursors; one that is set gets the guard mixed in."""
        return self._cursor_factory

    @cursor_factory.setter
    def cursor_factory(self, kind: type[Any]) -> None:
        self._cursor_factory = guarded(kind)

    @property
    def server_cursor_factory(self) -> Any:
        """The class of server-side cursors; one that is set gets the guard mixed in."""
        return self._server_cursor_factory

    @server_cursor_factory.setter
    def server_cursor_factory(self, kind: type[Any]) -> None:
        self._server_cursor_factory = guarded(kind)

    @contextmanager
    def setting_up(self) -> Iterator[None]:
        """For what must be asked of the server before anybody is served, such as its version or the OID of a type
        (``with connection.setting_up(): TypeInfo.fetch(connection, "hstore")``): without a purpose, in a transaction of
        its own, and as the login itself, which can read nothing but the catalog. Roll back before you go on.

        :raises ContextEscape: SG231 inside a transaction.
        """
        if self.pgconn.transaction_status != IDLE:
            raise ContextEscape(
                "SG231", "a transaction is running", hint="commit or roll back before you ask for what is outside of it"
            )
        self._unserved = True
        self._start_anew()
        try:
            yield
        finally:
            self._unserved = False

    def _start_query(self) -> PQGen[None]:
        announced, self._announced = self._announced, None
        self._stay_in_process()
        if self._unserved:
            yield from super()._start_query()
        elif announced is None:
            raise ContextEscape(
                "SG233", "this cursor was not made by its connection",
                hint="make cursors by `connection.cursor()`, also those of a `cursor_factory`",
            )
        elif self.pgconn.transaction_status != IDLE:
            self._stay_in_context()
            if self._waiting is not None and not sets_transaction(announced):
                yield from self._enter_now()
        elif not self._autocommit:
            self._first = announced
            try:
                yield from super()._start_query()
            finally:
                self._first = None
        elif statement_text(announced).strip(" \t\r\n\f;"):
            raise ContextEscape(
                "SG230", "a statement outside of a transaction has no ticket",
                hint="leave autocommit off, or use `with connection.transaction():`",
            )

    def _stay_in_context(self) -> None:
        """The context of the running transaction must be the current one.

        :raises ContextMissing: SG218.
        :raises ContextEscape: SG231.
        """
        if self._unserved or self._began_outside():
            return
        context, began = current(), self._context
        if context is not began and context != began:
            raise ContextEscape(
                "SG231", "the transaction began in another context",
                detail=f"it began {_who(began)}; the statement is {_who(context)}",
                hint="commit or roll back before you change the context",
            )

    def _about_to_send(self, statement: bytes) -> Sent | None:
        """Each statement with its final text, in its transaction, before it is sent."""
        self._sent = statement
        return self._judge(statement)

    def _conninfo(self) -> str:
        """The address of the log: the same database, the same login."""
        return make_conninfo(self.info.dsn, **({"password": self.info.password} if self.info.password else {}))

    def _tpc_begin_gen(self, xid: Any) -> PQGen[None]:
        try:
            yield from super()._tpc_begin_gen(xid)
        except BaseException:
            self._tpc = None  # psycopg notes it before it begins
            raise

    def _tpc_prepare_gen(self) -> PQGen[None]:
        if self._tpc and not self._tpc[1]:
            # Who prepares a transaction must be who commits it, and that is done outside of any: as the login.
            yield from self._exec_command(b"SET LOCAL ROLE NONE")
        yield from super()._tpc_prepare_gen()

    def _explained(self, error: psycopg.Error) -> GuardError | None:
        """What ``error`` means for the guard, if it is one of its refusals."""
        if self._ticket is not None and self._key is not None:
            self._not_taken(error.sqlstate, self._key, self._ticket)
        if error.sqlstate in (NOT_PERMITTED, CHANGED):
            self._guard.ask_soon(self._home)
        role = self._ticket.role if self._ticket else None
        refusal = explain(error, self._guard.policy_at(self._home), self._context, role, self._sent)
        self._stopped(error.sqlstate, refusal is not None)
        return refusal


def _who(context: Context | None) -> str:
    if context is None:
        return "outside of any"
    return f"for `{context.purpose}` by `{context.actor}` because of `{context.reason}`"
