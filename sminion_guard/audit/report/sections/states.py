"""Consents that were given and withdrawn, objections, and blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.report.blocks import Block, Headline, Line, Table
from sminion_guard.audit.report.daily import Counting, Daily, chart
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section

EVENTS = {
    "give_consent": "consents given", "withdraw_consent": "consents withdrawn", "object": "objections",
    "withdraw_objection": "objections withdrawn", "block": "people blocked", "unblock": "people unblocked",
    "merge_subjects": "keys merged", "unmerge_subjects": "keys separated",
}
"""Event of ``sminion.subject_history`` to the words for it."""


@dataclass(frozen=True, slots=True)
class States:
    """How often states changed.

    :param purposes: purpose to the events about it; those of blocks have none.
    """

    events: tuple[Daily, ...]
    purposes: dict[str, dict[str, int]]


def ask(asked: Asked) -> States:
    """Count."""
    events, purposes = Counting(asked.month.days), dict[str, dict[str, int]]()
    for row in asked.rows("report_states"):
        events.add(row["event"], row["day"], row["times"])
        if row["purpose"] is not None:
            told = purposes.setdefault(row["purpose"], {})
            told[row["event"]] = told.get(row["event"], 0) + row["times"]
    return States(events.daily, {name: purposes[name] for name in sorted(purposes)})


def draw(found: States, month: Month) -> Iterator[Block]:
    """A chart, and a table by purposes."""
    if not found.events:
        yield Line("Nobody gave or withdrew a consent or an objection, and nobody was blocked.")
        return
    withdrawn = sum(each.total for each in found.events if each.name == "withdraw_consent")
    if withdrawn:
        yield Headline("consents withdrawn", withdrawn)
    yield chart("By day", "changes", "change", found.events, EVENTS.__getitem__)
    if found.purposes:
        yield Table("By purpose", ("Purpose", "Change", "Times"), tuple(
            (name, EVENTS[event], told[event]) for name, told in found.purposes.items() for event in EVENTS
            if event in told))


STATES: Section[States] = Section("states", "Consents, objections, blocks", ask, draw)
