"""How a guarded connection opens its tickets: by itself where it may write, through the primary on a standby.

Written against psycopg's generators, as :mod:`sminion_guard.session.begin` is, which says when a ticket is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from os import getpid
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import BaseConnection, generators, pq, sql
from psycopg.conninfo import make_conninfo

from sminion_guard.errors import ContextEscape, GuardError
from sminion_guard.session.context import Context, current
from sminion_guard.session.errors_from_server import NOT_PERMITTED
from sminion_guard.session.guard import Guard
from sminion_guard.session.pooled import AT_BEGIN, AT_ENTER, WHO_SERVES, is_pooled
from sminion_guard.session.primary import CANNOT_WRITE, Opened, Replay, standby_without_primary
from sminion_guard.session.startup import Facts, not_named
from sminion_guard.session.ticket import Home, Ticket
from sminion_guard.session.values import check_values

if TYPE_CHECKING:
    from psycopg.abc import PQGen
    from psycopg.pq.abc import PGresult

Row = TypeVar("Row", covariant=True)
T = TypeVar("T")

INERROR = pq.TransactionStatus.INERROR

_FACTS = (
    b"BEGIN; SET LOCAL ROLE NONE; "
    b"SELECT sminion.session_facts(), pg_catalog.pg_is_in_recovery(), " + WHO_SERVES + b"; COMMIT"
)
_FACTS_WITHIN = b"SET LOCAL ROLE NONE; SELECT sminion.session_facts(); SET LOCAL ROLE %s"
"""In a transaction that has entered its compartment, and stays there."""
EPOCH = b"SELECT sminion.epoch_in_force()"
_EPOCH_ALONE = b"BEGIN; SET LOCAL ROLE NONE; " + EPOCH + b"; COMMIT"
_RECOVERS = b"SELECT pg_catalog.pg_is_in_recovery()"
_BEGIN = b"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
# A ticket must be on disk before anything is read under it, whatever the session has chosen for its own commits.
_OPEN = sql.SQL(
    "SET LOCAL ROLE NONE; "
    "SELECT pg_catalog.set_config('synchronous_commit', 'on', true)"
    " WHERE pg_catalog.current_setting('synchronous_commit') = 'off'; "
    "SELECT sminion.open_ticket({purpose}, {actor}, {reason}, schemas => {schemas}::text[], unit => {unit},"
    " basis_ref => {basis_ref}, subject => {subject}, \"values\" => {values}::jsonb, kind => {kind}),"
    " sminion.session_facts(); "
    "COMMIT"
)
# What `enter` does once it has asked whether the ticket is good. SET is neither planned nor does it take a snapshot.
_SETTING = b"SET LOCAL sminion.token TO %s; SET LOCAL ROLE %s"


class Opening(BaseConnection[Row]):
    """Mixed into psycopg's connections, before them."""

    _guard: Guard
    _home: Home
    _at_begin = b""
    _at_enter = b""
    """What a pooled connection puts away first: see :mod:`sminion_guard.session.pooled`."""

    if TYPE_CHECKING:

        def _conninfo(self) -> str: ...

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._process = getpid()
        super().__init__(*args, **kwargs)

    def _stay_in_process(self) -> None:
        """A process that was forked has this connection too, and would read what its parent asked for.

        :raises ContextEscape: SG245.
        """
        if self._process != getpid():
            raise ContextEscape(
                "SG245", "this connection belongs to another process",
                detail=f"it was made by process {self._process}, and this is {getpid()}, forked from it",
                hint="connect anew in each process; a pool of psycopg is made after the fork",
            )

    def _current(self) -> Context:
        """The context of the transaction that is about to begin.

        :raises ContextMissing: SG218.
        :raises TicketRefused: SG227 for one that lacks what the policy says that each ticket carries.
        """
        context = current()
        check_values(context.values, self._guard.policy_at(self._home), context.purpose)
        return context

    def _open(self, context: Context) -> PQGen[Ticket]:
        """Open a ticket in a transaction of its own and keep it. Only here, where this connection runs none, so it can
        speak for itself: the same login, the same encryption, no second connection to keep alive."""
        tickets = self._guard.tickets
        asked_at = tickets.clock()
        literals = {
            name: sql.Literal(getattr(context, name))
            for name in ("purpose", "actor", "reason", "unit", "basis_ref", "subject", "values", "kind")
        }
        literals["schemas"] = sql.Literal(None if context.schemas is None else list(context.schemas))
        opened = yield from self._opened(_OPEN.format(**literals).as_bytes(self))
        facts = Facts.parse(opened.facts)
        self._guard.accept(self._home, facts, self.pgconn.server_version, asked_at)
        _, _, role = opened.token.split(b".", 2)
        quoted = pq.Escaping(self.pgconn).escape_literal
        setting = _SETTING % (quoted(opened.token), quoted(role))
        ticket = Ticket.opened(
            b"SELECT sminion.enter(" + quoted(opened.token) + b")", role.decode(self._charset), facts.ticket_lifetime,
            asked_at, setting=None if facts.alternating else setting,
        )
        tickets.put(self._home, context, ticket)
        return ticket

    def _opened(self, opening: bytes) -> PQGen[Opened]:
        primary = self._guard.primary
        if primary is not None and (yield from self._recovers()):
            encoding = (self.pgconn.parameter_status(b"client_encoding") or b"UTF8").decode()
            here = make_conninfo(self._conninfo(), client_encoding=encoding)
            opened = yield from self._aside(lambda: primary.open(_BEGIN, opening, here))
            yield from self._replayed(primary.replay(opened))
            return opened
        try:
            results = yield from self._alone(_BEGIN + opening)
        except psycopg.Error as error:
            if error.sqlstate in CANNOT_WRITE and (yield from self._recovers()):
                raise standby_without_primary() from error
            if error.sqlstate == NOT_PERMITTED:
                raise not_named(self._home[-1], str(error.diag.message_primary)) from error
            raise
        return Opened(results[-2].get_value(0, 0) or b"", results[-2].get_value(0, 1))

    def _check_in(self) -> PQGen[None]:
        """Once for each server and login: see :mod:`sminion_guard.session.startup`."""
        guard, home = self._guard, self._home
        if not guard.knows(home):
            asked_at = guard.tickets.clock()
            try:
                *_, answer, _ = yield from self._alone(_FACTS)
            except psycopg.Error as error:
                if error.sqlstate == NOT_PERMITTED:
                    raise not_named(home[-1], str(error.diag.message_primary)) from error
                raise
            facts = Facts.parse(answer.get_value(0, 0))
            if guard.primary is None and answer.get_value(0, 1) == b"t":
                raise standby_without_primary()
            if is_pooled(self, int(answer.get_value(0, 2) or b"0")):
                guard.pooled.add(home)
            guard.accept(home, facts, self.pgconn.server_version, asked_at)
        if home in guard.pooled:
            self._at_begin, self._at_enter = AT_BEGIN, AT_ENTER

    def _follow_alone(self) -> PQGen[None]:
        """Judge by the policy in force; outside of any transaction."""
        asked_at = self._guard.tickets.clock()
        *_, answer, _ = yield from self._alone(_EPOCH_ALONE)
        if not self._guard.judges_by(self._home, _epoch(answer)):
            *_, facts, _ = yield from self._alone(_FACTS)
            self._accept(facts, asked_at)

    def _follow_within(self, answer: PGresult, asked_at: float, role: str) -> PQGen[None]:
        """The same in a transaction that has entered its compartment.

        :param answer: to :data:`EPOCH`.
        :param role: of the compartment.
        """
        if not self._guard.judges_by(self._home, _epoch(answer)):
            quoted = pq.Escaping(self.pgconn).escape_literal(role.encode(self._charset))
            _, facts, _ = yield from self._converse(_FACTS_WITHIN % quoted)
            self._accept(facts, asked_at)

    def _accept(self, answer: PGresult, asked_at: float) -> None:
        facts = Facts.parse(answer.get_value(0, 0))
        try:
            self._guard.accept(self._home, facts, self.pgconn.server_version, asked_at)
        except GuardError:
            self._guard.ask_soon(self._home)  # else others would be served until it is time to ask again
            raise

    def _prepares(self, wanted: bool) -> None:
        """Behind a pooler prepare nothing by ourselves: not every pooler finds the statement's session again.

        :param wanted: whoever connected said from when on.
        """
        if self._at_begin and not wanted:
            self.prepare_threshold = None

    def _recovers(self) -> PQGen[bool]:
        """Whether the server is a standby now; it may have been promoted since."""
        (answer,) = yield from self._converse(_RECOVERS)
        return bool(answer.get_value(0, 0) == b"t")

    def _replayed(self, replay: Replay) -> PQGen[None]:
        """Wait until the standby has the ticket. The server sleeps between two looks: neither loop nor thread does."""
        answers = yield from self._converse(replay.first)
        while not replay.done(answers[-1]):
            answers = yield from self._converse(replay.again())

    def _aside(self, work: Callable[[], T]) -> PQGen[T]:
        """Do what blocks, while nothing is under way on this connection."""
        return work()
        yield  # a generator, for the asynchronous connection's sake

    def _alone(self, commands: bytes) -> PQGen[list[PGresult]]:
        """A transaction of our own; nothing is left of it after an error."""
        try:
            return (yield from self._converse(commands))
        except psycopg.Error:
            if self.pgconn.transaction_status == INERROR:
                yield from self._converse(b"ROLLBACK")
            raise

    def _converse(self, commands: bytes) -> PQGen[list[PGresult]]:
        """Send commands of our own as one string, also from within a pipeline, which knows no strings of several."""
        pipeline = self._pipeline
        if pipeline is not None:
            yield from pipeline._exit_gen()
            self.pgconn.exit_pipeline_mode()
        self.pgconn.send_query(commands)
        results: list[PGresult] = yield from generators.execute(self.pgconn)
        if pipeline is not None:
            self.pgconn.enter_pipeline_mode()
        for result in results:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise psycopg.errors.error_from_result(result, encoding=self._charset)
        return results

    @property
    def _charset(self) -> str:
        return self.info.encoding


def _epoch(answer: PGresult) -> int | None:
    said = answer.get_value(0, 0)
    return None if said is None else int(said)
