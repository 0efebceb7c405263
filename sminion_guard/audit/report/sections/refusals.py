"""What was refused, and which of it were attempts to merge data collected for incompatible purposes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.report.blocks import Block, Headline, Line, Table
from sminion_guard.audit.report.daily import Counting, Daily, chart
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section
from sminion_guard.codes import CODES
from sminion_guard.errors import IncompatibleMerge

MERGES = tuple(code for code, entry in CODES.items() if entry.error is IncompatibleMerge)
"""The codes of attempted merges."""
LISTED = 20
"""How many logins and purposes the table has."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Refusals of one login for one purpose."""

    login: str
    purpose: str
    merges: int
    others: int


@dataclass(frozen=True, slots=True)
class Refusals:
    """How many refusals there were.

    :param codes: how many had each code; one refusal may have several. '' is what is no code.
    """

    total: int
    merges: int
    days: tuple[Daily, ...]
    codes: dict[str, int]
    logins: tuple[Refused, ...]


def ask(asked: Asked) -> Refusals:
    """Count."""
    days, codes, logins = Counting(asked.month.days), dict[str, int](), dict[tuple[str, str], list[int]]()
    for row in asked.rows("report_refusals", merges=list(MERGES)):
        if row["what"] == "day":
            days.add("merges" if row["merge"] else "others", row["day"], row["times"])
        elif row["what"] == "code":
            codes[row["code"]] = row["times"]
        else:
            logins.setdefault((row["login"], row["purpose"]), [0, 0])[not row["merge"]] += row["times"]
    totals = {each.name: each.total for each in days.daily}
    listed = sorted((Refused(*names, *counts) for names, counts in logins.items()),
                    key=lambda each: (-each.merges, -each.others, each.login, each.purpose))
    return Refusals(sum(totals.values()), totals.get("merges", 0), days.daily,
                    dict(sorted(codes.items(), key=lambda each: (-each[1], each[0]))), tuple(listed))


def draw(found: Refusals, month: Month) -> Iterator[Block]:
    """A chart and two tables."""
    yield Headline("refusals", found.total)
    yield Headline("attempted merges", found.merges, alarming=found.merges > 0)
    if not found.total:
        yield Line("No refusal is on record.")
        return
    if found.merges:
        yield Line(f"Attempts to merge data collected for incompatible purposes: {found.merges:,}. They were refused.",
                   alarming=True)
    else:
        yield Line("Nobody tried to merge data collected for incompatible purposes.")
    yield chart("By day", "refusals", "kind", found.days, _KINDS.__getitem__)
    yield Table("Why", ("Code", "What", "Times"), tuple(
        (code, CODES[code].title if code in CODES else "refused by the server" if code else "no code", times)
        for code, times in found.codes.items()))
    yield Table("Whose", ("Login", "Purpose", "Merges", "Others"), tuple(
        (each.login, each.purpose or "unknown", each.merges, each.others) for each in found.logins[:LISTED]))


_KINDS = {"merges": "attempted merges", "others": "other refusals"}
REFUSALS: Section[Refusals] = Section("refusals", "Refusals", ask, draw)
