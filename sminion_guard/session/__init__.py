"""Runtime: the processing context, tickets, guarded psycopg connections and the SQLAlchemy plugin.

Only :mod:`~sminion_guard.session.sqlalchemy` needs SQLAlchemy.
"""

from __future__ import annotations

from sminion_guard.extras import explained

with explained():  # here, so that whatever module of ours is imported first says that libpq is missing
    from sminion_guard.session.context import Context, current, processing
    from sminion_guard.session.guard import Guard
    from sminion_guard.session.psycopg.connection import GuardedAsyncConnection, GuardedConnection, connect
    from sminion_guard.session.tickets.server_facts import PolicyMismatchWarning, UpsertLeakWarning

__all__ = [
    "Context", "Guard", "GuardedAsyncConnection", "GuardedConnection", "PolicyMismatchWarning", "UpsertLeakWarning",
    "connect", "current", "processing",
]
