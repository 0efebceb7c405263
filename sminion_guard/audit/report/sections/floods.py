"""Logins that opened the most tickets or wrote the most, and how near they came to limits (SG226, SG247, SG248)."""

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
NEAR_MINUTE = 0.5
"""Which part of the limit of a minute is: it is far lower."""
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
class Minute:
    """The busiest minute of one login.

    :param tickets: in hundreds.
    :param permitted: by the policy in force; None where it does not name the login any more.
    """

    login: str
    minute: str
    tickets: int
    permitted: int | None

    @property
    def near(self) -> bool:
        """Whether it is worth a look."""
        return self.permitted is not None and self.tickets >= NEAR_MINUTE * self.permitted


@dataclass(frozen=True, slots=True)
class Written:
    """The minute in which a login wrote the most to the journal.

    :param permitted: by the policy of that time.
    """

    login: str
    minute: str
    megabytes: int
    permitted: int

    @property
    def near(self) -> bool:
        """Whether it is worth a look."""
        return self.megabytes >= NEAR_MINUTE * self.permitted


@dataclass(frozen=True, slots=True)
class Floods:
    """Tickets by login, the most first. Those that were refused are not on record.

    :param minutes: of logins that opened hundreds of tickets in a minute.
    :param written: of logins that wrote a twentieth of what they may in a minute.
    """

    tickets: int
    limit: int
    logins: tuple[Opened, ...]
    minutes: tuple[Minute, ...]
    written: tuple[Written, ...] = ()


def ask(asked: Asked) -> Floods:
    """Count."""
    logins = tuple(Opened(row["login"], row["tickets"], row["busiest"], rfc3339(row["hour"]))
                   for row in asked.rows("report_tickets"))
    minutes = tuple(Minute(row["login"], rfc3339(row["minute"]), row["tickets"], row["permitted"])
                    for row in asked.rows("report_minutes"))
    written = tuple(Written(row["login"], rfc3339(row["minute"]), row["megabytes"], row["permitted"])
                    for row in asked.rows("report_written"))
    return Floods(sum(each.tickets for each in logins), LIMIT, logins, minutes, written)


def draw(found: Floods, month: Month) -> Iterator[Block]:
    """The logins with the most."""
    for wrote in found.written:
        if wrote.near:
            yield Line(f"Login {wrote.login} wrote about {wrote.megabytes:,} MB of the log in a minute, of"
                       f" {wrote.permitted:,} that the policy permits (SG248).", alarming=True)
    if not found.logins:
        yield Line("No ticket was opened.")
        return
    for each in found.logins:
        if each.busiest >= NEAR * found.limit:
            yield Line(f"Login {each.login} opened {each.busiest:,} tickets in an hour, of at most {found.limit:,}"
                       " (SG226).", alarming=True)
    for flood in found.minutes:
        if flood.near:
            yield Line(f"Login {flood.login} opened about {flood.tickets:,} tickets in a minute, of {flood.permitted:,}"
                       " that the policy permits (SG247).", alarming=True)
    yield Table("Logins with the most tickets", ("Login", "Tickets", "Busiest hour (UTC)", "In it"), tuple(
        (each.login, each.tickets, each.hour[:16].replace("T", " "), each.busiest) for each in found.logins[:LISTED]))


FLOODS: Section[Floods] = Section("tickets", "Tickets", ask, draw)
