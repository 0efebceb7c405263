"""Behind a pooler that hands server sessions round, such as PgBouncer in transaction mode.

There, what a session remembers is a stranger's: its cursors, its role, its search_path, its prepared statements. A
guarded transaction needs none of them, so it puts them away at its beginning, in the same round trip.
"""

from __future__ import annotations

from psycopg import BaseConnection

WHO_SERVES = b"pg_catalog.pg_backend_pid()"
"""Asks the backend for its process id."""
AS_ITSELF = b"SET LOCAL ROLE NONE; SET LOCAL search_path TO DEFAULT"
"""The login's own role and search_path."""
AT_BEGIN = b"; " + AS_ITSELF
"""After BEGIN. Unlike a query it leaves SET TRANSACTION possible."""
AT_ENTER = b"CLOSE ALL; "
"""Before a ticket is activated. At the beginning of a transaction only cursors WITH HOLD exist, and no pooler promises
them to anybody; one would make every transaction refuse its ticket (SG209) until the session ends."""


def is_pooled(connection: BaseConnection[object], backend: int) -> bool:
    """Whether something between us and the server hands sessions round.

    Then the process that answers is not the one that greeted us: a pooler invents the number by which a client cancels,
    since it does not know yet which session will serve it.

    :param backend: the answer to :data:`WHO_SERVES`.
    """
    return connection.pgconn.backend_pid != backend
