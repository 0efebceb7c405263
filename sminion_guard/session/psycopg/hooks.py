"""What the guard overrides in psycopg's connections.

Written against the generators that psycopg's sync and async connections share, so there is one logic for both. A cursor
judges its statement before psycopg's own generator runs (:meth:`ConnectionHooks._admit`). However else a transaction
begins (``transaction()``, ``tpc_begin``), psycopg sends the one command of ``_get_tx_start_command``, and every
transaction ends by a command that passes ``_exec_command``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import getpid
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import BaseConnection, pq, sql
from psycopg.conninfo import make_conninfo

from sminion_guard.errors import AuditUnavailable, ContextEscape, GuardError
from sminion_guard.session.forks import stay_in_process
from sminion_guard.session.guard import Guard, Services
from sminion_guard.session.psycopg import autocommit
from sminion_guard.session.psycopg.cursor import guarded
from sminion_guard.session.psycopg.exchange import perform, server_error
from sminion_guard.session.psycopg.prepared import PreparedByRole
from sminion_guard.session.recording.recorder import Recorder
from sminion_guard.session.recording.sent import Sent
from sminion_guard.session.tickets.cache import Home
from sminion_guard.session.transaction import ConnectionState, Effects, Receipts, Statement, Transaction
from sminion_guard.session.transaction.opening import check_in

if TYPE_CHECKING:
    from psycopg.abc import PQGen, QueryNoTemplate
    from psycopg.pq.abc import PGresult

Row = TypeVar("Row", covariant=True)
T = TypeVar("T")

IDLE = pq.TransactionStatus.IDLE
INTRANS = pq.TransactionStatus.INTRANS
_ENDS = (b"COMMIT", b"ROLLBACK")


class ConnectionHooks(BaseConnection[Row]):
    """Mixed into psycopg's connections, before them."""

    _state: ConnectionState
    _receipts: Receipts
    _transaction: Transaction
    _unrecorded: AuditUnavailable | None = None
    """Why the connection was closed, where that is because of the log."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._process = getpid()
        self._admitted = False  # whether a cursor of ours is about to send what it has judged
        self._implicit = False  # whether the transaction is that of one statement, in autocommit
        self._unserved = False  # see `setting_up`
        super().__init__(*args, **kwargs)
        self._by_role = PreparedByRole()
        self._prepared = self._by_role

    def be_guarded_by(self, guard: Guard) -> None:
        """Called once, before the connection is handed out."""
        info = self.info
        quote = pq.Escaping(self.pgconn).escape_literal
        self._state = ConnectionState(
            guard, (info.host, info.hostaddr, info.port, info.dbname, info.encoding, info.user),
            self.pgconn.server_version, lambda: self._charset, lambda value: sql.Literal(value).as_bytes(self),
            lambda text: bytes(quote(text)), self._own_address,
        )
        self._receipts = Receipts(gathers=guard.audit == "strict_transaction")
        self._begin_anew()

    @property
    def guard(self) -> Guard:
        """What this connection shares with the others."""
        return self._state.guard

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
        self._begin_anew()
        try:
            yield
        finally:
            self._unserved = False

    # Called by psycopg.

    def _start_query(self) -> PQGen[None]:
        admitted, self._admitted = self._admitted, False
        stay_in_process(self._process)
        if self._unserved:
            yield from super()._start_query()
        elif not admitted:
            raise ContextEscape(
                "SG233", "this cursor was not made by its connection",
                hint="make cursors by `connection.cursor()`, also those of a `cursor_factory`",
            )

    def _exec_command(
        self, command: QueryNoTemplate, result_format: pq.Format = pq.Format.TEXT
    ) -> PQGen[PGresult | None]:
        stay_in_process(self._process)
        if not self._unserved and isinstance(command, bytes):
            if command is self._begin_statement:
                self._begin_anew()
                yield from self._step(self._transaction.begin(command))
                return None
            if command.startswith(b"SAVEPOINT"):
                yield from self._step(self._transaction.before_savepoint())
            elif command in _ENDS:
                yield from self._settle()
        return (yield from super()._exec_command(command, result_format))

    def _rollback_gen(self) -> PQGen[None]:
        self._by_role.steady = self._pipeline is None and self.pgconn.transaction_status == INTRANS
        try:
            yield from super()._rollback_gen()
        finally:
            self._by_role.steady = False

    def _tpc_begin_gen(self, xid: Any) -> PQGen[None]:
        try:
            yield from super()._tpc_begin_gen(xid)
        except BaseException:
            self._tpc = None  # psycopg notes it before it begins
            raise

    def _tpc_prepare_gen(self) -> PQGen[None]:
        yield from self._settle()
        if self._tpc and not self._tpc[1]:
            # Who prepares a transaction must be who commits it, and that is done outside of any: as the login.
            yield from self._exec_command(b"SET LOCAL ROLE NONE")
        yield from super()._tpc_prepare_gen()

    # Called by cursors of ours.

    def _admit(
        self, statement: bytes | None, types: tuple[int, ...] = (), *, joins: bool = False, whole: bool = False
    ) -> PQGen[Sent | None]:
        """Judge a statement before it is sent, in its transaction, which begins where none runs.

        :param statement: with its final text; None where nothing is sent.
        :param types: of its parameters.
        :param joins: whether the cursor can send it in one flush with what begins the transaction.
        :param whole: whether it can be a transaction of its own, in autocommit; the cursor ends that.
        :returns: what was handed in to the log.
        :raises ContextEscape: SG230 in autocommit, for what needs a transaction that stays open.
        """
        stay_in_process(self._process)
        self._admitted = True
        if self._unserved:
            return None
        try:
            found = None
            if statement is not None:
                found = Statement(statement.decode(self._charset, "surrogateescape"), types, joins)
            if self.pgconn.transaction_status != IDLE:
                if found is not None:
                    return (yield from self._step(self._transaction.admit(found)))
                self._transaction.stay_in_context()
            elif not self._autocommit:
                self._begin_anew()
                begin = self._get_tx_start_command()
                if found is not None:
                    return (yield from self._step(self._transaction.start(begin, found)))
                yield from self._step(self._transaction.begin(begin))
            elif found is not None and not found.blank:
                return (yield from autocommit.begin(self, found, whole))
            return None
        except BaseException:
            self._admitted = False
            raise

    def _step(self, effects: Effects[T]) -> PQGen[T]:
        """Perform a step of the transaction."""
        try:
            return (yield from perform(self, effects))
        finally:
            self._by_role.role = self._transaction.role

    # Called by the connection's classes.

    def _serve_by(self, services: Services | None) -> None:
        """From here on statements are judged and recorded."""
        if services is not None:
            self._state.judge, self._state.recorder = services.judge, services.recorder
        self._begin_anew()

    def _check_in(self) -> PQGen[None]:
        """Once for each server and login: see :mod:`sminion_guard.session.tickets.server_facts`."""
        yield from self._step(check_in(self._state, self.pgconn.backend_pid))

    def _prepares(self, wanted: bool) -> None:
        """Behind a pooler prepare nothing by ourselves: not every pooler finds the statement's session again.

        :param wanted: whoever connected said from when on.
        """
        if self._state.pooled and not wanted:
            self.prepare_threshold = None

    def _explained(self, error: psycopg.Error) -> GuardError | None:
        """What ``error`` means for the guard, if it is one of its refusals."""
        return self._transaction.explain(server_error(self, error))

    def _withhold(self) -> None:
        """Nothing of what has arrived reaches the application, and the transaction cannot be committed."""
        for cursor in self._receipts.withhold():
            cursor._reset()
            if hasattr(cursor, "_iter_rows"):
                cursor._iter_rows = None
        self.pgconn.finish()

    def _settle(self) -> PQGen[None]:
        """Wait for the rows that the transaction owes the log, before it ends.

        :raises AuditUnavailable: and then the connection is closed, and nothing can be committed.
        """
        raise NotImplementedError
        yield

    def _aside(self, work: Callable[[], T]) -> PQGen[T]:
        """Do what blocks, while nothing is under way on this connection."""
        raise NotImplementedError
        yield

    def _read_catalog(self) -> bool:
        judge = self._state.judge
        return judge is not None and judge.refresh()

    def _begin_anew(self) -> None:
        """Nothing of the transaction before holds for the next one."""
        self._transaction = Transaction(self._state, self._receipts)

    @property
    def _home(self) -> Home:
        """The server and the login, for which the policy in force is known."""
        return self._state.home

    @property
    def _recorder(self) -> Recorder | None:
        return self._state.recorder

    @property
    def _charset(self) -> str:
        return self.info.encoding

    def _conninfo(self) -> str:
        """The address of the log: the same database, the same login."""
        return make_conninfo(self.info.dsn, **({"password": self.info.password} if self.info.password else {}))

    def _own_address(self) -> str:
        """The address of the connection, with its client encoding."""
        encoding = (self.pgconn.parameter_status(b"client_encoding") or b"UTF8").decode()
        return make_conninfo(self._conninfo(), client_encoding=encoding)
