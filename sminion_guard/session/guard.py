"""What the connections of one application share: its policy, its tickets, and what was checked of its servers."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sminion_guard.errors import PolicyError
from sminion_guard.policy import Policy, load
from sminion_guard.session.audit.auditor import Auditor, Mode
from sminion_guard.session.startup import Facts, check, warn_of_server
from sminion_guard.session.ticket import Home, TicketCache

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

PolicySource = Policy | str | PathLike[str]
"""A policy, or the path of its file."""


class Guard:
    """Shared by the connections of an engine or pool; one is enough for an application.

    :param policy: the policy of the application, or the path of its file. Without it the server judges alone, and its
        refusals are explained less well.
    :param tickets: where opened tickets are kept.
    :param audit: ``strict``: each statement is judged before it is sent, and its result released only when its row in
        the log of statements is on disk. None: tickets are the log.
    :raises PolicyError: for a file with errors.
    """

    def __init__(
        self, policy: PolicySource | None = None, *, tickets: TicketCache | None = None, audit: Mode | None = None
    ) -> None:
        self.policy = policy if policy is None or isinstance(policy, Policy) else load(Path(policy))
        self.tickets = TicketCache() if tickets is None else tickets
        self._lock = Lock()
        self._epochs: dict[Home, int] = {}
        if audit is not None and (audit != "strict" or self.policy is None):
            raise PolicyError(
                "SG305", f"no log of statements in mode `{audit}`" if audit != "strict" else "the log needs the policy",
                hint="pass the policy of the application, and `strict`",
            )
        self._audit = audit
        self._auditors: dict[Home, Auditor] = {}
        self._opening = Lock()

    @classmethod
    def of(cls, source: Guard | PolicySource | None, *, audit: Mode | None = None) -> Guard:
        """``source`` itself when it is a guard, else a new one for that policy.

        :raises PolicyError: SG305 when ``audit`` is asked for and the guard was made without.
        """
        if not isinstance(source, Guard):
            return cls(source, audit=audit)
        if audit is not None and source._audit != audit:
            raise PolicyError("SG305", "the guard was made without a log of statements", hint="`Guard(..., audit=...)`")
        return source

    def knows(self, home: Home) -> bool:
        """Whether this server and login were checked."""
        return home in self._epochs

    def accept(self, home: Home, facts: Facts, server_version: int) -> None:
        """Check what a server said of itself; once per epoch of its policy.

        :param server_version: as ``server_version_num``.
        :raises TicketRefused: SG219 for a login that is not bound.
        :raises PolicyError: SG234 when another policy is in force than ours.
        """
        if self._epochs.get(home) == facts.epoch:
            return
        check(facts, self.policy, login=home[-1])
        with self._lock:
            first = home not in self._epochs
            self._epochs[home] = facts.epoch
        if first:
            warn_of_server(server_version)

    def auditor(self, home: Home, conninfo: str) -> Auditor | None:
        """Who judges and records the statements of a server and login; None without `audit`.

        :param conninfo: the address of the log.
        :raises psycopg.Error: when the catalog cannot be read.
        """
        if self._audit is None or self.policy is None:
            return None
        with self._opening:
            if home not in self._auditors:
                self._auditors[home] = Auditor(conninfo, self.policy)
            return self._auditors[home]

    def close(self) -> None:
        """Write what waits for the log; statements are refused from here on. Also done when the interpreter exits."""
        for auditor in list(self._auditors.values()):
            auditor.writer.close()

    def install(self, engine: Engine | AsyncEngine) -> None:
        """Guard an existing engine: connections it made so far are closed, all others are guarded.

        :raises ContextEscape: SG235 for an engine that does not connect through psycopg 3 by itself.
        """
        from sminion_guard.session.dialect import install  # SQLAlchemy is needed from here on only

        install(engine, self)
