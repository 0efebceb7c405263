"""The SQLAlchemy dialect ``postgresql+sminion``: psycopg 3, with connections that are guarded.

Core needs no hooks in SQLAlchemy: the driver's connections begin their transactions under tickets and judge what they
send. So Core, the ORM, raw connections and driver connections are guarded alike, and no event costs time.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from sqlalchemy import Connection, Dialect, Engine, ExceptionContext, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGDialectAsync_psycopg
from sqlalchemy.engine import URL
from sqlalchemy.util.concurrency import await_only

from sminion_guard.errors import AuditUnavailable, ContextEscape
from sminion_guard.session.forks import begins_anew
from sminion_guard.session.guard import Guard, PolicySource
from sminion_guard.session.psycopg.connection import GuardedAsyncConnection, GuardedConnection
from sminion_guard.session.psycopg.hooks import ConnectionHooks
from sminion_guard.session.recording.recorder import Mode
from sminion_guard.session.sqlalchemy import orm
from sminion_guard.session.sqlalchemy.orm.self_test import prove
from sminion_guard.session.tickets.server_facts import Mismatch

if TYPE_CHECKING:  # importing it needs greenlet, which only asynchronous applications have
    from sqlalchemy.ext.asyncio import AsyncEngine


class GuardDialect(PGDialect_psycopg):
    """``create_engine("postgresql+sminion://...", guard_policy=...)``.

    :param guard_policy: a policy, the path of its file, or a guard that several engines share.
    :param guard_audit: how results and the log of statements are tied; ``strict`` when it is None.
    :param guard_primary: the address of the primary, for engines that read on its standby.
    :param guard_log: the address of another database for the log of statements.
    :param guard_policy_mismatch: what becomes of an engine whose policy is not the one in force; ``follow`` when it is
        None.
    :param guard_maintain: ``on`` or ``off``: whether the application maintains the database; ``on`` when it is None.
    """

    driver = "sminion"
    supports_statement_cache = True
    statement_compiler = orm.MatchingCompiler

    def __init__(
        self, guard_policy: Guard | PolicySource | None = None, guard_audit: Mode | None = None,
        guard_primary: str | None = None, guard_log: str | None = None,
        guard_policy_mismatch: Mismatch | None = None, guard_maintain: bool | str | None = None, **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.guard = Guard.of(
            guard_policy, audit=guard_audit, primary=guard_primary, log=guard_log,
            policy_mismatch=guard_policy_mismatch, maintain=guard_maintain,
        )
        orm.listen()

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Let the engine know what it would not find out by itself."""
        _tell(engine)
        orm.keep_by_purpose(engine, engine.dialect.guard)  # type: ignore[attr-defined]

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type[Dialect]:
        """For ``create_async_engine``."""
        return GuardAsyncDialect

    def connect(self, *cargs: Any, **cparams: Any) -> Any:
        """A new guarded connection.

        :raises ContextEscape: SG236 where SQLAlchemy or psycopg no longer calls what the guard overrides.
        """
        prove(GuardDialect)
        return GuardedConnection.connect(*cargs, policy=self.guard, **cparams)

    def on_connect(self) -> Any:
        """What a new connection goes through; one that is not ours goes no further."""
        inherited = super().on_connect()  # type: ignore[no-untyped-call]

        def check(connection: Any) -> None:
            _connected(self, connection)
            inherited(connection)

        return check

    def initialize(self, connection: Connection) -> None:
        """Ask the server for its version and the like, before anybody is served."""
        with _driver_connection(connection.connection.dbapi_connection).setting_up():
            super().initialize(connection)  # type: ignore[no-untyped-call]
            self.do_rollback(connection.connection)  # type: ignore[no-untyped-call]

    def do_rollback_to_savepoint(self, connection: Connection, name: str) -> None:
        """Possible outside of the block too, as a rollback is."""
        self._end_savepoint(connection, "ROLLBACK TO SAVEPOINT", name)

    def do_release_savepoint(self, connection: Connection, name: str) -> None:
        """Possible outside of the block too, as a commit is."""
        self._end_savepoint(connection, "RELEASE SAVEPOINT", name)

    def _end_savepoint(self, connection: Connection, command: str, name: str) -> None:
        driver: Any = _driver_connection(connection.connection.dbapi_connection)
        sent = driver.end_savepoint(f"{command} {self.identifier_preparer.quote(name)}".encode())
        if self.is_async:
            await_only(sent)


