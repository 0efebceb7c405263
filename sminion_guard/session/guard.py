"""What the connections of one application share: its policy, its tickets, and what was checked of its servers."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from os import PathLike
from pathlib import Path
from threading import Lock
from typing import Any

from sminion_guard.errors import PolicyError
from sminion_guard.policy import Policy, load
from sminion_guard.policy.document import document, from_document
from sminion_guard.session.address import beside, checked
from sminion_guard.session.context import Context
from sminion_guard.session.forks import begins_anew
from sminion_guard.session.judging import Judge
from sminion_guard.session.recording.recorder import MODES, Mode, Recorder
from sminion_guard.session.tickets.cache import TRUSTED, Home, TicketCache
from sminion_guard.session.tickets.primary import Primary
from sminion_guard.session.tickets.server_facts import (
    MISMATCHES,
    Facts,
    Mismatch,
    check,
    check_named,
    warn_of_mismatch,
    warn_of_server,
)

PolicySource = Policy | str | PathLike[str]
"""A policy, or the path of its file."""
_MAINTAIN: dict[bool | str | None, bool] = {None: True, True: True, "on": True, False: False, "off": False}
MOST_ROLES = 1024
"""Purposes and schemas whose roles are known, for each server and login."""
MOST_POLICIES = 8
"""Policies that were in force, and are kept: what is known of a policy is known again when it comes back."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the connections of one login to one server share."""

    judge: Judge
    recorder: Recorder


