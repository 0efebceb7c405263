"""What the connections of one application share: its policy, its tickets, and what was checked of its servers."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sminion_guard.policy import Policy, load
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
    :raises PolicyError: for a file with errors.
    """

    def __init__(self, policy: PolicySource | None = None, *, tickets: TicketCache | None = None) -> None:
        self.policy = policy if policy is None or isinstance(policy, Policy) else load(Path(policy))
        self.tickets = TicketCache() if tickets is None else tickets
        self._lock = Lock()
        self._epochs: dict[Home, int] = {}

    @classmethod
    def of(cls, source: Guard | PolicySource | None) -> Guard:
        """``source`` itself when it is a guard, else a new one for that policy."""
        return source if isinstance(source, Guard) else cls(source)

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

    def install(self, engine: Engine | AsyncEngine) -> None:
        """Guard an existing engine: connections it made so far are closed, all others are guarded.

        :raises ContextEscape: SG235 for an engine that does not connect through psycopg 3 by itself.
        """
        from sminion_guard.session.dialect import install  # SQLAlchemy is needed from here on only

        install(engine, self)