class GuardAsyncDialect(GuardDialect, PGDialectAsync_psycopg):
    """The dialect of ``create_async_engine``."""

    supports_statement_cache = True
    is_async = True

    def connect(self, *cargs: Any, **cparams: Any) -> Any:
        """A new guarded connection.

        :raises ContextEscape: SG235 when the engine was given another way to connect; SG236 as the synchronous one.
        """
        prove(GuardDialect)
        if "async_creator_fn" in cparams:
            raise _not_guarded("`async_creator_fn` makes connections that are not guarded")
        creator = partial(GuardedAsyncConnection.connect, policy=self.guard)
        return self.loaded_dbapi.connect(*cargs, async_creator_fn=creator, **cparams)


class _Forked:
    """The engine's connections in a forked process: closing them would close the parent's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = ref(engine)

    def begin_anew(self) -> None:
        engine = self._engine()
        if engine is not None:
            engine.dispose(close=False)


_forked: WeakKeyDictionary[Engine, _Forked] = WeakKeyDictionary()


def _leave_to_parent(engine: Engine) -> None:
    _forked[engine] = _Forked(engine)
    begins_anew(_forked[engine])


def _tell(engine: Engine) -> None:
    # A process that is forked leaves the connections of the engine to its parent, and makes its own.
    _leave_to_parent(engine)
    event.listen(engine, "handle_error", _lost_with_the_log)


def _lost_with_the_log(context: ExceptionContext) -> None:
    """A connection that was closed because the log cannot be written is replaced, as one lost to the network is."""
    if isinstance(context.original_exception, AuditUnavailable):
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False


_GUARDED: dict[type[Dialect], type[GuardDialect]] = {
    PGDialect_psycopg: GuardDialect,
    PGDialectAsync_psycopg: GuardAsyncDialect,
}


def guard_engine(engine: Engine | AsyncEngine, policy: Guard | PolicySource | None = None) -> None:
    """Guard an existing engine: its idle connections are closed, new ones are guarded.

    :param policy: a guard, a policy, or the path of its file; None takes the policy in force on the server.
    :raises ContextEscape: SG235 for an engine of another driver, or one with connections in use.
    """
    core = engine if isinstance(engine, Engine) else engine.sync_engine
    guarded = _GUARDED.get(type(core.dialect))
    if guarded is None:
        raise _not_guarded(f"the engine's dialect is `{core.dialect.name}+{core.dialect.driver}`")
    in_use = getattr(core.pool, "checkedout", int)()
    if in_use:
        raise _not_guarded(f"{in_use} of the engine's connections are in use")
    guard = Guard.of(policy)
    orm.listen()
    _tell(core)
    core.dialect.__class__ = guarded
    core.dialect.guard = guard  # type: ignore[attr-defined]
    orm.keep_by_purpose(core, guard)
    # Those of an async engine cannot be closed from here; dropped, they are closed when they are collected.
    core.dispose(close=isinstance(engine, Engine))
    # What `on_connect` checks for engines of our own; this engine asked its old dialect for it already.
    event.listen(core, "connect", lambda connection, record: _connected(core.dialect, connection))


def _connected(dialect: Any, connection: Any) -> None:
    """A new connection was made; statements of the ORM are compiled by the policy that is in force there."""
    found = _driver_connection(connection)
    if hasattr(dialect, "forms"):
        dialect.forms.home = found._home


def _driver_connection(connection: Any) -> ConnectionHooks[Any]:
    found = getattr(connection, "driver_connection", connection)
    if not isinstance(found, ConnectionHooks):
        raise _not_guarded(f"the engine was given a `{type(found).__name__}`")
    return found


def _not_guarded(what: str) -> ContextEscape:
    return ContextEscape(
        "SG235", what, detail="a guarded engine that handed out other connections would guard nothing",
        hint="let the engine connect by itself, through psycopg 3: no `creator`, no other driver",
    )
