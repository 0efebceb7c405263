"""The log beside that of pgaudit, which is another program in the server: what it saw and the log does not name."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from sminion_guard.audit.reading.log import Log
from sminion_guard.audit.reading.pgaudit import Audited

_SYSTEM = ("pg_catalog", "information_schema", "sminion", "sminion_migrations")
_SECOND = timedelta(seconds=1)
_Key = tuple[str, str, str]
"""Login, database, relation."""


@dataclass(slots=True)
class Unlogged:
    """What a login did with a relation, and the log does not have.

    :param access: read or write.
    :param times: how many lines of pgaudit say so; ``line`` is the first, in the order of the files.
    :param nested: all of them in functions or triggers.
    """

    login: str
    database: str
    relation: str
    access: str
    times: int
    first: datetime
    last: datetime
    nested: bool
    line: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison found.

    :param act: number of its record.
    :param relations: lines of pgaudit that were compared.
    :param unprotected: lines about relations of schemas that the policy does not protect.
    :param elsewhere: lines about other databases, by their names.
    """

    act: int
    relations: int
    unprotected: int
    elsewhere: dict[str, int]
    unlogged: tuple[Unlogged, ...]


def compare(log: Log, heard: Sequence[Audited], databases: Set[str], window: timedelta) -> Compared:
    """Compares.

    :param databases: that the log is about.
    :param window: how far apart the two may have the same statement.
    """
    first, last = min(each.at for each in heard) - window, max(each.at for each in heard) + window
    elsewhere = Counter(each.database for each in heard if each.database not in databases)
    here = [each for each in heard if each.database in databases]
    schemas = log.schemas(first, last)
    about = [each for each in here if _protected(each.relation, schemas)]
    found: dict[tuple[str, str, str, bool], Unlogged] = {}
    for each in _unlogged(log, about, (first, last), window):
        key = (each.login, each.database, each.relation)
        entry = found.setdefault((*key, each.write), Unlogged(
            *key, "write" if each.write else "read", 0, each.at, each.at, True, each.line))
        entry.times += 1
        entry.first, entry.last = min(entry.first, each.at), max(entry.last, each.at)
        entry.nested = entry.nested and each.nested
    return Compared(log.act, len(about), len(here) - len(about), dict(elsewhere),
                    tuple(found[place] for place in sorted(found)))


def _unlogged(
    log: Log, heard: Sequence[Audited], period: tuple[datetime, datetime], window: timedelta
) -> Iterator[Audited]:
    """A write is in the log of writes, whoever made it. A read is in the log of statements only."""
    read, written = defaultdict[_Key, list[datetime]](list), defaultdict[_Key, list[datetime]](list)
    for login, database, relation, is_write, at in log.named(*period):
        (written if is_write else read)[login, database, relation].append(at)
    for each in heard:
        key = (each.login, each.database, each.relation)
        if not (_near(read[key], each.at, window) or (each.write and _near(written[key], each.at, window))):
            yield each


def _protected(relation: str, schemas: set[str] | None) -> bool:
    schema = relation.partition(".")[0]
    return schema not in _SYSTEM if schemas is None else schema in schemas


def _near(seconds: list[datetime], at: datetime, window: timedelta) -> bool:
    place = bisect_left(seconds, at - window - _SECOND)
    return place < len(seconds) and seconds[place] <= at + window
