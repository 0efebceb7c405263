"""Judges statements before they are sent: a text, a purpose and a compartment become a verdict.

Names are looked up in a snapshot of the login's catalog, which is compared with the database now and then, and before a
statement is refused because of a name that the snapshot does not have.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any

import psycopg
from psycopg import IsolationLevel

from sminion_guard.analyzer import Verdict, analyze
from sminion_guard.analyzer.cache import Cache
from sminion_guard.analyzer.catalog import Catalog
from sminion_guard.analyzer.catalog_read import FreshCatalog
from sminion_guard.analyzer.frame import Frame, frame
from sminion_guard.analyzer.harmless import harmless
from sminion_guard.analyzer.staged import State, staged
from sminion_guard.errors import PolicyError, TicketRefused
from sminion_guard.policy import Compartment, Policy
from sminion_guard.session.tickets.pooled import AS_ITSELF

MOST_JUDGED = 4096
"""Judgements kept: the same text in the same state of a transaction is judged once. The one used longest ago goes."""
LONGEST_KEPT = 20_000
"""Characters of a text whose judgement is kept."""
STALE_AFTER = 30.0
"""Seconds after which the catalog is compared with the database again, while statements go on."""
_UNKNOWN = frozenset({"SG105", "SG107"})
"""Refusals that a newer catalog may lift: at once, not after :data:`STALE_AFTER`."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """By what statements are judged. Another policy or catalog is another rule: no judgement outlives its own."""

    policy: Policy
    catalog: Catalog
    frames: dict[tuple[str, str | None], Frame]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A judgement, with what it was found from: kept so that nothing else gets the identity of the state."""

    rule: _Rule
    state: State
    verdict: Verdict
    after: State


class Judge:
    """For one server and login. Thread-safe.

    :param conninfo: of the guarded connections.
    :param policy: the one in force.
    :param fresh: a snapshot of the catalog; None to take one now.
    :raises psycopg.Error: when the catalog cannot be read.
    """

    def __init__(self, conninfo: str, policy: Policy, *, fresh: FreshCatalog | None = None) -> None:
        self._conninfo = conninfo
        self._refreshing, self._replacing = Lock(), Lock()
        self._judged: Cache[_Judged] = Cache(MOST_JUDGED)
        if fresh is None:
            with self._reading() as connection:
                fresh = FreshCatalog(connection)
        self._fresh = fresh
        self._rule = _Rule(policy, self._fresh.catalog, {})
        self._checked = time.monotonic()

    def judge_by(self, policy: Policy) -> None:
        """From here on by ``policy``."""
        with self._replacing:
            if policy is not self._rule.policy:
                self._replace(policy)

    def begin_anew(self) -> None:
        """For a forked process: the catalog is as good as before."""
        self._refreshing, self._replacing = Lock(), Lock()

    @property
    def catalog(self) -> Catalog:
        """The snapshot that names are looked up in."""
        return self._rule.catalog

    def compartments(self, purpose: str) -> tuple[Compartment, ...]:
        """The compartments of a purpose; none of one that the policy does not know."""
        try:
            return _frame(self._rule, purpose, None).compartments
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
        rule = self._rule
        key = (sql, purpose, role, id(state))
        known = self._judged.get(key)
        if known is None or known.rule is not rule:
            view = _frame(rule, purpose, role)
            verdict = analyze(sql, catalog=rule.catalog, policy=view.policy, purpose=purpose, compartment=role)
            known = _Judged(rule, state, *staged(verdict, state, view))
            if len(sql) <= LONGEST_KEPT:
                self._judged.put(key, known)
        return known.verdict, known.after

    def harmless(self, sql: str) -> bool:
        """Whether a text is about nobody, and needs no purpose."""
        return harmless(sql, self.catalog)

    def doubts(self, verdict: Verdict) -> bool:
        """Whether a newer catalog may lift the refusal: see :meth:`refresh`."""
        return not verdict.allowed and not _UNKNOWN.isdisjoint(reason.code for reason in verdict.reasons)

    def refresh(self) -> bool:
        """Take a new snapshot of the catalog if it has changed; whether it had.

        Where none can be had the old one serves on: the server decides in any case.
        """
        try:
            with self._refreshing, self._reading() as connection:
                changed = self._fresh.refresh(connection)
        except psycopg.Error:
            return False
        with self._replacing:
            if self._fresh.catalog is not self._rule.catalog:
                self._replace(self._rule.policy)
        return changed

    def _replace(self, policy: Policy) -> None:
        """Judge by another rule, which replaces the one before as a whole: threads see all of it, or none."""
        self._rule = _Rule(policy, self._fresh.catalog, {})
        self._judged = Cache(MOST_JUDGED)  # a judgement keeps its rule, and so a catalog

    @contextmanager
    def _reading(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection to read the catalog by, in one snapshot, as a new session of the login sees it."""
        with psycopg.connect(self._conninfo, prepare_threshold=None) as connection:
            connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
            connection.execute(AS_ITSELF)
            yield connection


def _frame(rule: _Rule, purpose: str, role: str | None) -> Frame:
    view = rule.frames.get((purpose, role))
    if view is None:
        try:
            view = rule.frames[purpose, role] = frame(rule.policy, purpose, role)
        except (PolicyError, ValueError) as error:
            raise TicketRefused(
                "SG208", f"the policy in force has no compartment `{role}` of purpose `{purpose}` any more",
                hint="begin a new transaction",
            ) from error
    return view
