"""Statements of guarded sessions: for which purposes, by which units, of which categories of data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.reading.categories import PLAIN, UNLISTED
from sminion_guard.audit.report.blocks import Block, Headline, Line
from sminion_guard.audit.report.daily import MOST, Counting, Daily, chart
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section


@dataclass(frozen=True, slots=True)
class Accesses:
    """How many statements were not refused.

    :param titles: of purposes, as the policies of the month call them.
    :param purposes: '' are tickets of another database.
    :param units: '' are tickets that name none.
    :param categories: a statement counts for each category that it touched.
    """

    total: int
    titles: dict[str, str]
    purposes: tuple[Daily, ...]
    units: tuple[Daily, ...]
    categories: tuple[Daily, ...]


def ask(asked: Asked) -> Accesses:
    """Count. Categories are those of the policy that was in force at the time."""
    month, policies = asked.month, asked.policies
    purposes, units, categories = Counting(month.days), Counting(month.days), Counting(month.days)
    for row in asked.rows("report_accesses", changes=policies.changes, most=MOST):
        if row["what"] == "purpose":
            purposes.add(row["name"], row["day"], row["times"])
        elif row["what"] == "unit":
            units.add(row["name"], row["day"], row["times"], row["names"])
        elif row["policy"]:
            moment = policies.changes[row["policy"] - 1]
            for category in policies.categories(row["relations"], row["columns"], moment):
                categories.add(category, row["day"], row["times"])
    titles = {name: str(purpose["title"]) for _, policy in policies.versions
              for name, purpose in policy["purposes"].items()}
    found = purposes.daily
    return Accesses(sum(each.total for each in found), titles, found, units.daily, categories.daily)


def draw(found: Accesses, month: Month) -> Iterator[Block]:
    """Three charts."""
    yield Headline("accesses", found.total)
    if not found.total:
        yield Line("No access is on record.")
        return
    yield Line("Statements of guarded sessions that were not refused.")
    yield chart("By purpose", "accesses", "purpose", found.purposes,
                lambda name: found.titles.get(name, name) if name else "with tickets of another database")
    yield chart("By unit", "accesses", "unit", found.units, lambda name: name or "no unit named")
    personal = [each for each in found.categories if each.name not in PLAIN]
    if personal:
        yield chart("By category of data", "accesses", "category", personal,
                    lambda name: "data that the policy does not list" if name == UNLISTED else name.replace("_", " "))
        yield Line("An access counts for each category that it touched.")


ACCESSES: Section[Accesses] = Section("accesses", "Accesses", ask, draw)
