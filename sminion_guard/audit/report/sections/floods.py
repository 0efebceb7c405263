"""Logins that opened the most tickets, and how near they came to the limit (SG226)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.reading import rfc3339
from sminion_guard.audit.report.blocks import Block, Line, Table
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section

LIMIT = 10_000_000
"""How many tickets a login opens within an hour at most, as ``sminion.open_ticket`` has it."""
NEAR = 0.1
"""Which part of it is worth a look."""
LISTED = 5
"""How many logins the table has."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Tickets of one login.

    :param busiest: how many in the busiest hour of the clock, which is ``hour``.
    """

    login: str
    tickets: int
    busiest: int
    hour: str


@dataclass(frozen=True, slots=True)
class Floods:
    """Tickets by login, the most first. Those that were refused are not on record."""

    tickets: int
    limit: int
    logins: tuple[Opened, ...]


def ask(asked: Asked) -> Floods:
    """Count."""
    logins = tuple(Opened(row["login"], row["tickets"], row["busiest"], rfc3339(row["hour"]))
                   for row in asked.rows("report_tickets"))
    return Floods(sum(each.tickets for each in logins), LIMIT, logins)


def draw(found: Floods, month: Month) -> Iterator[Block]:
    """The logins with the most."""
    if not found.logins:
        yield Line("No ticket was opened.")
        return
    for each in found.logins:
        if each.busiest >= NEAR * found.limit:
            yield Line(f"Login {each.login} opened {each.busiest:,} tickets in an hour, of at most {found.limit:,}"
                       " (SG226).", alarming=True)
    yield Table("Logins with the most tickets", ("Login", "Tickets", "Busiest hour (UTC)", "In it"), tuple(
        (each.login, each.tickets, each.hour[:16].replace("T", " "), each.busiest) for each in found.logins[:LISTED]))


FLOODS: Section[Floods] = Section("tickets", "Tickets", ask, draw)