class Guard:
    """Shared by the connections of an engine or pool; one is enough for an application.

    :param policy: the policy that the application was written for, or the path of its file. Statements are judged by
        the policy in force on the server, whatever it is; where it is another one, a warning says what is different.
    :param tickets: where opened tickets are kept.
    :param audit: how results and the log of statements are tied, see
        :data:`~sminion_guard.session.recording.recorder.Mode`; None stands for ``strict``.
    :param primary: the address of the primary, for connections to its standbys: tickets are opened and the log is
        written there. What it leaves out is as in the connection's own address.
    :param log: the address of another database for the log of statements; likewise. Tickets stay with the data.
    :param policy_mismatch: ``refuse`` serves nobody (SG234) while another policy is in force than ``policy``; None
        stands for ``follow``.
    :param maintain: whether a thread of the application maintains the database: it folds the journal of the log and
        settles withheld subjects, a bounded part at a time. None stands for True; False is for a database that a
        scheduler maintains.
    :raises PolicyError: for a file with errors; SG305 for another mode; SG244 for an address that cannot be read.
    """

    def __init__(
        self, policy: PolicySource | None = None, *, tickets: TicketCache | None = None, audit: Mode | None = None,
        primary: str | None = None, log: str | None = None, policy_mismatch: Mismatch | None = None,
        maintain: bool | str | None = None,
    ) -> None:
        self.policy = policy if policy is None or isinstance(policy, Policy) else load(Path(policy))
        self.tickets = TicketCache() if tickets is None else tickets
        if audit not in (None, *MODES):
            raise PolicyError("SG305", f"no log of statements in mode `{audit}`", hint=f"pass {' or '.join(MODES)}")
        if policy_mismatch not in (None, *MISMATCHES):
            raise PolicyError(
                "SG305", f"`policy_mismatch` cannot be `{policy_mismatch}`", hint=f"pass {' or '.join(MISMATCHES)}"
            )
        if maintain not in _MAINTAIN:
            raise PolicyError("SG305", f"`maintain` cannot be `{maintain}`", hint="pass on or off")
        self.maintain = _MAINTAIN[maintain]
        self.audit: Mode = audit or "strict"
        self.policy_mismatch: Mismatch = policy_mismatch or "follow"
        self.primary = None if primary is None else Primary(primary)
        self.log = None if log is None else checked(log, "guard_log")
        self.pooled: set[Home] = set()
        self._lock = Lock()
        self._facts: dict[Home, Facts] = {}
        self._roles: dict[Home, tuple[Facts | None, dict[tuple[str, tuple[str, ...] | None], str]]] = {}
        self._in_force: dict[Home, Policy] = {}
        self._accepted: dict[Home, float] = {}  # when what is known of a policy was asked for
        self._asked: dict[Home, float] = {}  # when it was last asked whether that is still in force
        self._known: list[tuple[Any, Policy]] = []  # with their documents
        self._told: set[tuple[int, str]] = set()
        self._services: dict[Home, Services] = {}
        self._opening: dict[Home, Lock] = {}

        begins_anew(self)

    def begin_anew(self) -> None:
        """For a forked process: nothing is shared with its parent but what was checked and does not change."""
        self._lock, self._opening = Lock(), {}
        self.tickets.begin_anew()
        if self.primary is not None:
            self.primary.begin_anew()
        for services in self._services.values():
            services.judge.begin_anew()

    @classmethod
    def of(
        cls, source: Guard | PolicySource | None, *, audit: Mode | None = None, primary: str | None = None,
        log: str | None = None, policy_mismatch: Mismatch | None = None, maintain: bool | str | None = None,
    ) -> Guard:
        """``source`` itself when it is a guard, else a new one for that policy.

        :raises PolicyError: SG305 when another ``audit``, ``policy_mismatch`` or ``maintain`` is asked for than the
            guard was made with.
        """
        if not isinstance(source, Guard):
            return cls(
                source, audit=audit, primary=primary, log=log, policy_mismatch=policy_mismatch, maintain=maintain
            )
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
        if policy_mismatch is not None and source.policy_mismatch != policy_mismatch:
            raise PolicyError(
                "SG305",
                f"the guard was made with `policy_mismatch` `{source.policy_mismatch}`, not `{policy_mismatch}`",
                hint=f'`Guard(..., policy_mismatch="{policy_mismatch}")`, or leave it out',
            )
        if maintain is not None and _MAINTAIN.get(maintain) != source.maintain:
            raise PolicyError(
                "SG305", f"the guard was made with `maintain` {'on' if source.maintain else 'off'}, not `{maintain}`",
                hint="`Guard(..., maintain=...)`, or leave it out",
            )
        return source

    def policy_at(self, home: Home) -> Policy | None:
        """The policy in force there, by which statements are judged; None before the server was asked."""
        return self._in_force.get(home)

    def knows(self, home: Home) -> bool:
        """Whether this server and login were checked."""
        return home in self._facts

    def asks(self, home: Home, now: float) -> bool:
        """Whether it is time to ask the server which policy is in force; who is told so does it.

        :param now: on the clock of the tickets.
        """
        if now - self._asked.get(home, -inf) <= TRUSTED:
            return False
        self._asked[home] = now
        return True

    def ask_soon(self, home: Home) -> None:
        """Something came that the policy as we know it does not explain: ask with the next transaction."""
        self._asked.pop(home, None)

    def facts_at(self, home: Home) -> Facts:
        """What that server said of itself last."""
        return self._facts[home]

    def note_role(self, home: Home, context: Context, role: str) -> None:
        """The server opened a ticket for ``context`` with that role, under the policy that is in force there."""
        facts, roles = self._roles.get(home, (None, {}))
        if facts is not self._facts[home] or len(roles) >= MOST_ROLES:
            roles = {}
        self._roles[home] = (self._facts[home], {**roles, (context.purpose, context.schemas): role})

    def role_for(self, home: Home, context: Context) -> str | None:
        """The role of the next ticket for ``context``; None where the server has not chosen one yet under the policy in
        force."""
        facts, roles = self._roles.get(home, (None, {}))
        return roles.get((context.purpose, context.schemas)) if facts is self._facts[home] else None

    def judges_by(self, home: Home, fingerprint: str | None) -> bool:
        """Whether the policy with that fingerprint is the one that statements are judged by there."""
        return home in self._facts and self._facts[home].fingerprint == fingerprint

    def accept(self, home: Home, facts: Facts, server_version: int, asked_at: float | None = None) -> None:
        """Check what a server said of itself, and judge by the policy that is in force there.

        :param server_version: as ``server_version_num``.
        :param asked_at: when it was asked, on the clock of the tickets: of two answers that cross on their way, the
            one to the later question counts.
        :raises TicketRefused: SG219 for a login that is not bound, SG246 for one that the policy in force does not
            name.
        :raises PolicyError: SG234 for a policy in force that this version cannot read, or that ``policy_mismatch``
            refuses.
        """
        if self.judges_by(home, facts.fingerprint):
            return
        asked_at = self.tickets.clock() if asked_at is None else asked_at
        login = home[-1]
        differs = check(facts, self.policy, login, self.policy_mismatch)
        policy = self._read(facts)
        check_named(policy, self.policy, login)
        with self._lock:
            if asked_at < self._accepted.get(home, -inf):
                return
            first = home not in self._facts
            self._accepted[home] = asked_at
            self._facts[home], self._in_force[home] = facts, policy
            if home in self._services:
                self._services[home].judge.judge_by(policy)
            told = (id(policy), login) in self._told  # it is kept, see `_read`
            self._told.add((id(policy), login))
        if first:
            warn_of_server(server_version)
        if self.policy is not None and differs and not told:
            warn_of_mismatch(self.policy, policy, login)

    def _read(self, facts: Facts) -> Policy:
        """The policy in force; the same object for the same policy."""
        with self._lock:
            known = list(self._known)
        if not known and self.policy is not None:
            known = [(document(self.policy), self.policy)]
        found = next((entry for entry in known if entry[0] == facts.document), None)
        said, policy = found or (facts.document, from_document(facts.document))
        with self._lock:
            others = [entry for entry in self._known or known if entry[1] is not policy and entry[0] != said]
            self._known = [(said, policy), *others][:MOST_POLICIES]
            kept = {id(entry[1]) for entry in self._known}
            self._told = {entry for entry in self._told if entry[0] in kept}
        return policy

    def services_at(self, home: Home) -> Services | None:
        """Those of :meth:`services`, if they are there already."""
        return self._services.get(home)

    def services(self, home: Home, conninfo: str) -> Services | None:
        """What judges and records the statements of a server and login: made once, which reads the catalog.

        Connections to other servers, and as other logins, do not wait for that.

        :param conninfo: the address of the connections.
        :returns: always some; a guard of the tests that wants to hear the server itself may have none.
        :raises psycopg.Error: when the catalog cannot be read.
        """
        with self._lock:
            opening = self._opening.setdefault(home, Lock())
        with opening:
            if home not in self._services:
                maintained = self._maintained(conninfo) if self.maintain else ()
                services = Services(
                    Judge(conninfo, self._policy_of(home)), Recorder(self._log_of(conninfo), maintained=maintained))
                with self._lock:
                    services.judge.judge_by(self._policy_of(home))  # meanwhile another may have come into force
                    self._services[home] = services
            return self._services[home]

    def _log_of(self, conninfo: str) -> str:
        if self.log is not None:
            return beside(conninfo, self.log)
        return conninfo if self.primary is None else self.primary.conninfo(conninfo)

    def _maintained(self, conninfo: str) -> tuple[str, ...]:
        """The databases that the sessions at ``conninfo`` write to: that of the data, and that of the log."""
        return (conninfo if self.primary is None else self.primary.conninfo(conninfo), self._log_of(conninfo))

    def _policy_of(self, home: Home) -> Policy:
        return self._in_force[home]

    def close(self) -> None:
        """Write what waits for the log; statements are refused from here on. Also done when the interpreter exits."""
        for services in list(self._services.values()):
            services.recorder.close()
        if self.primary is not None:
            self.primary.close()
