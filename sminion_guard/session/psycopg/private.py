"""What psycopg does not document and the session uses: look here first when a new version of psycopg does not fit.

Methods that are overridden stand in :mod:`~sminion_guard.session.psycopg.hooks` and
:mod:`~sminion_guard.session.psycopg.cursor`; whether psycopg still calls them is proven before the first connection
(:mod:`~sminion_guard.session.psycopg.self_test`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg._queries import PostgresClientQuery, PostgresQuery

if TYPE_CHECKING:  # they are elsewhere in psycopg 3.2
    from psycopg._cursor_base import BaseCursor
    from psycopg._pipeline_base import BasePipeline
    from psycopg._server_cursor_base import ServerCursorMixin

    __all__ = [
        "BaseCursor", "BasePipeline", "Key", "PostgresClientQuery", "PostgresQuery", "Prepare", "PrepareManager",
        "ServerCursorMixin",
    ]
else:
    __all__ = ["Key", "PostgresClientQuery", "PostgresQuery", "Prepare", "PrepareManager"]
