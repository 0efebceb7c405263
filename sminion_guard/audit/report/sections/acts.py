"""What officers and DBAs did to the guard itself: readings of the log, revoked tickets, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sminion_guard.audit.report.blocks import Block, Line, Table
from sminion_guard.audit.report.month import Month
from sminion_guard.audit.report.section import Asked, Section

WORDS = {
    "read_log": "read the log", "revoke_ticket": "revoked tickets", "erase_from_log": "erased a person from the log",
    "keep_log_of": "kept the log of another database", "end_log_of": "ended the log of another database",
    "forget_actors": "forgot who acted long ago",
    "suspend_ddl_guard": "suspended the DDL guard", "resume_ddl_guard": "let the DDL guard go on",
}
"""Act to the words for it."""


@dataclass(frozen=True, slots=True)
class Act:
    """Acts of one kind by one login."""

    act: str
    login: str
    times: int


def ask(asked: Asked) -> tuple[Act, ...]:
    """Count."""
    return tuple(Act(row["act"], row["login"], row["times"]) for row in asked.rows("report_acts"))


def draw(found: tuple[Act, ...], month: Month) -> Iterator[Block]:
    """A table, or that there is none."""
    if not found:
        yield Line("No officer read the log, revoked a ticket or suspended the DDL guard.")
        return
    yield Table("Who did what", ("What", "Login", "Times"), tuple(
        (WORDS.get(each.act, each.act), each.login, each.times) for each in found))


ACTS: Section[tuple[Act, ...]] = Section("acts", "Acts of officers", ask, draw)
