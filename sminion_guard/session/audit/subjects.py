"""Whose data a result of the server holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

MOST = 1000
"""Subjects of one result that are listed one by one; the others are counted."""

_INTEGERS = frozenset({20, 21, 23})  # int8, int2, int4
_TEXTS = frozenset({18, 19, 25, 1042, 1043})  # "char", name, text, bpchar, varchar
_UUID = 2950
_BINARY = 1


def subjects(result: PGresult, places: tuple[int, ...]) -> tuple[tuple[str, ...], int | None]:
    """The distinct subjects, and how many there are beyond :data:`MOST`, or whose keys cannot be read.

    :param places: of the columns that hold a subject's key.
    :returns: sorted keys, as the server prints them, and None where they are all.
    """
    found: set[bytes] = set()
    listed: set[str] = set()
    uncounted: set[bytes] = set()
    for place in places:
        if place >= result.nfields:
            continue
        read = _reader(result, place)
        for row in range(result.ntuples):
            value = result.get_value(row, place)
            if value is None or value in found:
                continue
            found.add(value)
            key = read(value)
            if key is None or (len(listed) >= MOST and key not in listed):
                uncounted.add(value)
            else:
                listed.add(key)
    return tuple(sorted(listed)), len(uncounted) or None


def _reader(result: PGresult, place: int) -> Callable[[bytes], str | None]:
    kind = result.ftype(place)
    if result.fformat(place) != _BINARY or kind in _TEXTS:
        return _text
    if kind in _INTEGERS:
        return lambda value: str(int.from_bytes(value, "big", signed=True))
    if kind == _UUID:
        return lambda value: str(UUID(bytes=value))
    return lambda value: None


def _text(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
