"""``create_engine(url, plugins=["sminion_guard"], guard_policy="privacy.toml")``."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import URL, CreateEnginePlugin, Dialect

from sminion_guard.address import OF_THE_GUARD
from sminion_guard.errors import ContextEscape

DRIVERS = frozenset({"postgresql", "postgresql+psycopg", "postgresql+psycopg_async", "postgresql+sminion"})
"""What the URL may name: the guard speaks psycopg 3."""


class GuardPlugin(CreateEnginePlugin):
    """Makes an engine of psycopg a guarded one.

    Each parameter is one of ``create_engine`` or of the URL's query.

    :param guard_policy: a policy, the path of its file, or a guard.
    :param guard_audit: ``strict`` when it is left out: see :class:`~sminion_guard.session.guard.Guard`.
    :param guard_primary: the address of the primary, for an engine that reads on its standby.
    :param guard_log: the address of another database for the log of statements.
    :param guard_policy_mismatch: ``refuse``, or ``follow`` when it is left out: what becomes of an engine
        whose policy is not the one in force.
    :param guard_maintain: ``off`` where a scheduler maintains the database; ``on`` when it is left out.
    """

    def __init__(self, url: URL, kwargs: dict[str, Any]) -> None:
        self._given = {name: kwargs.pop(name, url.query.get(name)) for name in OF_THE_GUARD}
        if url.drivername not in DRIVERS:
            raise ContextEscape(
                "SG235", f"`{url.drivername}` cannot be guarded", detail="the guard speaks psycopg 3",
                hint="write `postgresql+psycopg://...`",
            )

    def update_url(self, url: URL) -> URL:
        """The same address, through the guarded dialect."""
        return url.difference_update_query(OF_THE_GUARD).set(drivername="postgresql+sminion")

    def handle_dialect_kwargs(self, dialect_cls: type[Dialect], dialect_args: dict[str, Any]) -> None:
        """Hand on what was given."""
        dialect_args.update(self._given)
