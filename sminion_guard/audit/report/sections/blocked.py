"""Use of the purposes that still see people whose processing is blocked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.report.blocks import Block, Headline, Line
from sminion_guard.audit.report.daily import MOST, Counting, Daily, chart
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section


@dataclass(frozen=True, slots=True)
class Blocked:
    """Tickets of these purposes.

    :param titles: of all such purposes of the month's policies.
    """

    titles: dict[str, str]
    purposes: tuple[Daily, ...]
    units: tuple[Daily, ...]


def ask(asked: Asked) -> Blocked:
    """Count."""
    titles = {name: str(purpose["title"]) for _, policy in asked.policies.versions
              for name, purpose in policy["purposes"].items() if purpose["sees_blocked"]}
    purposes, units = Counting(asked.month.days), Counting(asked.month.days)
    for row in asked.rows("report_blocked", purposes=list(titles), most=MOST):
        (purposes if row["what"] == "purpose" else units).add(row["name"], row["day"], row["times"], row["names"])
    return Blocked(titles, purposes.daily, units.daily)


def draw(found: Blocked, month: Month) -> Iterator[Block]:
    """Nothing if no purpose sees blocked people."""
    if not found.titles:
        return
    yield Headline("tickets that see blocked people", sum(each.total for each in found.purposes))
    if not found.purposes:
        yield Line(f"Nobody opened a ticket for what sees blocked people: {', '.join(found.titles.values())}.")
        return
    yield Line("Each ticket of such a purpose names one person.")
    yield chart("By purpose", "tickets", "purpose", found.purposes, lambda name: found.titles.get(name, name))
    yield chart("By unit", "tickets", "unit", found.units, lambda name: name or "no unit named")


BLOCKED: Section[Blocked] = Section("sees_blocked", "Seeing blocked people", ask, draw)
