"""Whose data a result of the server holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

    from sminion_guard.analyzer.verdict import SubjectPlace

MOST = 1000
"""Subjects of one result that are listed one by one; the others are counted."""

_INTEGERS = frozenset({20, 21, 23})  # int8, int2, int4
_TEXTS = frozenset({18, 19, 25, 1042, 1043})  # "char", name, text, bpchar, varchar
_UUID = 2950
_BINARY = 1


def named(key: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """The subjects that ``key`` may stand for, one of each kind, in the form of ``sminion.subject_key``."""
    return tuple(f"{kind}:{key}" if kind else key for kind in kinds)


def subjects(result: PGresult, places: tuple[SubjectPlace, ...]) -> tuple[tuple[str, ...], int | None]:
    """The distinct subjects, and how many there are beyond :data:`MOST`, or whose keys cannot be read.

    :param places: of the columns that hold a subject's key.
    :returns: sorted subjects, in the form of ``sminion.subject_key``, and None where they are all.
    """
    seen: dict[tuple[str, ...], set[bytes]] = {}
    listed: set[str] = set()
    uncounted: set[tuple[tuple[str, ...], bytes]] = set()
    for place in places:
        if place.column >= result.nfields:
            continue
        read = _reader(result, place.column)
        found = seen.setdefault(place.kinds, set())
        for row in range(result.ntuples):
            value = result.get_value(row, place.column)
            if value is None or value in found:
                continue
            found.add(value)
            key = read(value)
            keys = () if key is None else named(key, place.kinds)
            if not keys or (len(listed) >= MOST and not listed.issuperset(keys)):
                uncounted.add((place.kinds, value))
            else:
                listed.update(keys)
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
