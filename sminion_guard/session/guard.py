"""What the connections of one application share: its policy, its tickets, and what was checked of its servers."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sminion_guard.errors import PolicyError
from sminion_guard.policy import Policy, load
from sminion_guard.session.address import beside, checked
from sminion_guard.session.audit.auditor import MODES, Auditor, Mode
from sminion_guard.session.forks import begins_anew
from sminion_guard.session.in_force import in_force
from sminion_guard.session.primary import Primary
from sminion_guard.session.startup import Facts, check, warn_of_server
from sminion_guard.session.ticket import Home, TicketCache

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

PolicySource = Policy | str | PathLike[str]
"""A policy, or the path of its file."""


class Guard:
    """Shared by the connections of an engine or pool; one is enough for an application.

    :param policy: the policy of the application, or the path of its file. Without it the guard takes the one in force
        on the server, whatever it is.
    :param tickets: where opened tickets are kept.
    :param audit: how results and the log of statements are tied, see :data:`~sminion_guard.session.audit.auditor.Mode`;
        None stands for ``strict``.
    :param primary: the address of the primary, for connections to its standbys: tickets are opened and the log is
        written there. What it leaves out is as in the connection's own address.
    :param log: the address of another database for the log of statements; likewise. Tickets stay with the data.
    :raises PolicyError: for a file with errors; SG305 for another mode; SG244 for an address that cannot be read.
    """

    def __init__(
        self, policy: PolicySource | None = None, *, tickets: TicketCache | None = None, audit: Mode | None = None,
        primary: str | None = None, log: str | None = None,
    ) -> None:
        self.policy = policy if policy is None or isinstance(policy, Policy) else load(Path(policy))
        self.tickets = TicketCache() if tickets is None else tickets
        if audit not in (None, *MODES):
            raise PolicyError("SG305", f"no log of statements in mode `{audit}`", hint=f"pass {' or '.join(MODES)}")
        self.audit: Mode = audit or "strict"
        self.primary = None if primary is None else Primary(primary)
        self.log = None if log is None else checked(log, "guard_log")
        self.pooled: set[Home] = set()
        self._lock = Lock()
        self._epochs: dict[Home, int] = {}
        self._in_force: dict[Home, Policy] = {}
        self._auditors: dict[Home, Auditor] = {}
        self._opening: dict[Home, Lock] = {}

        begins_anew(self)

    def begin_anew(self) -> None:
        """For a forked process: nothing is shared with its parent but what was checked and does not change."""
        self._lock, self._opening = Lock(), {}
        self.tickets.begin_anew()
        if self.primary is not None:
            self.primary.begin_anew()
        for auditor in self._auditors.values():
            auditor.begin_anew()

    @classmethod
    def of(
        cls, source: Guard | PolicySource | None, *, audit: Mode | None = None, primary: str | None = None,
        log: str | None = None,
    ) -> Guard:
        """``source`` itself when it is a guard, else a new one for that policy.

        :raises PolicyError: SG305 when another ``audit`` is asked for than the guard was made with.
        """
        if not isinstance(source, Guard):
            return cls(source, audit=audit, primary=primary, log=log)
        if primary is not None or log is not None:
            raise PolicyError(
                "SG305", "the guard was made already, and knows where its tickets and its log are",
                hint="`Guard(..., primary=..., log=...)`",
            )
        if audit is not None and source.audit != audit:
            raise PolicyError(
                "SG305", f"the guard was made for `{source.audit}`, not for `{audit}`",
                hint=f'`Guard(..., audit="{audit}")`, or leave the mode out',
            )
        return source

    def policy_at(self, home: Home) -> Policy | None:
        """The policy that statements are judged by there; None before the server was asked."""
        return self.policy or self._in_force.get(home)

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
        policy = self.policy or in_force(facts.document)
        with self._lock:
            first = home not in self._epochs
            self._epochs[home], self._in_force[home] = facts.epoch, policy
            if home in self._auditors:
                self._auditors[home].judge_by(policy)
        if first:
            warn_of_server(server_version)

    def auditor_at(self, home: Home) -> Auditor | None:
        """That of :meth:`auditor`, if there is one already."""
        return self._auditors.get(home)

    def auditor(self, home: Home, conninfo: str) -> Auditor | None:
        """Who judges and records the statements of a server and login: made once, which reads the catalog.

        Connections to other servers, and as other logins, do not wait for that.

        :param conninfo: the address of the connections.
        :returns: always one; a guard of the tests that wants to hear the server itself may have none.
        :raises psycopg.Error: when the catalog cannot be read.
        """
        with self._lock:
            opening = self._opening.setdefault(home, Lock())
        with opening:
            if home not in self._auditors:
                auditor = Auditor(conninfo, self._policy_of(home), log=self._log_of(conninfo))
                with self._lock:
                    auditor.judge_by(self._policy_of(home))  # meanwhile another may have come into force
                    self._auditors[home] = auditor
            return self._auditors[home]

    def _log_of(self, conninfo: str) -> str:
        if self.log is not None:
            return beside(conninfo, self.log)
        return conninfo if self.primary is None else self.primary.conninfo(conninfo)

    def _policy_of(self, home: Home) -> Policy:
        return self.policy or self._in_force[home]

    def close(self) -> None:
        """Write what waits for the log; statements are refused from here on. Also done when the interpreter exits."""
        for auditor in list(self._auditors.values()):
            auditor.writer.close()
        if self.primary is not None:
            self.primary.close()

    def install(self, engine: Engine | AsyncEngine) -> None:
        """Guard an existing engine: connections it made so far are closed, all others are guarded.

        :raises ContextEscape: SG235 for an engine that does not connect through psycopg 3 by itself.
        """
        from sminion_guard.session.dialect import install  # SQLAlchemy is needed from here on only

        install(engine, self)
