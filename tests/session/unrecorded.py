"""A guard without analyzer and log of statements, for tests that want to hear the server itself."""

from __future__ import annotations

from sminion_guard.session import Guard
from sminion_guard.session.tickets.cache import Home


class Unrecorded(Guard):
    """What remains is the wall: tickets, roles and row security. No application can have this."""

    def services_at(self, home: Home) -> None:
        return None

    def services(self, home: Home, conninfo: str) -> None:
        return None
