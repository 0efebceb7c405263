"""Writes to protected tables, by whatever client: for a purpose, or outside of any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.report.blocks import Block, Headline, Line, Table
from sminion_guard.audit.report.daily import Counting, Daily, chart
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section


@dataclass(frozen=True, slots=True)
class Outside:
    """Writes of one login without a ticket."""

    login: str
    operation: str
    times: int


@dataclass(frozen=True, slots=True)
class Writes:
    """How many statements wrote."""

    total: int
    outside: int
    days: tuple[Daily, ...]
    logins: tuple[Outside, ...]


def ask(asked: Asked) -> Writes:
    """Count."""
    days, logins = Counting(asked.month.days), dict[tuple[str, str], int]()
    for row in asked.rows("report_writes"):
        days.add("outside" if row["outside"] else "purpose", row["day"], row["times"])
        if row["outside"]:
            who = row["login"], row["operation"]
            logins[who] = logins.get(who, 0) + row["times"]
    totals = {each.name: each.total for each in days.daily}
    listed = sorted(logins.items(), key=lambda each: (-each[1], each[0]))
    return Writes(sum(totals.values()), totals.get("outside", 0), days.daily,
                  tuple(Outside(*who, times) for who, times in listed))


def draw(found: Writes, month: Month) -> Iterator[Block]:
    """A chart, and a table of those outside of any purpose."""
    yield Headline("writes outside of any purpose", found.outside, alarming=found.outside > 0)
    if not found.total:
        yield Line("No write is on record.")
        return
    if not found.outside:
        yield Line("No write was made outside of a purpose.")
    yield chart("By day", "writes", "kind", found.days, _KINDS.__getitem__)
    if found.outside:
        yield Line("Those whom row security does not bind write outside of any purpose: owners, superusers,"
                   " migrations.")
        yield Table("Outside of any purpose", ("Login", "Operation", "Statements"), tuple(
            (each.login, each.operation, each.times) for each in found.logins))


_KINDS = {"purpose": "for a purpose", "outside": "outside of any purpose"}
WRITES: Section[Writes] = Section("writes", "Writes to protected tables", ask, draw)
