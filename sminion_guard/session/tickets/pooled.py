"""Behind a pooler that hands out server sessions, such as PgBouncer in transaction mode.

There, a session may have the cursors, role, search_path and prepared statements of another client. A guarded
transaction needs none of them, so it resets them at its beginning, in the same round trip.
"""

from __future__ import annotations

WHO_SERVES = b"pg_catalog.pg_backend_pid()"
"""Asks the backend for its process id."""
AT_BEGIN = (b"SET LOCAL ROLE NONE", b"SET LOCAL search_path TO DEFAULT")
"""After BEGIN: the login's own role and search_path. Unlike a query they leave SET TRANSACTION possible."""
AS_ITSELF = b"; ".join(AT_BEGIN)
AT_ENTER = (b"CLOSE ALL",)
"""Before a ticket is activated. At the beginning of a transaction only cursors WITH HOLD exist, and no pooler promises
them to anybody; one would make every transaction refuse its ticket (SG209) until the session ends."""


def is_pooled(greeted_by: int, backend: int) -> bool:
    """Whether something between us and the server hands out its sessions.

    Then the process that answers is not the one that greeted us: a pooler invents the number by which a client cancels,
    since it does not know yet which session will serve it.

    :param greeted_by: the process id of the greeting.
    :param backend: the answer to :data:`WHO_SERVES`.
    """
    return greeted_by != backend
