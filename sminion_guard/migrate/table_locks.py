"""What an installation locks of the application, said before it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MODE = "ACCESS EXCLUSIVE"
MOST = 20
"""Steps that are told one by one."""


@dataclass(frozen=True, slots=True)
class TableLock:
    """What one step locks, in one transaction and, before that, in the rehearsal: readers and writers wait.

    :param tables: as ``schema.table``; locked at once.
    :param index_bytes: the size of those on which an index is built meanwhile; None where only the catalog changes.
    """

    tables: tuple[str, ...]
    index_bytes: int | None = None
    mode: str = MODE


def told(locks: tuple[TableLock, ...]) -> Iterator[str]:
    """The locks for people to read."""
    if not locks:
        yield "no table is locked"
        return
    yield f"locks ({MODE}), each in a transaction of its own, and before that once in the rehearsal:"
    for lock in locks[:MOST]:
        built = "" if lock.index_bytes is None else f"; meanwhile an index is built on {_size(lock.index_bytes)}"
        yield f"  {', '.join(lock.tables)}: while its catalog entries change{built}"
    if len(locks) > MOST:
        yield f"  and {len(locks) - MOST} more"


def _size(count: int) -> str:
    value, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.0f} {unit}"
