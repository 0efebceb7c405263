"""Blocks of COPY: what COPY TO returns is on record before."""

from __future__ import annotations

from typing import Any

from sminion_guard.session.psycopg.arrival import copied, copying


class GuardedCopy:
    """The block of a COPY, sync or async."""

    def __init__(self, cursor: Any, block: Any) -> None:
        self._cursor, self._block = cursor, block

    def __enter__(self) -> Any:
        return self._watched(self._block.__enter__())

    def __exit__(self, *error: Any) -> Any:
        return self._block.__exit__(*error)

    async def __aenter__(self) -> Any:
        return self._watched(await self._block.__aenter__())

    async def __aexit__(self, *error: Any) -> Any:
        return await self._block.__aexit__(*error)

    def _watched(self, copy: Any) -> Any:
        sent, connection, read = self._cursor._log, self._cursor._conn, copy._read_gen
        if sent is not None:
            rows = copying(connection, sent)
            copy._read_gen = lambda: copied(connection, sent, rows, read)
        return copy
