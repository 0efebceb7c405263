"""What waits for maintenance, and what the log lacks or could not take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sminion_guard.audit.reading import rfc3339
from sminion_guard.audit.report.blocks import Block, Headline, Line, Table
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section

OLD = 900
"""From how many seconds on the journal is called old: maintenance folds it each minute."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Entries of one login that were not what they claimed to be, or that are missing."""

    code: str
    login: str
    times: int


@dataclass(frozen=True, slots=True)
class Condition:
    """How the log was kept.

    :param now: of ``maintenance_status`` and ``settle_status``, when the report was made, not at the month's end.
    :param journal_seconds: age of the oldest row of the journal; None where it is empty.
    """

    faults: tuple[Fault, ...]
    now: dict[str, Any]
    journal_seconds: int | None


def ask(asked: Asked) -> Condition:
    """Count."""
    faults = tuple(Fault(row["code"], row["login"], row["times"]) for row in asked.rows("report_faults"))
    (now,) = asked.rows("report_status")
    since = now["journal_since"]
    age = None if since is None else max(0, int((asked.month.asked_at - since).total_seconds()))
    status = {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in now.items()}
    return Condition(faults, status, age)


def draw(found: Condition, month: Month) -> Iterator[Block]:
    """Faults of the month, and what waits now."""
    faults = sum(each.times for each in found.faults)
    yield Headline("faults of the log", faults, alarming=faults > 0)
    if faults:
        yield Line("Entries were not what they claimed to be, or are missing.", alarming=True)
        yield Table("Faults", ("Code", "Login", "Times"), tuple(
            (each.code, each.login, each.times) for each in found.faults))
    else:
        yield Line("The log has no gaps, and no entry that is not what it claims to be.")
    waiting = list(_waiting(found))
    yield from waiting
    if not waiting:
        yield Line(f"When this report was made ({month.asked_at:%Y-%m-%d %H:%M} UTC), nothing waited for maintenance.")


def _waiting(found: Condition) -> Iterator[Block]:
    now = found.now
    if now["journal_rows"]:
        age, held = found.journal_seconds or 0, " It waits for a transaction that is open." if now["held"] else ""
        old = f"{age // 60:,} minutes" if age >= 120 else f"{age} seconds"
        yield Line(f"{now['journal_rows']:,} rows wait in the journal now, the oldest for {old}.{held}",
                   alarming=age >= OLD)
    if now["unsettled"]:
        yield Line(f"Changes of {now['unsettled']:,} people are not stored in all rows yet. What they deny is denied.",
                   alarming=now["stuck"] > 0)
    for name, words in (("stuck", "people whose rows could not be settled"),
                        ("states_to_remask", "states to compute anew"),
                        ("tables_to_fill", "tables whose rows have no mask yet"),
                        ("tables_blind", "tables that the guard does not see through")):
        if now[name]:
            yield Line(f"Now waiting: {now[name]:,} {words}.", alarming=True)
    if now["failed"]:
        yield Line(f"Maintenance fails now, in: {', '.join(now['failed'])}.", alarming=True)


CONDITION: Section[Condition] = Section("condition", "Backlog and gaps", ask, draw)
