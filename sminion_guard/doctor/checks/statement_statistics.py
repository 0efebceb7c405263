"""Statistics of statements, which keep texts with constants for whoever may read them."""

from __future__ import annotations

from collections.abc import Iterator

from sminion_guard.doctor.check import Check, Look
from sminion_guard.doctor.finding import Finding, Level


def find(look: Look) -> Iterator[Finding]:
    """Extensions that keep texts, where they keep constants, or where others than superusers read them."""
    tracked = {name: value for name, value, where in look.ask(
        "server_settings", names=["pg_stat_statements.track_utility"]) if where is None}
    for extension, readers in look.ask("statistics_readers"):
        keeps = extension != "pg_stat_statements" or tracked.get("pg_stat_statements.track_utility", "on") == "on"
        if not keeps and not readers:
            continue
        yield Finding(
            "SG926", f"extension {extension}", f"extension `{extension}` keeps the texts of statements",
            detail=("of utility statements with their constants" if keeps else "without their constants")
            + f"; {readers} account{'' if readers == 1 else 's'} beside superusers may read those of others",
            hint="set `pg_stat_statements.track_utility` to off, and give `pg_read_all_stats` only to who administers",
            level=Level.WARNING,
        )


CHECK = Check("statement_statistics", ("SG926",), find)
