"""Judges statements before they are sent, and writes down what was judged and what came of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import Any, Literal, get_args

import psycopg
from psycopg import IsolationLevel

from sminion_guard.analyzer import Verdict, analyze
from sminion_guard.analyzer.catalog import Catalog
from sminion_guard.analyzer.catalog_read import FreshCatalog
from sminion_guard.analyzer.excerpt import excerpt
from sminion_guard.analyzer.frame import Frame, frame
from sminion_guard.analyzer.harmless import harmless
from sminion_guard.analyzer.staged import State, staged
from sminion_guard.codes import error_class
from sminion_guard.errors import AuditUnavailable, GuardError, PolicyError, TicketRefused
from sminion_guard.policy import Compartment, Policy
from sminion_guard.session.recording.maintenance import Maintenance
from sminion_guard.session.recording.receipt import Receipt
from sminion_guard.session.recording.rows import Result, Statement
from sminion_guard.session.recording.shapes import Known, Shapes
from sminion_guard.session.recording.writer import AuditWriter
from sminion_guard.session.tickets.pooled import AS_ITSELF

Mode = Literal["strict", "strict_transaction"]
"""``strict``: no result is released before its row is on disk. ``strict_transaction``: that holds for the first result
of a transaction, and for all of them before it ends. There is no weaker one."""
MODES: tuple[str, ...] = get_args(Mode)

MOST_STAGED = 4096
"""Judgements remembered: the same text in the same state of a transaction is judged once."""
STALE_AFTER = 30.0
"""Seconds after which the catalog is compared with the database again, while statements go on."""
_UNKNOWN = frozenset({"SG105", "SG107"})
"""Refusals that a newer catalog may lift: at once, not after :data:`STALE_AFTER`."""
_TOKEN = re.compile(rb"'(\d+)\.")


class Auditor:
    """For one server and login. Thread-safe.

    :param conninfo: of the guarded connections.
    :param policy: the one in force.
    :param log: the address of the log; None when it is in the same database.
    :param maintained: the addresses of databases to maintain.
    :raises psycopg.Error: when the catalog cannot be read.
    """

    def __init__(
        self, conninfo: str, policy: Policy, *, log: str | None = None, maintained: Iterable[str] = ()
    ) -> None:
        self.writer = AuditWriter(log or conninfo)
        self._maintenance = Maintenance(maintained)
        self._shapes = Shapes()
        self._staged: dict[tuple[int, int, int], tuple[Verdict, State, object]] = {}
        self._conninfo = conninfo
        self.judge_by(policy)
        self._refreshing = Lock()
        with self._reading() as connection:
            self._fresh = FreshCatalog(connection)
        self._checked = time.monotonic()

    def judge_by(self, policy: Policy) -> None:
        """From here on by ``policy``."""
        # Replaced as one: threads see both.
        self._rule: tuple[Policy, dict[tuple[str, str | None], Frame]] = (policy, {})

    def begin_anew(self) -> None:
        """For a forked process; its writer begins anew by itself, the catalog is as good as before."""
        self._refreshing = Lock()

    @contextmanager
    def _reading(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection to read the catalog by, in one snapshot, as a new session of the login sees it."""
        with psycopg.connect(self._conninfo, prepare_threshold=None) as connection:
            connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
            connection.execute(AS_ITSELF)
            yield connection

    @property
    def catalog(self) -> Catalog:
        """The snapshot that names are looked up in."""
        return self._fresh.catalog

    def rooms(self, purpose: str) -> tuple[Compartment, ...]:
        """The compartments of a purpose; none of one that the policy does not know."""
        try:
            return self._frame(purpose, None).compartments
        except TicketRefused:
            return ()

    def judge(self, sql: str, purpose: str, role: str | None, state: State) -> tuple[Verdict, State]:
        """The verdict on a text, and the state of its transaction once it has run.

        :param role: of the transaction's compartment; None while it is open which one it will be.
        :raises TicketRefused: SG208 when the policy changed, and there is no such compartment any more.
        """
        if time.monotonic() - self._checked > STALE_AFTER:
            self._checked = time.monotonic()
            Thread(target=self.refresh, name="sminion_guard catalog", daemon=True).start()
        view = self._frame(purpose, role)
        verdict = analyze(sql, catalog=self.catalog, policy=view.policy, purpose=purpose, compartment=role)
        key = (id(verdict), id(state), id(view))
        known = self._staged.get(key)
        if known is None:
            if len(self._staged) >= MOST_STAGED:
                self._staged.clear()
            # With what it was found from, so that nothing else gets their identity.
            known = self._staged[key] = (*staged(verdict, state, view), (verdict, state, view))
        return known[0], known[1]

    def harmless(self, sql: str) -> bool:
        """Whether a text is about nobody, and needs no purpose."""
        return harmless(sql, self.catalog)

    def doubts(self, verdict: Verdict) -> bool:
        """Whether a newer catalog may lift the refusal: see :meth:`refresh`."""
        return not _UNKNOWN.isdisjoint(reason.code for reason in verdict.reasons)

    def _frame(self, purpose: str, role: str | None) -> Frame:
        policy, frames = self._rule
        view = frames.get((purpose, role))
        if view is None:
            try:
                view = frames[purpose, role] = frame(policy, purpose, role)
            except (PolicyError, ValueError) as error:
                raise TicketRefused(
                    "SG208", f"the policy in force has no compartment `{role}` of purpose `{purpose}` any more",
                    hint="begin a new transaction",
                ) from error
        return view

    def refresh(self) -> bool:
        """Take a new snapshot of the catalog if it has changed; whether it had.

        Where none can be had the old one serves on: the server decides in any case.
        """
        try:
            with self._refreshing, self._reading() as connection:
                return self._fresh.refresh(connection)
        except psycopg.Error:
            return False

    def announce(self, verdict: Verdict, ticket: int, *, hurry: bool = True) -> tuple[Receipt, Known]:
        """Hand in the row of a statement that is about to be sent, or is refused.

        It is written while the statement runs. Where subjects are to follow it lingers for a moment: their rows must be
        on disk as well, and a result that comes quickly shares one commit with its statement.

        :param hurry: False where nobody waits for it before the transaction ends.
        :raises AuditUnavailable: when no row can be taken.
        """
        self._maintenance.wake()
        known = self._shapes.of(verdict)
        hurry = hurry and not known.shows_subjects
        return self.writer.record(Statement(ticket, known.shape), hurry=hurry), known

    def close(self) -> None:
        """Write what waits for the log; no more is taken."""
        self._maintenance.close()
        self.writer.close()

    def record_result(self, of: Receipt, result: Result) -> Receipt:
        """Hand in what came of it. Who waits for it says so by waiting."""
        return self.writer.record_result(of, result, hurry=False)


def refusal(verdict: Verdict) -> GuardError:
    """The refusal as an error that shows the places in the text, and whose detail names all further reasons."""
    first, *others = verdict.reasons
    further = [f"{reason.code}: {reason.message}" for reason in others]
    detail = "\n".join([*([first.detail] if first.detail else []), *further])
    return error_class(first.code)(
        first.code, first.message, detail=detail or None, hint=first.hint, excerpt=excerpt(verdict.sql, first))


def ticket_number(entering: bytes) -> int:
    """The number of the ticket that ``entering`` activates.

    :raises AuditUnavailable: SG601 when it has none.
    """
    found = _TOKEN.search(entering)
    if found is None:
        raise AuditUnavailable("SG601", "the ticket of this transaction has no number", hint="open a new ticket")
    return int(found.group(1))
